/** `gentle eval` and `gentle predict`: what a trained model is worth, and what it says. */
import { type Confusion, confusion, evaluate, predict as predictWith } from 'gentle-dl'
import { openData } from './datasets.ts'
import { readImage } from './images.ts'
import { openModel } from './run-folder.ts'
import { bold, note, percent, table } from './terminal.ts'
import { exitCodes, UsageError, unknownChoice } from './usage.ts'

const partNames = ['train', 'validation', 'test'] as const

/** Loss and accuracy of a model on part of a data set. */
export async function evaluateRun(
  place: string,
  flags: { data: string; split: string; seed?: number; json?: boolean },
): Promise<number> {
  const part = partNames.find((name) => name === flags.split)
  if (part === undefined) throw unknownChoice('split', flags.split, partNames)
  const model = await openModel(place)
  const dataset = (await openData(flags.data, { seed: flags.seed ?? 0 }))[part]
  const { loss, accuracy } = await evaluate(model, dataset)
  const matrix = await confusion(model, dataset)
  const perClass = Object.fromEntries(
    (dataset.classes ?? []).map((name, i) => [name, recall(matrix, i, dataset.classes!.length)]),
  )
  const result = { loss, accuracy, data: flags.data, split: part, examples: dataset.length, perClass }
  if (flags.json) console.log(JSON.stringify(result, null, 2))
  else
    console.log(
      [
        bold(
          `${percent(accuracy)} of ${dataset.length.toLocaleString('en-US')} ${part} examples of ${flags.data} right, loss ${loss.toFixed(4)}`,
        ),
        '',
        table([
          ['class', 'right'],
          ...Object.entries(perClass).map(([name, share]) => [name, share === null ? 'no examples' : percent(share)]),
        ]),
      ].join('\n'),
    )
  return exitCodes.done
}

/** Share of a class's examples that are right; null where there are none. */
function recall({ counts }: Confusion, row: number, classes: number): number | null {
  const own = counts.subarray(row * classes, (row + 1) * classes)
  const total = own.reduce((a, b) => a + b, 0)
  return total === 0 ? null : own[row] / total
}

interface ImagePrediction {
  readonly image: string
  readonly predictions: readonly { readonly label: string; readonly probability: number }[]
}

/** Classes of picture files with their probabilities. A picture that cannot be read is named, the others are still told. */
export async function predictImages(
  place: string,
  files: readonly string[],
  flags: { invert?: boolean; json?: boolean; top: number },
): Promise<number> {
  const model = await openModel(place)
  if (model.inputShape.length !== 3 || model.inputShape[0] !== 1)
    throw new UsageError(
      `${place} takes examples of shape [${model.inputShape.join(', ')}]; predict reads pictures for networks of one channel`,
    )
  const results: ImagePrediction[] = []
  let failed = 0
  for (const image of files) {
    let values: Float32Array
    try {
      values = await readImage(image, model.inputShape, flags.invert === true)
    } catch (error) {
      note(`gentle: ${(error as Error).message}`)
      failed++
      continue
    }
    const { data } = await predictWith(model, values, { probabilities: true })
    const predictions = Array.from(data, (probability, i) => ({ label: model.classes?.[i] ?? String(i), probability }))
    results.push({ image, predictions: predictions.sort((a, b) => b.probability - a.probability).slice(0, flags.top) })
  }
  if (flags.json) console.log(JSON.stringify(results, null, 2))
  else
    for (const { image, predictions } of results)
      console.log(
        `${bold(image)}  ${predictions.map(({ label, probability }) => `${label} ${percent(probability)}`).join('  ')}`,
      )
  return failed > 0 ? exitCodes.usage : exitCodes.done
}
