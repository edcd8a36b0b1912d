/** `gentle explain`: what a trained network makes of a picture, as one picture. */

import { type Model, predict } from 'gentle-dl'
import { writeImageFile } from 'gentle-dl/data'
import {
  featureMaps,
  gradCam,
  image,
  normalizePixels,
  occlusion,
  plainPreprocessing,
  spatialLayers,
  withoutNormalization,
} from 'gentle-dl/vision'
import { readImage } from '../data/images.ts'
import { namesOf } from '../evaluate/class-names.ts'
import { noteOutputs } from '../evaluate/output-notes.ts'
import { preprocessingOf } from '../models/normalize.ts'
import { openModel } from '../models/open-model.ts'
import { note, percent } from '../terminal/terminal.ts'
import { exitCodes, UsageError, unknownChoice } from '../terminal/usage.ts'
import type { Explanation } from './explanation.ts'
import { explanationPicture } from './explanation-picture.ts'
import { firstFilters } from './first-filters.ts'

export interface ExplainFlags {
  readonly out: string
  readonly class?: string
  readonly layers?: readonly string[]
  readonly normalize?: string
  readonly size?: readonly string[]
  readonly invert?: boolean
  readonly json?: boolean
}

/** Layers whose maps are shown unless they are named. */
const maxLayers = 6

/** Some of a list, spread evenly, the first and the last among them. */
function spreadEvenly<T>(list: readonly T[], count: number): T[] {
  if (list.length <= count) return [...list]
  return Array.from({ length: count }, (_, i) => list[Math.round((i * (list.length - 1)) / (count - 1))])
}

/** @throws UsageError for a layer that gives no maps. */
function chosenLayers(model: Model, named: readonly string[] | undefined): string[] {
  const spatial = spatialLayers(model)
  for (const layer of named ?? []) if (!spatial.includes(layer)) throw unknownChoice('layer', layer, spatial)
  return named === undefined ? spreadEvenly(spatial, maxLayers) : [...named]
}

/** Runs the command. Gives the exit code. */
export async function explain(place: string, file: string, flags: ExplainFlags): Promise<number> {
  const opened = await openModel(place, flags.size)
  const { model } = opened
  const { inputShape } = model
  if (plainPreprocessing(inputShape) === undefined)
    throw new UsageError(
      `${place} takes examples of shape [${inputShape.join(', ')}], not pictures; explain is for networks on pictures`,
    )
  const preprocessing = preprocessingOf(place, opened, flags.normalize)
  const [channels, height, width] = inputShape
  const seen = await readImage(file, withoutNormalization(preprocessing), flags.invert === true)
  const input = seen.slice()
  normalizePixels(input, preprocessing)
  const labels = namesOf(model, place)
  noteOutputs(opened, place)
  const { data } = await predict(model, input, { probabilities: true })
  const order = Array.from(data.keys()).sort((a, b) => data[b] - data[a])
  const classIndex = flags.class === undefined ? order[0] : labels.indexOf(flags.class)
  if (classIndex < 0) throw unknownChoice('class', flags.class!, labels)
  const layers = chosenLayers(model, flags.layers)
  const patch = Math.max(2, Math.round(Math.min(height, width) / 6))
  // What hides is the picture's mean colour, which looks like nothing.
  const pixels = height * width
  const fill = Array.from(
    { length: channels },
    (_, c) => input.subarray(c * pixels, (c + 1) * pixels).reduce((sum, value) => sum + value, 0) / pixels,
  )
  const explanation: Explanation = {
    title: `${place}: ${file}`,
    picture: image(channels, height, width, seen),
    predictions: order.slice(0, 5).map((i) => ({ label: labels[i], probability: data[i] })),
    label: labels[classIndex],
    ...(layers.length === 0 ? {} : { cam: await gradCam(model, input, classIndex) }),
    occluded: await occlusion(model, input, classIndex, { patch, stride: Math.max(1, patch >> 1), fill }),
    first: await firstFilters(model),
    layers: await featureMaps(model, input, layers),
  }
  await writeImageFile(flags.out, explanationPicture(explanation))
  if (flags.json)
    console.log(
      JSON.stringify(
        { image: file, class: explanation.label, predictions: explanation.predictions, layers, out: flags.out },
        null,
        2,
      ),
    )
  else
    note(
      `${file}: ${explanation.predictions.map(({ label, probability }) => `${label} ${percent(probability)}`).join('  ')}\nwrote ${flags.out}`,
    )
  return exitCodes.done
}
