/**
 * `node bench/mnist-99.ts [--seed N] [--json]`: trains a network of LeNet-5's size on MNIST until it is right for 99 % of the test images, and
 * says how long the process took from its start. The recipe was chosen on the validation images; the test images are looked at once, at the end.
 */
import { parseArgs } from 'node:util'
import { mnist } from '../packages/gentle/src/data/index.ts'
import {
  BatchNorm,
  Conv2d,
  countParameters,
  evaluate,
  Flatten,
  fit,
  type Layer,
  Linear,
  linearDecay,
  MaxPool2d,
  ReLU,
  Sequential,
  sgd,
  wasm,
} from '../packages/gentle/src/entries/index.ts'

const { values } = parseArgs({ options: { seed: { type: 'string', default: '1' }, json: { type: 'boolean' } } })

/** LeNet-5 with what came after it: batch norm, rectified linear units, and the largest of each pool. */
const network = (): Layer =>
  Sequential(
    ...[Conv2d(6, 5, { padding: 2, bias: false }), BatchNorm(), ReLU(), MaxPool2d(2)],
    ...[Conv2d(16, 5, { bias: false }), BatchNorm(), ReLU(), MaxPool2d(2)],
    ...[Conv2d(120, 5, { bias: false }), BatchNorm(), ReLU(), Flatten()],
    ...[Linear(84), ReLU(), Linear(10)],
  )

const recipe = {
  optimizer: sgd({ learningRate: linearDecay(0.1, { warmup: 200 }), momentum: 0.9, nesterov: true }),
  batchSize: 64,
  epochs: 2,
}

/** Seconds since the process began. */
const clock = (): number => performance.now() / 1000

const loaded = clock()
const [{ train, test }, backend] = await Promise.all([mnist(), wasm()])
const ready = clock()
const { model } = await fit(network(), train, { ...recipe, seed: Number(values.seed), backend })
const trained = clock()
const { accuracy } = await evaluate(model, test)
const seconds = clock()

if (values.json) console.log(JSON.stringify({ accuracy, seconds, loaded, ready, trained }))
else
  console.log(
    `seed ${values.seed}: ${(100 * accuracy!).toFixed(2)} % of the test images after ${seconds.toFixed(2)} s, ${countParameters(model)} parameters, ${backend.threads} threads: program loaded ${loaded.toFixed(2)} s, data and threads ${(ready - loaded).toFixed(2)} s, ${recipe.epochs} epochs ${(trained - ready).toFixed(2)} s, test ${(seconds - trained).toFixed(2)} s`,
  )
process.exit()
