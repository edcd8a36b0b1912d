/** The library's own example, on a part of the images and for one epoch. */
import {
  avgPool2d,
  conv2d,
  crossEntropy,
  evaluate,
  fit,
  flatten,
  linear,
  linearDecay,
  sequential,
  sgd,
  tanh,
} from 'gentle-dl'
import { mnist, subset } from 'gentle-dl/data'

const lenet = sequential(
  conv2d(6, 5, { padding: 2 }),
  tanh(),
  avgPool2d(2),
  conv2d(16, 5),
  tanh(),
  avgPool2d(2),
  conv2d(120, 5),
  tanh(),
  flatten(),
  linear(84),
  tanh(),
  linear(10),
)
const { train, validation, test } = await mnist()
const { model, history } = await fit(lenet, subset(train, Array(12_800).keys().toArray()), {
  validation,
  loss: crossEntropy,
  optimizer: sgd({ learningRate: linearDecay(0.1), momentum: 0.9 }),
  batchSize: 64,
  epochs: 1,
  seed: 1,
})
const { accuracy } = await evaluate(model, test)
console.log(JSON.stringify({ node: process.version, epochs: history.length, accuracy }))
