/** Regression: a number for each point, or each row of a table. */
import { headParameters, type Layer } from 'gentle-dl'
import { type FeatureMoments, featureMoments } from 'gentle-dl/data'
import { takesPoints } from 'gentle-dl/models'
import { isTable, openData, readingOf } from '../data/datasets.ts'
import { examplesIn } from '../evaluate/predicted-numbers.ts'
import { networkNamed } from '../models/networks.ts'
import { regressionSections } from '../report/regression-sections.ts'
import { UsageError } from '../terminal/usage.ts'
import { finishRegression } from '../train/finish-regression.ts'
import { flagOf, type Settings } from '../train/settings.ts'
import { regressionMonitor } from './monitor.ts'
import { inUnits } from './points-network.ts'
import { columnsOf, regressionMetrics, standardizedError } from './regression.ts'
import type { NamedSettings, Preparation } from './task.ts'
import { batchOf, datasetPart, limitRemarks, usedParts } from './used-examples.ts'

/** Settings that mean nothing for it. */
const others: readonly (keyof Settings)[] = [
  'resize',
  'augment',
  'classWeights',
  'loss',
  'dataWorkers',
  'labelSmoothing',
  'pretrained',
  'normalize',
]

/** @throws UsageError for settings, a network and data that are not for it. */
export function checkRegression(settings: NamedSettings): void {
  const { model, data } = settings
  const odd = others.find((name) => settings[name] !== undefined && settings[name] !== 'none')
  if (odd !== undefined) throw new UsageError(`${flagOf(odd)} is not for --task regress`)
  if (!takesPoints(model)) throw new UsageError(`${model} is not for --task regress; choose from mlp, perceptron`)
  if (!isTable(data)) throw new UsageError(`--task regress needs a table, a .csv or .tsv file; ${data} is not one`)
}

/** Targets are float32: of a spread this far below their size too few digits are left. */
const minSpread = 1e-5

/** @throws UsageError for targets of which there is nothing to learn. */
function checkTargets({ mean: [mean], std: [std] }: FeatureMoments, truth: Float32Array, what: string): void {
  if (truth.every((value) => value === truth[0]))
    throw new UsageError(
      `${what} is ${truth[0]} in every training row, which leaves nothing to predict; --label chooses another column`,
    )
  if (std < minSpread * Math.abs(mean))
    throw new UsageError(
      `${what} varies by ${std.toPrecision(2)} around ${mean.toPrecision(8)}, too little for numbers of 32 bits; subtract a constant first`,
    )
}

export async function prepareRegression(settings: NamedSettings): Promise<Preparation> {
  const { model, data, seed = 0, validation, label, monitor } = settings
  const decides = regressionMonitor(monitor)
  const network = networkNamed(model)
  const purpose = { classes: 1, points: true, numbers: true }
  const all = await openData(data, { seed, validation, label, targets: 'numbers' })
  const splits = usedParts(all, settings, batchOf(settings, network.recipe(purpose)), datasetPart)
  const { train } = splits
  const reading = readingOf(splits)!
  const columns = columnsOf(reading)
  const { inputs, targets } = await featureMoments(train)
  checkTargets(
    targets!,
    (await examplesIn(train)).truth,
    `${data}: ${columns.target ?? `column ${reading.label.column}`}`,
  )
  const [mean] = targets!.mean
  const build = (outputs: number): Layer =>
    inUnits(
      network.build({ ...purpose, classes: outputs }),
      reading.values === 'numbers' ? inputs : undefined,
      outputs === 1 ? targets : undefined,
    )
  const metrics = regressionMetrics(mean)
  return {
    splits,
    network: build(1),
    head: headParameters(build, train.inputShape),
    recipe: network.recipe(purpose),
    loss: standardizedError(targets!.std[0]),
    metrics,
    remarks: [
      ...limitRemarks(settings, all.train.length),
      `${reading.values === 'numbers' ? 'inputs and target are' : 'the target is'} standardized by the training examples; predictions are in the units of the target`,
    ],
    purpose: { task: 'regress', columns },
    ...decides,
    augmented: () => {
      throw new UsageError('--augment is not for --task regress')
    },
    finish: (ending) => finishRegression(ending, splits, { columns, metrics, mean, monitor: decides }),
    sections: (reported) => regressionSections(reported, splits, columns),
  }
}
