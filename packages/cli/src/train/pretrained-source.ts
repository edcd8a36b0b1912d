/** Where pretrained weights come from: published ones by name, a run's folder, or a file; and how pictures are prepared for them. */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type RunFolder, readWeightsFile, type Shape, type WeightsFile } from 'gentle-dl'
import { type Preprocessing, preprocessingFrom, preprocessingMetadata } from 'gentle-dl/vision'
import { preprocessingNamed } from '../models/normalize.ts'
import { imagenet, publishedPreprocessing, weightsNamed } from '../models/published.ts'
import type { AnyTaskName } from '../tasks/task-names.ts'
import { UsageError } from '../terminal/usage.ts'
import type { Settings } from './settings.ts'

export interface PretrainedSource {
  readonly file: string
  readonly weights: WeightsFile
  /** How pictures are prepared for these weights, at another size if given; undefined where they are taken as they are, in [0, 1]. */
  preprocessing(size: number | undefined): Preprocessing | undefined
}

/** A run's weights, the best where there are. @throws UsageError for a folder without any. */
function weightsOfRun(folder: string): string {
  const files = ['best', 'last'].map((which) => join(folder, 'weights', `${which}.safetensors`))
  const file = files.find((each) => existsSync(each))
  if (file === undefined)
    throw new UsageError(
      `--pretrained ${folder} is a folder without ${files[0]}; give a run folder or a file of weights`,
    )
  return file
}

/** The file of `--pretrained`; published weights are downloaded. @throws UsageError where there is none. */
async function fileOf(given: string, model: string, quiet: boolean): Promise<string> {
  const file = await weightsNamed(given, model, quiet)
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined)
    throw new UsageError(
      `--pretrained ${given}: no such file or folder; give a run folder, a file of weights, or ${imagenet}`,
    )
  return found.isDirectory() ? weightsOfRun(file) : file
}

/** How the pictures of a run were prepared, which goes on so; undefined where its run.json does not tell. */
export const preprocessingIn = (run: RunFolder): Preprocessing | undefined => {
  const { preprocessing } = run.readJson('run.json')
  return preprocessing === undefined
    ? undefined
    : preprocessingFrom(preprocessingMetadata(preprocessing as Preprocessing), run.file('run.json'))
}

/** A preprocessing for pictures of another size: what was cut is cut at the same share. */
function atSize(preprocessing: Preprocessing, size: number | undefined): Preprocessing {
  if (size === undefined) return preprocessing
  const { fit, height, width } = preprocessing
  const scaled = (side: number): number => Math.round((side * size) / Math.min(height, width))
  return {
    ...preprocessing,
    height: size,
    width: size,
    fit: typeof fit === 'string' ? fit : { shorterSide: scaled(fit.shorterSide) },
  }
}

/**
 * Finds pretrained weights and how pictures are prepared for them: as a run's weights tell, as is known of published ones, or as `--normalize` says.
 * @param inputShape for which the network was published
 * @throws UsageError where there are none, and for a file of which nothing tells how pictures of colours are prepared; DownloadError for what cannot be downloaded.
 */
export async function pretrainedSource(
  given: string,
  { model, normalize }: Settings & { readonly model: string },
  {
    inputShape,
    task,
    key,
    quiet,
  }: { readonly inputShape: Shape; readonly task: AnyTaskName; readonly key?: string; readonly quiet: boolean },
): Promise<PretrainedSource> {
  const file = await fileOf(given, model, quiet)
  const weights = await readWeightsFile(file, { key })
  const preprocessingOf = async (): Promise<Preprocessing | undefined> => {
    if (normalize === 'data')
      throw new UsageError(
        '--normalize data is for networks that begin anew; pretrained weights expect what they were trained on',
      )
    if (normalize !== undefined) return normalize === imagenet ? preprocessingNamed(imagenet, inputShape) : undefined
    const stored = preprocessingFrom(weights.metadata, file)
    if (stored !== undefined) return stored
    const published = await publishedPreprocessing(file, inputShape)
    if (published !== undefined) return published
    if (inputShape[0] !== 3 || task !== 'classify') return undefined
    throw new UsageError(
      `${file} does not say how pictures are prepared for its weights; give --normalize imagenet for weights of torchvision and timm, or none`,
    )
  }
  const preprocessing = await preprocessingOf()
  return { file, weights, preprocessing: (size) => preprocessing && atSize(preprocessing, size) }
}
