/** `gentle eval`: what a trained model is worth. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { alignClasses, type Confusion, confusion, evaluate, type Model } from 'gentle-dl'
import { type Dataset, preprocessed, writeImageFile } from 'gentle-dl/data'
import { evaluateViews, normalizePixels, plainPreprocessing, withoutNormalization } from 'gentle-dl/vision'
import { type DataOptions, openData } from '../data/datasets.ts'
import { arePictures } from '../data/pictures.ts'
import { viewsOf } from '../data/policy.ts'
import { resized } from '../data/resize.ts'
import { preprocessingOf } from '../models/normalize.ts'
import { openAnyModel, takesInputs } from '../models/open-model.ts'
import { classCurves, curvesPicture } from '../pictures/class-curves.ts'
import { predictionSheet } from '../pictures/prediction-sheet.ts'
import { sequenceTask } from '../tasks/sequence-tasks.ts'
import type { EvaluationFlags } from '../tasks/task.ts'
import { datasetPart, partsOfRun } from '../tasks/used-examples.ts'
import { writeOutput } from '../terminal/output-file.ts'
import { bold, lossText, note, percent, print } from '../terminal/terminal.ts'
import { exitCodes, UsageError, unknownChoice } from '../terminal/usage.ts'
import { figuresOfClasses, figuresText } from './class-figures.ts'
import { classesOf, withLabels } from './class-names.ts'
import { checkSame, type DataOfRun, dataOfRun, noteData } from './data-of-run.ts'
import { evaluateAnnotated } from './evaluate-annotated.ts'
import { evaluateRegression } from './evaluate-regression.ts'
import { noteInvertedSet } from './inverted-pictures.ts'
import { noteMatchByOrder, noteOutputs } from './output-notes.ts'
import { tableOptions } from './predict-data.ts'

const partNames = ['train', 'validation', 'test'] as const

export interface EvaluateFlags extends EvaluationFlags {
  readonly resize?: number
  readonly views?: number
  readonly flip?: boolean
  readonly augment?: string
  readonly labels?: string
  readonly normalize?: string
  readonly label?: string
  readonly size?: readonly string[]
  /** Where curves are drawn, an .svg file. */
  readonly out?: string
}

/** Flags with the data of a run, and how it was read there. */
function withDataOf({ settings }: DataOfRun, given: Omit<EvaluateFlags, 'data'>): EvaluateFlags {
  const { data, seed, label, resize } = settings
  return { seed, label, resize, ...given, data, used: settings }
}

/** @throws UsageError for flags that mean nothing for sequences. */
function checkForPictures(flags: Omit<EvaluateFlags, 'data'>, task: string): void {
  for (const name of ['views', 'flip', 'augment', 'labels', 'normalize', 'label', 'size', 'out'] as const)
    if (flags[name] !== undefined) throw new UsageError(`--${name} is not for a model that was trained to ${task}`)
}

