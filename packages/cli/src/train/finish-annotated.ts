/** The end of a training on pictures with truth: the best weights on the test set, the figures, the best and the worst pictures. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { evaluate, loadModel, type Model, sizeOf } from 'gentle-dl'
import { type AnnotatedSet, type AnnotatedSplits, type Annotations, type Splits, writeImageFile } from 'gentle-dl/data'

import { type AnswerContent, answers, type Image, image, type Task, type Tile } from 'gentle-dl/vision'
import { annotatedTile, resultSheet } from '../pictures/annotated-picture.ts'
import { maskLegend } from '../pictures/mask-colours.ts'
import { type AnyTask, defaultThreshold, type Judgement, judge } from '../tasks/annotated-task.ts'
import { mistakesText } from '../tasks/detection-kinds.ts'
import type { Ending } from '../tasks/task.ts'
import { commandLine } from '../terminal/invocation.ts'
import { bold, dim, lossText, percent, print, scoreText, table, thousands } from '../terminal/terminal.ts'
import { exitCodes } from '../terminal/usage.ts'

import { summaryBeginning, summaryEnd } from './run-summary.ts'
import { annotatedSampleOf, maxSlow, sampleOf } from './train-sample.ts'

/** Pictures of each end that are shown. */
const shown = 6

/** Test pictures that are looked through for the best and the worst. */
const maxSampled = 500

export async function finishAnnotated(
  ending: Ending,
  kind: AnyTask,
  sets: AnnotatedSplits,
  splits: Splits,
  task: Task<unknown>,
): Promise<number> {
  const { run, backend, seconds, flags } = ending
  const file = run.file('weights/best.safetensors')
  const best = await loadModel(await readFile(file), { name: file, backend })
  const figures = async (set: AnnotatedSet, examples: Splits['test']) => {
    const judgement = await judge(kind, best, set)
    const { loss } = await evaluate(best, examples, { loss: task.loss, metrics: [], batchSize: 32 })
    const { score, metrics } = judgement
    return { judgement, summary: { loss, [kind.monitor]: score, metrics } as { readonly loss: number } }
  }
  const train = await figures(annotatedSampleOf(sets.train, maxSlow), sampleOf(splits.train, maxSlow))
  const validation = await figures(sets.validation, splits.validation)
  const test = await figures(sets.test, splits.test)
  const { threshold } = validation.judgement
  const summary = {
    ...summaryBeginning(ending, kind.name, best),
    train: train.summary,
    validation: validation.summary,
    test: test.summary,
    ...(threshold === undefined ? {} : { scoreThreshold: threshold }),
    ...summaryEnd(ending),
  }
  run.writeJson('summary.json', summary)
  for (const [name, svg] of Object.entries(test.judgement.pictures ?? {})) run.write(name, svg)
  const sheets = await bestAndWorst(best, kind, task, sets.test, threshold)
  for (const [name, sheet] of Object.entries(sheets)) await writeImageFile(run.file(`${name}.png`), sheet)
  await writeImageFile(run.file('example.png'), await exampleOf(sets.test))
  if (flags.json) console.log(JSON.stringify(summary, null, 2))
  else if (!flags.quiet)
    print(
      [
        '',
        bold(`Test ${kind.scoreName} ${scoreText(test.judgement.score)}`),
        `with the weights of epoch ${summary.bestEpoch}, the best on validation`,
        `${thousands(summary.examplesPerSecond)} examples/s, ${seconds.toFixed(1)} s in all`,
        '',
        table([
          ['', 'loss', kind.scoreName],
          ...Object.entries({ train, validation, test }).map(
            ([
              part,
              {
                judgement,
                summary: { loss },
              },
            ]) => [part, lossText(loss), scoreText(judgement.score)],
          ),
        ]),
        '',
        judgementText(test.judgement),
        ...(threshold === undefined
          ? []
          : [`predict shows objects from a score of ${threshold.toFixed(2)} up, the best F1 on validation`]),
        '',
        `Wrote ${bold(run.path)}`,
        dim(
          `  summary.json, metrics.csv, curves.svg, best.png, worst.png, ${[...Object.keys(test.judgement.pictures ?? {}), 'weights/'].join(', ')}`,
        ),
        '',
        'Next steps',
        `  ${commandLine('predict', run.path, join(run.path, 'example.png'), '--out', 'annotated.png')}`,
        `  ${commandLine('eval', run.path)}`,
      ].join('\n'),
    )
  return exitCodes.done
}

/** Figures in a table each: of the whole, and a class. */
export function judgementText({ metrics, perClass, mistakes }: Judgement): string {
  const rows = Object.entries(metrics).map(([name, value]) => [name, scoreText(value)])
  return [
    table([['metric', 'value'], ...rows]),
    ...(perClass === undefined ? [] : ['', table(perClass)]),
    ...(mistakes === undefined ? [] : ['', mistakesText(mistakes)]),
  ].join('\n')
}

async function exampleOf(set: AnnotatedSet): Promise<Image> {
  const [channels, height, width] = set.inputShape
  const pixels = new Float32Array(sizeOf(set.inputShape))
  await set.read(0, pixels)
  return image(channels, height, width, pixels)
}

/** What an answer says, without a detector's objects below its threshold. */
function shownOf(kind: AnyTask, answer: unknown, threshold = defaultThreshold): AnswerContent {
  const content = kind.contentOf(answer)
  return kind.name === 'detect' ? { objects: content.objects?.filter(({ score }) => score >= threshold) } : content
}

interface Judged {
  readonly picture: Image
  readonly truth: Annotations
  readonly answer: unknown
  readonly quality: number
}

/** Sheets of the pictures whose answers are the best and the worst, with truth and prediction. */
async function bestAndWorst(
  model: Model,
  kind: AnyTask,
  task: Task<unknown>,
  set: AnnotatedSet,
  threshold?: number,
): Promise<Record<'best' | 'worst', Image>> {
  const [channels, height, width] = set.inputShape
  const judged: Judged[] = []
  for await (const { index, picture, truth, answer } of answers(model, task, set)) {
    if (index >= maxSampled) break
    judged.push({
      picture: image(channels, height, width, picture.slice()),
      truth,
      answer,
      quality: kind.qualityOf(answer, truth, threshold),
    })
  }
  // Of equally good ones, those in which there is the most to see.
  const seen = ({ truth }: Judged): number => truth.boxes.length
  judged.sort((a, b) => b.quality - a.quality || seen(b) - seen(a))
  const { classes, maskClasses } = set
  const names = kind.name === 'segment' ? { classes, maskClasses } : { classes }
  const tileOf = ({ picture, truth, answer, quality }: Judged): Tile => ({
    image: annotatedTile(picture, { truth, prediction: shownOf(kind, answer, threshold), ...names }),
    caption: `${qualityNames[kind.name]} ${percent(quality)}`,
  })
  const legend = kind.name === 'segment' ? maskLegend(classes, maskClasses) : []
  const sheetOf = (which: readonly Judged[], title: string): Image => resultSheet(which.map(tileOf), title, legend)
  const drawn = {
    localize: 'ground truth dashed, predictions in colour',
    detect: 'ground truth dashed, predictions in colour; F1 at an IoU of 0.5',
    segment: 'picture, truth, prediction',
  }[kind.name]
  return {
    best: sheetOf(judged.slice(0, shown), `the best: ${drawn}`),
    worst: sheetOf(judged.slice(-shown).reverse(), `the worst: ${drawn}`),
  }
}

const qualityNames = { localize: 'IoU', detect: 'F1', segment: 'mean IoU' } as const
