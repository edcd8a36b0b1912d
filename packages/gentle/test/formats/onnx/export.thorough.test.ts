import { describe, it } from 'vitest'
import { compareRandomly } from '../../backends/comparison.ts'
import { opCases } from '../../backends/op-cases.ts'
import { randomInference } from '../../backends/random-inference.ts'
import { throughOnnx } from './through-onnx.ts'

/** What has no form in ONNX: what gradients alone compute, and random numbers. */
const without = new Set([
  'addSlices',
  'after',
  'conv2dWeightGradient',
  'maxPool2dScatter',
  'maxPool2dGather',
  'avgPool2dGradient',
  'resample2dGradient',
  'scatterAdd',
  'addAlongAxis',
  'uniform',
  ...['ctcLoss', 'ctcLossGradient'],
])

/** What takes integers of 64 bits, which the reader does not: `npm run bench:onnx -- ops` tries it in onnxruntime. */
const unread = new Set(['floorDiv'])

/** Of an op that is exact itself, too: some are several nodes in a file. */
const nearly = { relative: 1e-6, absolute: 1e-7, largest: 0 }

describe.each([13, 18, 22])('ONNX files of operator set %i', (opset) => {
  const backend = throughOnnx(opset)

  it.each(Object.keys(opCases).filter((name) => !without.has(name) && !unread.has(name)))(
    'hold %s so that it computes the same',
    (name) =>
      compareRandomly(backend, 3, (scene) => {
        const { build, tolerance } = opCases[name as keyof typeof opCases]
        return { outputs: { y: build(scene) }, tolerance: tolerance === 'exact' ? nearly : tolerance }
      }),
  )

  it('hold random networks so that they predict the same', () =>
    compareRandomly(backend, 2, (scene) => {
      const { outputs, tolerance } = randomInference(scene)
      return { outputs: { logits: outputs.logits, probabilities: outputs.probabilities }, tolerance }
    }))
})
