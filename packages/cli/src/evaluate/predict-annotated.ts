/** `gentle predict` of models that tell boxes or masks: what they say, and the picture with it drawn over. */

import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { type Model, type OpenedModel, predict } from 'gentle-dl'
import { readImageFile, writeImageFile } from 'gentle-dl/data'
import {
  type AnswerContent,
  classColour,
  drawBoxes,
  type Image,
  overlayMask,
  plainPreprocessing,
  type ScoredBox,
  unfittedBox,
  unfittedMask,
} from 'gentle-dl/vision'
import { readImage } from '../data/images.ts'
import { checkPlain } from '../models/normalize.ts'
import { maskColours } from '../pictures/mask-colours.ts'
import { type AnyTask, defaultThreshold } from '../tasks/annotated-task.ts'
import { annotatedTask } from '../tasks/annotated-tasks.ts'
import { bold, note, percent, print } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'
import type { PredictFlags } from './predict-flags.ts'

/** Pixels that the longer side of an annotated picture has at least; small pictures are enlarged. */
const enoughToSee = 384

const flagsForClasses = ['weights', 'logits', 'labels', 'normalize', 'views', 'augment'] as const

/** Runs the command for a model of localization, detection or segmentation. Gives the exit code. */
export async function predictAnnotated(
  place: string,
  opened: OpenedModel,
  files: readonly string[],
  flags: PredictFlags,
): Promise<number> {
  const { model, task } = opened
  const preprocessing = plainPreprocessing(model.inputShape)
  checkPlain(place, opened)
  const given = flagsForClasses.find((name) => flags[name] !== undefined)
  if (given !== undefined) throw new UsageError(`--${given} is for classifiers; this model is for --task ${task}`)
  if (task === 'classify' || task === 'regress' || preprocessing === undefined)
    throw new UsageError('the input of the model is not a picture')
  const stored = flags.scoreThreshold === undefined && task === 'detect' ? storedThreshold(place) : undefined
  const { scoreThreshold = stored ?? defaultThreshold } = flags
  if (stored !== undefined) note(`objects from a score of ${stored.toFixed(2)} up, which had the best F1 on validation`)
  if (!(scoreThreshold >= 0 && scoreThreshold <= 1))
    throw new UsageError(`--score-threshold is ${scoreThreshold}; expected a number from 0 to 1`)
  const into = flags.out
  const folder = into !== undefined && files.length > 1
  if (folder && extname(into) !== '')
    throw new UsageError(`--out ${into} is a file, but there are ${files.length} pictures; give a folder`)
  if (folder) mkdirSync(into, { recursive: true })
  const kind = annotatedTask(task)
  const names = model.classes ?? []
  const results = []
  let failed = 0
  for (const file of files) {
    let values: Float32Array
    let original: Image
    try {
      values = await readImage(file, preprocessing, flags.invert === true)
      original = await readImageFile(file)
    } catch (error) {
      note(`gentle: ${(error as Error).message}`)
      failed++
      continue
    }
    const said = onOriginal(
      await answerOf(model, kind, values, flags),
      model,
      original,
      scoreThreshold,
      task === 'localize',
    )
    results.push({ image: file, ...described(said, original, names) })
    if (into !== undefined) {
      const target = folder ? join(into, `${basename(file, extname(file))}.png`) : into
      await writeImageFile(target, annotated(original, said, names))
      if (!flags.json) note(`wrote ${target}`)
    }
  }
  if (flags.json) console.log(JSON.stringify(results, null, 2))
  else for (const result of results) print(`${bold(result.image)}  ${line(result)}`)
  return failed > 0 ? exitCodes.usage : exitCodes.done
}

/** The threshold that a run chose on validation; undefined for other files, and for runs that have none. */
function storedThreshold(place: string): number | undefined {
  const file = join(place, 'summary.json')
  if (!existsSync(file)) return undefined
  const { scoreThreshold } = JSON.parse(readFileSync(file, 'utf8'))
  return typeof scoreThreshold === 'number' ? scoreThreshold : undefined
}

/** What the model says of a picture, in the pixels of its own input. */
async function answerOf(
  model: Model,
  kind: AnyTask,
  values: Float32Array,
  { flip }: PredictFlags,
): Promise<AnswerContent> {
  const task = kind.task(model.layer, model.inputShape)
  const [, , width] = model.inputShape
  const { data } = await predict(model, values)
  if (!flip) return kind.contentOf(task.decode(data))
  const mirrored = values.map((_, i) => values[i - (i % width) + width - 1 - (i % width)])
  return kind.contentOf(task.decode(data, (await predict(model, mirrored)).data))
}

/** The same, in the pixels of the picture: it was fitted in whole into the model's input, in its middle. */
function onOriginal(
  { objects, mask }: AnswerContent,
  { inputShape: [, height, width] }: Model,
  picture: Image,
  scoreThreshold: number,
  always: boolean,
): AnswerContent {
  const fit = { height, width, fit: 'contain' } as const
  return {
    objects: objects
      ?.filter(({ score }) => always || score >= scoreThreshold)
      .map((object) => ({ ...object, box: unfittedBox(object.box, picture, fit) })),
    mask: mask && unfittedMask(mask, picture, fit),
  }
}

interface Described {
  readonly objects?: readonly {
    readonly label: string
    readonly score: number
    /** Left, top, width and height in pixels of the picture, as COCO has them. */
    readonly box: readonly number[]
  }[]
  /** Share of the picture's pixels a class. */
  readonly pixels?: Readonly<Record<string, number>>
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))

function described({ objects, mask }: AnswerContent, { height, width }: Image, names: readonly string[]): Described {
  const describe = ({ label, score, box: { left, top, right, bottom } }: ScoredBox) => ({
    label: names[label] ?? String(label),
    score: rounded(score, 4),
    box: [left, top, right - left, bottom - top].map((value) => rounded(value, 2)),
  })
  if (mask === undefined) return { objects: objects?.map(describe) }
  const counts = new Map<number, number>()
  for (const value of mask) counts.set(value, (counts.get(value) ?? 0) + 1)
  return {
    pixels: Object.fromEntries(
      [...counts]
        .sort((a, b) => b[1] - a[1])
        .map(([value, count]) => [names[value] ?? String(value), rounded(count / (height * width), 4)]),
    ),
  }
}

function annotated(picture: Image, { objects = [], mask }: AnswerContent, names: readonly string[]): Image {
  const scale = Math.max(1, Math.ceil(enoughToSee / Math.max(picture.height, picture.width)))
  if (mask !== undefined) {
    const classes = names.filter((name) => name !== 'background')
    return drawBoxes(overlayMask(picture, mask, { colours: maskColours(classes, names) }), [], { scale })
  }
  const boxes = objects.map(({ box, label, score }) => ({
    box,
    colour: classColour(label),
    caption: `${names[label] ?? label} ${score.toFixed(2)}`,
  }))
  return drawBoxes(picture, boxes, { scale })
}

const line = ({ objects, pixels }: Described): string =>
  pixels !== undefined
    ? Object.entries(pixels)
        .map(([name, share]) => `${name} ${percent(share)}`)
        .join('  ')
    : objects === undefined || objects.length === 0
      ? 'nothing found'
      : objects
          .map(
            ({ label, score, box: [left, top, width, height] }) =>
              `${label} ${percent(score)} at ${Math.round(left)},${Math.round(top)} (${Math.round(width)} x ${Math.round(height)})`,
          )
          .join('  ')
