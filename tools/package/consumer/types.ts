/** The declarations say what is meant: each line marked would have to fail. */
import { type FitOptions, input, type Layer, Linear, Sequential, sgd } from 'gentle-dl'
import { type Dataset, inMemory } from 'gentle-dl/data'
import { add, type Sorted, sort } from 'gentle-dl/ops'

export const layer: Layer = Sequential(Linear(2))
export const options: FitOptions = { optimizer: sgd({ learningRate: 0.1 }), epochs: 1 }
export const data: Dataset = inMemory({
  inputs: new Float32Array(2),
  inputShape: [2],
  targets: new Int32Array(1),
})
export const sorted: Sorted = sort(input([2, 3]).add(1).mean(1, { keepDims: true }))

// @ts-expect-error: a layer's width is a number
Linear('two')
// @ts-expect-error: epochs are a number
export const wrong: FitOptions = { optimizer: sgd({ learningRate: 0.1 }), epochs: 'one' }
// @ts-expect-error: an op has operands
add()
// @ts-expect-error: a method, too
input([2]).add()
