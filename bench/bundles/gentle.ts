/** The library as a page that trains takes it: engine, layers, LeNet and fit. */
export {
  AvgPool2d,
  BatchNorm,
  Conv2d,
  crossEntropy,
  Dropout,
  evaluate,
  Flatten,
  fit,
  Linear,
  linearDecay,
  MaxPool2d,
  ReLU,
  Sequential,
  sgd,
  Tanh,
  wasm,
} from '../../packages/gentle/src/entries/index.ts'
export { lenet5 } from '../../packages/gentle/src/entries/models.ts'
