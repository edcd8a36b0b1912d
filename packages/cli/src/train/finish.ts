/** The end of a training: the best weights on the test set, the figures, the pictures, the report. */

import { readFile } from 'node:fs/promises'
import { accuracy, confusion, evaluate, loadModel, type ModelColumns, sizeOf } from 'gentle-dl'
import { type Splits, writeImageFile } from 'gentle-dl/data'
import { image } from 'gentle-dl/vision'
import { exampleTable } from '../data/csv-text.ts'
import { arePictures } from '../data/pictures.ts'
import { decisionBoundaryPicture } from '../pictures/decision-boundary-picture.ts'
import { predictionSheet } from '../pictures/prediction-sheet.ts'
import { predictionsOf, savePredictions } from '../report/predictions.ts'
import type { Monitor } from '../tasks/monitor.ts'
import type { Ending } from '../tasks/task.ts'
import { print } from '../terminal/terminal.ts'
import { exitCodes } from '../terminal/usage.ts'
import { report } from './report.ts'
import { type RunSummary, summaryBeginning, summaryEnd } from './run-summary.ts'
import { sampleOf } from './train-sample.ts'

/**
 * Looks at the test set once, with the best weights, and tells everything.
 * @param splits as the network takes them
 * @param shown the same pictures in [0, 1]
 * @param told of columns of a table, and of what decided which epoch is the best
 */
export async function finish(
  ending: Ending,
  splits: Splits,
  shown: Splits,
  { columns, monitor }: { readonly columns: ModelColumns | undefined; readonly monitor: Monitor },
): Promise<number> {
  const { run, backend, flags } = ending
  const file = run.file('weights/best.safetensors')
  const best = await loadModel(await readFile(file), { name: file, backend })
  const metrics = [accuracy, ...(monitor.metric === undefined ? [] : [monitor.metric])]
  const train = await evaluate(best, sampleOf(splits.train), { metrics })
  const test = await evaluate(best, splits.test, { metrics })
  const validation = await evaluate(best, splits.validation, { metrics })
  const matrix = await confusion(best, splits.test)
  const summary: RunSummary = {
    ...summaryBeginning(ending, 'classify', best),
    monitor: monitor.monitor,
    train,
    validation,
    test,
    ...summaryEnd(ending),
  }
  run.writeJson('summary.json', summary)
  savePredictions(run, predictionsOf(matrix, best.classes ?? [], 'test'))
  const { plotConfusionMatrix } = await import('gentle-dl-plot')
  const title = 'Confusion matrix of the test set'
  run.write('confusion.svg', plotConfusionMatrix(matrix.counts, splits.test.classes ?? [], { title }))
  const hasBoundary = best.inputShape.join() === '2' && best.outputShape.join() === String(splits.test.classes?.length)
  if (hasBoundary)
    run.write(
      'boundary.svg',
      await decisionBoundaryPicture(best, splits.test, splits.test.classes ?? [], columns?.inputs),
    )
  if (columns !== undefined) run.write('example.csv', await exampleTable(splits.test, columns))
  if (arePictures(splits.test)) {
    const pixels = new Float32Array(sizeOf(splits.test.inputShape))
    await shown.test.read([0], pixels, new Int32Array(1))
    const [channels, height, width] = splits.test.inputShape
    await writeImageFile(run.file('example.png'), image(channels, height, width, pixels))
    const samples = await predictionSheet(shown.test, matrix, splits.test.classes ?? [])
    await writeImageFile(run.file('predictions.png'), samples)
  }
  if (flags.json) console.log(JSON.stringify(summary, null, 2))
  else if (!flags.quiet) print(await report(summary, run.path, shown.test, matrix, { columns, monitor }))
  return exitCodes.done
}
