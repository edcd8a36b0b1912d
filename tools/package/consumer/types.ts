/** The declarations say what is meant: each line marked would have to fail. */
import { compile, type FitOptions, input, type Layer, Linear, Sequential, sgd } from 'gentle-dl'
import { type Dataset, inMemory } from 'gentle-dl/data'
import { defineKernel, elementwiseKernel, f32x4 } from 'gentle-dl/kernels'
import { add, defineOp, type Sorted, sort } from 'gentle-dl/ops'
import { plotHistory } from 'gentle-dl-plot'

export const layer: Layer = Sequential(Linear(2))
export const options: FitOptions = { optimizer: sgd({ learningRate: 0.1 }), epochs: 1 }
export const data: Dataset = inMemory({
  inputs: new Float32Array(2),
  inputShape: [2],
  targets: new Int32Array(1),
})
export const curves: string = plotHistory([{ train: { loss: 1 } }])
export const sorted: Sorted = sort(input([2, 3]).add(1).mean(1, { keepDims: true }))
const x = input([2])
const program = await compile({ inputs: { x }, outputs: { y: x.add(1) } })
export const { y } = await program.run({ x: [1, 2] })
// @ts-expect-error: no input has this name
await program.run({ X: [1, 2] })
// @ts-expect-error: no output has this name
export const { z } = await program.run({ x: [1, 2] })

const scaledOp = defineOp({
  name: 'scaled',
  infer: ([x], _: { factor: number }) => x,
  gradient: () => [undefined],
  reference([x], { factor }, y) {
    y.data[0] = factor * x.data[0]
  },
})
defineKernel(scaledOp, ([x], y, { factor }) => elementwiseKernel([x], y, ([v]) => f32x4.mul(v, f32x4.splat(factor))))
// @ts-expect-error: a kernel knows its op's attributes
defineKernel(scaledOp, ([x], y, { other }) => elementwiseKernel([x], y, ([v]) => f32x4.mul(v, f32x4.splat(other))))

// @ts-expect-error: a layer's width is a number
Linear('two')
// @ts-expect-error: epochs are a number
export const wrong: FitOptions = { optimizer: sgd({ learningRate: 0.1 }), epochs: 'one' }
// @ts-expect-error: an op has operands
add()
// @ts-expect-error: a method, too
input([2]).add()
// @ts-expect-error: a history has epochs
plotHistory({ train: { loss: 1 } })
