/** The library's own example, on a part of the images and for one epoch. */
import {
  AvgPool2d,
  Conv2d,
  crossEntropy,
  evaluate,
  Flatten,
  fit,
  Linear,
  linearDecay,
  Sequential,
  sgd,
  Tanh,
} from 'gentle-dl'
import { mnist, subset } from 'gentle-dl/data'

const lenet = Sequential(
  Conv2d(6, 5, { padding: 2 }),
  Tanh(),
  AvgPool2d(2),
  Conv2d(16, 5),
  Tanh(),
  AvgPool2d(2),
  Conv2d(120, 5),
  Tanh(),
  Flatten(),
  Linear(84),
  Tanh(),
  Linear(10),
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
