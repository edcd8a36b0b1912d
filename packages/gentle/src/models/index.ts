export { lenet5 } from './lenet5.ts'
export { type MlpOptions, mlp } from './mlp.ts'
export { perceptron, thresholdNeuron } from './perceptron.ts'