/** Loss and accuracy of a model on part of a data set. */
export async function evaluateRun(
  place: string,
  given: Omit<EvaluateFlags, 'data'> & { readonly data?: string },
): Promise<number> {
  const { split = 'test', out } = given
  if (out !== undefined && !out.endsWith('.svg'))
    throw new UsageError(`--out is ${out}; expected a file that ends with .svg`)
  const part = partNames.find((name) => name === split)
  if (part === undefined) throw unknownChoice('split', split, partNames)
  const opened = await openAnyModel(place, given.size)
  const own = given.data === undefined ? dataOfRun(place, 'eval') : undefined
  if (own !== undefined) noteData(own, place, part)
  const flags = own === undefined ? (given as EvaluateFlags) : withDataOf(own, given)
  if (takesInputs(opened)) {
    const task = sequenceTask(opened.task)
    if (task === undefined) throw new UsageError(`${place} does not say which task its sequence model is for`)
    checkForPictures(given, task.name)
    return task.evaluate(place, opened, part, flags)
  }
  if (opened.task === 'regress' && out !== undefined)
    throw new UsageError('--out is for classifiers and detectors; the report of a run has its charts')
  if (opened.task === 'regress') return evaluateRegression(opened, part, flags, own)
  if (opened.task !== 'classify') {
    if (flags.normalize !== undefined) throw new UsageError('--normalize is for classifiers')
    return evaluateAnnotated(place, opened, part, flags, own)
  }
  classesOf(opened.model, place)
  const model = withLabels(opened.model, place, flags.labels)
  if (flags.flip)
    throw new UsageError('--flip is for localization, detection and segmentation; give --views and --augment flip')
  const all = await openData(flags.data, {
    seed: flags.seed ?? 0,
    validation: own?.settings.validation,
    strict: flags.strict,
    ...tableOptions(flags.data, opened, { label: flags.label, isOwn: own !== undefined }),
    ...picturesOf(model),
  })
  const parts = partsOfRun(all, own?.settings, datasetPart)
  const resizedPart = flags.resize === undefined ? parts[part] : resized(parts[part], flags.resize)
  if (own !== undefined) await checkSame(own, part, resizedPart)
  const { data: whole, by, classes = [] } = alignClasses(model, resizedPart, place)
  if (by === 'places') noteMatchByOrder(place, flags.data, classes)
  noteOutputs(opened, place)
  const views = viewsOf(flags)
  const looksAtPictures = arePictures(whole) && plainPreprocessing(model.inputShape) !== undefined
  if (!looksAtPictures && flags.normalize !== undefined)
    throw new UsageError(`--normalize is for pictures, but the examples of ${flags.data} are not pictures`)
  const preprocessing = looksAtPictures ? preprocessingOf(place, opened, flags.normalize) : undefined
  if (looksAtPictures && own === undefined) await noteInvertedSet(place, opened, whole)
  // Views are changed while black is 0 and white is 1.
  const dataset =
    preprocessing === undefined
      ? whole
      : preprocessed(whole, views === undefined ? preprocessing : withoutNormalization(preprocessing))
  const prepare = preprocessing && ((pixels: Float32Array) => normalizePixels(pixels, preprocessing))
  const viewScores = views && (await evaluateViews(model, dataset, views, prepare))
  const { loss, accuracy } = viewScores ?? (await evaluate(model, dataset))
  const matrix = viewScores ?? (await confusion(model, dataset))
  const figures = figuresOfClasses(matrix, classes)
  const result = {
    loss,
    accuracy,
    data: flags.data,
    split: part,
    examples: dataset.length,
    views: flags.views ?? 1,
    ...figures,
  }
  if (looksAtPictures) await keepSamples(place, whole, matrix, classes)
  if (out !== undefined) {
    writeOutput('--out', out, await curvesPicture(classCurves(matrix, classes.length), classes))
    note(`curves: ${out}`)
  }
  if (flags.json) console.log(JSON.stringify(result, null, 2))
  else
    print(
      [
        bold(
          `${percent(accuracy!)} of ${dataset.length.toLocaleString('en-US')} ${part} examples of ${flags.data} correct, loss ${lossText(loss)}`,
        ),
        '',
        figuresText(figures),
      ].join('\n'),
    )
  return exitCodes.done
}

/** Keeps a sheet of sample predictions where the model is one of a run folder. */
async function keepSamples(place: string, part: Dataset, matrix: Confusion, classes: readonly string[]): Promise<void> {
  if (!existsSync(join(place, 'run.json'))) return
  const file = join(place, 'predictions.png')
  await writeImageFile(file, await predictionSheet(part, matrix, classes))
  note(`sample predictions: ${file}`)
}

/** How the pictures of image folders are to be read for a model. */
function picturesOf({ inputShape }: Model): Pick<DataOptions, 'size' | 'channels'> {
  const [channels, height, width] = inputShape
  return inputShape.length === 3 && (channels === 1 || channels === 3) ? { size: [height, width], channels } : {}
}
