import { expect, it } from 'vitest'
import { gradients } from '../../../src/autodiff/gradients.ts'
import { reference } from '../../../src/backends/reference/reference.ts'
import { input } from '../../../src/graph/tensor.ts'
import { BatchNorm, Conv2d, createModel, ReLU6, Scope, Sequential } from '../../../src/nn/index.ts'
import { mean, mul } from '../../../src/ops/index.ts'
import { lowered } from './lowered.ts'

it('relu6 is computed behind batch norm, and its derivative behind the gradient to the input: neither is a pass of its own', async () => {
  const network = Sequential({ first: Conv2d(8, 1), bn: BatchNorm(), relu: ReLU6(), second: Conv2d(8, 1) })
  const model = await createModel(network, [8, 6, 6], { backend: reference(), seed: 1 })
  const { parameters, state } = model
  const x = input([16, 8, 6, 6])
  const y = model.layer.apply(x, new Scope({ parameters, state, seed: 1, training: true }))
  const slopes = gradients(mean(mul(y, y)), [...parameters.values()])
  const outputs = Object.fromEntries(slopes.map((slope, i) => [String(i), slope]))
  const names = (await lowered({ inputs: { x }, outputs })).kernels.map(({ name }) => name)
  expect(names.filter((name) => name.includes('relu6'))).toEqual(['sub + mul + add + relu6'])
  const derivative = names.filter((name) => /less|greater|where/.test(name))
  expect(derivative).toEqual(['conv2dInputGradient + less + greater + where + where'])
})
