import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/index.ts'
import { type WasmOptions, wasm } from '../../src/backends/wasm/wasm.ts'
import { input } from '../../src/graph/tensor.ts'
import { lenet5 } from '../../src/models/index.ts'
import { createModel, crossEntropy, readWeights, Scope } from '../../src/nn/index.ts'
import { sgd } from '../../src/optim/index.ts'

const golden = JSON.parse(readFileSync(new URL('../goldens/lenet5.json', import.meta.url), 'utf8')) as {
  losses: number[]
}

/** The generator of make-lenet5.py. */
function generator(): (count: number) => Float64Array {
  let state = 1
  return (count) =>
    Float64Array.from({ length: count }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return state / 2 ** 32
    })
}

/** Weights and batches of make-lenet5.py, in its order. */
function material() {
  const uniform = generator()
  const values = new Map<string, Float32Array>()
  const layers: [string, number[]][] = [
    ['0', [6, 1, 5, 5]],
    ['3', [16, 6, 5, 5]],
    ['6', [120, 16, 5, 5]],
    ['9', [84, 120]],
    ['11', [10, 84]],
  ]
  for (const [name, [outputs, ...rest]] of layers) {
    const fanIn = rest.reduce((a, b) => a * b)
    values.set(
      `${name}.weight`,
      Float32Array.from(uniform(outputs * fanIn), (u) => (2 * u - 1) / Math.sqrt(fanIn)),
    )
    values.set(`${name}.bias`, new Float32Array(outputs))
  }
  const fields = uniform(160)
  const pattern = (label: number, pixel: number): number =>
    fields[label * 16 + Math.floor(pixel / 196) * 4 + Math.floor((pixel % 28) / 7)]
  const batches = Array.from({ length: 4 }, () => {
    const labels = Int32Array.from(uniform(64), (u) => Math.floor(u * 10))
    const noise = uniform(64 * 784)
    const images = Float32Array.from(noise, (n, i) => (pattern(labels[Math.floor(i / 784)], i % 784) + n) / 2)
    return { x: images, y: labels }
  })
  return { values, batches }
}

async function train(steps: number, options: WasmOptions) {
  const { values, batches } = material()
  const backend = await wasm(options)
  const model = await createModel(lenet5(), [1, 28, 28], { backend, initialValues: (path) => values.get(path)! })
  const parameters = [...model.parameters.values()]
  const x = input([64, 1, 28, 28])
  const y = input([64], 'int32')
  const rate = input([])
  const logits = model.layer.apply(
    x,
    new Scope({ parameters: model.parameters, state: model.state, seed: 0, training: true }),
  )
  const loss = crossEntropy(logits, y)
  const updates = sgd({ learningRate: 0.05, momentum: 0.9 })
    .begin(parameters)
    .updates(gradients(loss, parameters), rate)
  const program = await backend.compile({ inputs: { x, y, rate }, outputs: { loss }, updates })
  const losses: number[] = []
  for (let step = 0; step < steps; step++) {
    const results = await program.run({ ...batches[step % 4], rate: 0.05 })
    losses.push(results['loss'].data[0])
  }
  const trained = await readWeights(model)
  await backend.close()
  return { losses, trained }
}

describe('LeNet-5', () => {
  it.each([false, true])(
    "has PyTorch's loss within a thousandth at each of 100 steps, from the same weights and batches (strict numerics: %s)",
    async (strictNumerics) => {
      const { losses } = await train(100, { threads: 2, strictNumerics })
      expect(golden.losses).toHaveLength(100)
      expect(golden.losses[99]).toBeLessThan(0.1 * golden.losses[0])
      losses.forEach((loss, step) => {
        expect(Math.abs(loss - golden.losses[step]) / golden.losses[step], `step ${step + 1}`).toBeLessThan(1e-3)
      })
    },
  )

  it('has the same parameters to the bit after 20 steps on 1, 2 and 4 threads, unneeded memory poisoned or not', async () => {
    const { trained: first } = await train(20, { threads: 1 })
    for (const options of [{ threads: 2 }, { threads: 4 }, { threads: 2, poison: true }])
      expect((await train(20, options)).trained, JSON.stringify(options)).toEqual(first)
  })
})
