/** The networks against torchvision's, from the same weights; test/goldens/make-torchvision.py wrote what those give. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/index.ts'
import type { Backend } from '../../src/backends/backend.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import type { NDArray } from '../../src/core/ndarray.ts'
import { sizeOf } from '../../src/core/shape.ts'
import { input, type Tensor } from '../../src/graph/tensor.ts'
import { networks } from '../../src/models/index.ts'
import { createModel, crossEntropy, type Model, Scope, weightsOf, writeWeights } from '../../src/nn/index.ts'
import { traceInference } from '../../src/nn/model.ts'
import { add, mul } from '../../src/ops/index.ts'
import { drawn, drawnWeight, normsOffBends } from '../goldens/drawn-weights.ts'

interface Case {
  readonly size: number
  readonly batch: number
  readonly predicted: number[]
  readonly trained: number[]
  readonly loss: number
  /** Of each parameter: the gradient's norm, and the entries in the middle of each quarter. */
  readonly gradients: Record<string, number[]>
}

export const goldens: {
  names: Record<string, { parameters: number; sha256: string }>
  cases: Record<string, Case>
} = JSON.parse(readFileSync(new URL('../goldens/torchvision.json', import.meta.url), 'utf8'))

const classes = 10
/** Gradients of more entries are left out: they take the time of all others. */
const largestGradient = 2 ** 25

const largest = (values: ArrayLike<number>): number => {
  let result = 0
  for (let i = 0; i < values.length; i++) result = Math.max(result, Math.abs(values[i]))
  return result
}

const norm = (values: ArrayLike<number>): number => {
  let squares = 0
  for (let i = 0; i < values.length; i++) squares += values[i] ** 2
  return Math.sqrt(squares)
}

/** The largest difference over the largest wanted value. */
const difference = (actual: ArrayLike<number>, wanted: readonly number[]): number =>
  largest(wanted.map((value, i) => actual[i] - value)) / largest(wanted)

/** The network as it trains, with its auxiliary heads' losses; without a step, dropout drops nothing. */
function traceTraining({ layer, parameters, state }: Model, x: Tensor, y: Tensor): { logits: Tensor; loss: Tensor } {
  const auxiliary: Tensor[] = []
  const scope = new Scope({
    parameters,
    state,
    seed: 0,
    training: true,
    onAuxiliary: (output, weight) => auxiliary.push(mul(crossEntropy(output, y), weight)),
  })
  const logits = layer.apply(x, scope)
  return { logits, loss: auxiliary.reduce(add, crossEntropy(logits, y)) }
}

const layerOf = (key: string): string => key.slice(0, key.lastIndexOf('.'))

/** Largest entry and norm among the gradients of each layer: those of a bias before batch norm are 0 but for rounding. */
function scalesOfLayers(keys: readonly string[], results: Readonly<Record<string, NDArray>>) {
  const scales = new Map<string, { largest: number; norm: number }>()
  for (const key of keys) {
    const { data } = results[key]
    const known = scales.get(layerOf(key))
    scales.set(layerOf(key), {
      largest: Math.max(known?.largest ?? 0, largest(data)),
      norm: Math.max(known?.norm ?? 0, norm(data)),
    })
  }
  return scales
}

/** Registers the tests that these networks predict and learn as torchvision's do. */
export function describeAgainstTorchvision(names: readonly string[]): void {
  describe.each(names)("%s, from torchvision's weights,", (name) => {
    const golden = goldens.cases[name]
    const { size, batch } = golden
    const images = drawn('images', [batch, 3, size, size], -2, 2)
    let backend: Backend
    let model: Model

    beforeAll(async () => {
      backend = await wasm({ threads: 2 })
      model = await createModel(networks[name].build({ classes }), [3, size, size], {
        initialValues: drawnWeight,
        backend,
      })
    })
    afterAll(() => backend.close())

    it('predicts what torchvision predicts', async () => {
      const x = input([2, 3, size, size])
      const program = await backend.compile({ inputs: { x }, outputs: { logits: traceInference(model, x) } })
      const { logits } = await program.run({ x: images.subarray(0, 2 * 3 * size * size) })
      expect(difference(logits.data, golden.predicted)).toBeLessThan(1e-4)
      program.dispose()
    })

    it("has torchvision's loss and gradients in training", async () => {
      await writeWeights(model, normsOffBends(weightsOf(model)))
      const x = input([batch, 3, size, size])
      const y = input([batch], 'int32')
      const { logits, loss } = traceTraining(model, x, y)
      const keys = [...model.parameters].filter(([, p]) => sizeOf(p.shape) < largestGradient).map(([key]) => key)
      expect(keys.toSorted()).toEqual(Object.keys(golden.gradients).sort())
      const slopes = gradients(
        loss,
        keys.map((key) => model.parameters.get(key)!),
      )
      const outputs = { ...Object.fromEntries(slopes.map((slope, i) => [keys[i], slope])), logits, loss }
      const program = await backend.compile<'x' | 'y', string>({ inputs: { x, y }, outputs })
      const results = await program.run({
        x: images,
        y: Int32Array.from({ length: batch }, (_, i) => (i * 3) % classes),
      })
      expect(difference(results['logits'].data, golden.trained)).toBeLessThan(1e-4)
      expect(difference(results['loss'].data, [golden.loss])).toBeLessThan(1e-4)
      const scales = scalesOfLayers(keys, results)
      for (const key of keys) {
        const { data } = results[key]
        const scale = scales.get(layerOf(key))!
        const [wantedNorm, ...quarters] = golden.gradients[key]
        expect(Math.abs(norm(data) - wantedNorm) / scale.norm, `norm of the gradient to ${key}`).toBeLessThan(1e-3)
        for (const [i, wanted] of quarters.entries()) {
          const index = Math.floor(((2 * i + 1) * data.length) / 8)
          expect(Math.abs(data[index] - wanted) / scale.largest, `gradient to ${key}[${index}]`).toBeLessThan(1e-3)
        }
      }
      program.dispose()
    })
  })
}
