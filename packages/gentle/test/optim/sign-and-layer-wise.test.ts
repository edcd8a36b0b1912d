/** Lion, LARS, LAMB and Adafactor against their papers' pseudocode, in double precision, on every backend; and groups of parameters. */
import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/gradients.ts'
import type { Backend } from '../../src/backends/backend.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { inMemory } from '../../src/data/index.ts'
import { constant, input, variable } from '../../src/graph/tensor.ts'
import * as nn from '../../src/nn/index.ts'
import { meanSquaredError } from '../../src/nn/losses.ts'
import { add, matmul } from '../../src/ops/index.ts'
import { adafactor, adamW, lamb, lars, lion, type Optimizer, sgd } from '../../src/optim/index.ts'
import { createTrainer, fit } from '../../src/train/index.ts'

const examples = Array.from({ length: 18 }, (_, i) => (((i * 29) % 64) - 32) / 16)
const targets = Array.from({ length: 12 }, (_, i) => (((i * 37) % 64) - 32) / 16)
const first = { weights: [0.5, -1, 0.25, 1.5, -0.75, 1], bias: [0.5, -0.25] }
const rate = 0.1
const decay = 0.05

/** The gradients of the mean of (x Wᵀ + b - y)², by hand. */
function slopes(weights: readonly number[], bias: readonly number[]) {
  const gradient = { weights: new Array(6).fill(0), bias: [0, 0] }
  for (let row = 0; row < 6; row++)
    for (let unit = 0; unit < 2; unit++) {
      let sum = bias[unit] - targets[row * 2 + unit]
      for (let i = 0; i < 3; i++) sum += weights[unit * 3 + i] * examples[row * 3 + i]
      gradient.bias[unit] += sum / 6
      for (let i = 0; i < 3; i++) gradient.weights[unit * 3 + i] += (sum / 6) * examples[row * 3 + i]
    }
  return gradient
}

const norm = (values: readonly number[]): number => Math.hypot(...values)

/** A paper's step of one parameter. @param m, v its state, changed in place @param t the step, from 1 */
type Step = (x: number[], g: readonly number[], m: number[], v: number[], t: number, isMatrix: boolean) => void

const papers: Record<string, { readonly make: () => Optimizer; readonly step: Step }> = {
  lion: {
    make: () => lion({ learningRate: rate, weightDecay: decay }),
    step(x, g, m) {
      for (const i of x.keys()) {
        const c = 0.9 * m[i] + 0.1 * g[i]
        x[i] -= rate * (Math.sign(c) + decay * x[i])
        m[i] = 0.99 * m[i] + 0.01 * g[i]
      }
    },
  },
  lars: {
    make: () => lars({ learningRate: rate, weightDecay: decay, trustCoefficient: 0.5 }),
    step(x, g, m, _, __, isMatrix) {
      const local = isMatrix ? (0.5 * norm(x)) / (norm(g) + decay * norm(x)) : 1
      for (const i of x.keys()) {
        m[i] = 0.9 * m[i] + rate * local * (g[i] + decay * x[i])
        x[i] -= m[i]
      }
    },
  },
  lamb: {
    make: () => lamb({ learningRate: rate, weightDecay: decay }),
    step(x, g, m, v, t, isMatrix) {
      const r = x.map((value, i) => {
        m[i] = 0.9 * m[i] + 0.1 * g[i]
        v[i] = 0.999 * v[i] + 0.001 * g[i] ** 2
        return m[i] / (1 - 0.9 ** t) / (Math.sqrt(v[i] / (1 - 0.999 ** t)) + 1e-6) + decay * value
      })
      const ratio = isMatrix ? norm(x) / norm(r) : 1
      for (const i of x.keys()) x[i] -= rate * ratio * r[i]
    },
  },
  adafactor: {
    make: () => adafactor({ learningRate: rate, weightDecay: decay }),
    step(x, g, m, v, t, isMatrix) {
      const kept = 1 - t ** -0.8
      const squares = g.map((value) => value ** 2 + 1e-30)
      const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
      // Sums of two rows in m and of three columns in v, or all of a bias in m.
      const update = (into: number[], at: number, value: number): void => {
        into[at] = kept * into[at] + (1 - kept) * value
      }
      if (isMatrix) {
        for (let row = 0; row < 2; row++) update(m, row, total(squares.slice(3 * row, 3 * row + 3)))
        for (let column = 0; column < 3; column++) update(v, column, squares[column] + squares[3 + column])
      } else for (const i of x.keys()) update(m, i, squares[i])
      const estimate = (i: number): number => (isMatrix ? (m[Math.floor(i / 3)] * v[i % 3]) / (m[0] + m[1]) : m[i])
      const u = g.map((value, i) => value / Math.sqrt(estimate(i)))
      const size = rate * Math.max(1e-3, norm(x) / Math.sqrt(x.length))
      const clip = Math.max(1, norm(u) / Math.sqrt(u.length))
      for (const i of x.keys()) x[i] = (1 - rate * decay) * x[i] - (size * u[i]) / clip
    },
  },
}

function byPaper(step: Step): number[][] {
  const [x, b] = [[...first.weights], [...first.bias]]
  const zeros = () => [new Array(6).fill(0), new Array(2).fill(0)]
  const [m, v] = [zeros(), zeros()]
  return Array.from({ length: 10 }, (_, i) => {
    const g = slopes(x, b)
    step(x, g.weights, m[0], v[0], i + 1, true)
    step(b, g.bias, m[1], v[1], i + 1, false)
    return [...x, ...b]
  })
}

async function byLibrary({ schedule, begin }: Optimizer, backend: Backend): Promise<number[][]> {
  const weights = variable([2, 3], first.weights, 'weights')
  const bias = variable([2], first.bias, 'bias')
  const prediction = add(matmul(constant(examples, [6, 3]), weights, { transposeB: true }), bias)
  const loss = meanSquaredError(prediction, constant(targets, [6, 2]))
  const learningRate = input([])
  const updates = begin([weights, bias]).updates(gradients(loss, [weights, bias]), learningRate)
  const program = await backend.compile({ inputs: { learningRate }, outputs: {}, updates })
  const steps: number[][] = []
  for (let step = 0; step < 10; step++) {
    await program.run({ learningRate: schedule(step, 10) })
    steps.push([...(await backend.read(weights)), ...(await backend.read(bias))])
  }
  return steps
}

const network = nn.Sequential(nn.Linear(4), nn.ReLU(), nn.Linear(2))
const data = inMemory({
  name: 'numbers',
  inputs: Float32Array.from(examples),
  inputShape: [3],
  targets: Int32Array.from([0, 1, 0, 1, 1, 0]),
  classes: ['a', 'b'],
})

describe.each(Object.entries(papers))('%s', (_, { make, step }) => {
  it.each<[string, () => Promise<Backend>, number]>([
    ['the reference in double precision', async () => reference({ precision: 'float64' }), 6],
    ['the reference', async () => reference(), 5],
    ['wasm', () => wasm({ threads: 1 }), 5],
  ])("takes ten steps of its paper's pseudocode on %s", async (__, open, digits) => {
    const backend = await open()
    const steps = await byLibrary(make(), backend)
    for (const [i, values] of byPaper(step).entries())
      for (const [k, value] of values.entries())
        expect(steps[i][k], `step ${i + 1}, parameter ${k}`).toBeCloseTo(value, digits)
    await backend.close()
  })

  it('goes on from a state to the same bits', async () => {
    const options = (epochs: number) => ({ optimizer: make(), epochs, batchSize: 4, backend: reference() })
    const whole = await fit(network, data, options(3))
    const half = await fit(network, data, options(1))
    const { state } = await fit(network, data, { ...options(3), state: half.state })
    expect(state.weights).toEqual(whole.state.weights)
    expect(state.optimizer).toEqual(whole.state.optimizer)
  })
})

it.each([lars, lamb])('weights of 0 and gradients of 0 have the rate itself by %o', async (make) => {
  const backend = reference()
  const [still, zero] = [variable([1, 2], [1, 2], 'still'), variable([1, 2], [0, 0], 'zero')]
  const { updates } = make({ learningRate: 1, weightDecay: 0 }).begin([still, zero])
  const program = await backend.compile({
    inputs: {},
    outputs: {},
    updates: updates([constant([0, 0], [1, 2]), constant([0.5, 0.5], [1, 2])], constant([0.5], [])),
  })
  await program.run({})
  expect([...(await backend.read(still))]).toEqual([1, 2])
  const [moved] = await backend.read(zero)
  expect(moved).toBeCloseTo(make === lars ? -0.25 : -0.5, 5)
})

describe('adafactor', () => {
  it('takes weights of a convolution as a matrix with a row for each output, and keeps its rows and columns alone', async () => {
    const values = Array.from({ length: 24 }, (_, i) => Math.sin(i))
    const after = async (shape: readonly number[]) => {
      const backend = reference()
      const weights = variable(shape, values, 'weights')
      const { variables, updates } = adafactor({ learningRate: 0.1 }).begin([weights])
      const slope = constant(
        values.map((value) => value ** 3),
        shape,
      )
      const program = await backend.compile({ inputs: {}, outputs: {}, updates: updates([slope], constant([0.1], [])) })
      await program.run({})
      await program.run({})
      return { weights: [...(await backend.read(weights))], state: variables.map((each) => each.shape) }
    }
    const convolution = await after([2, 3, 2, 2])
    expect(convolution).toEqual(await after([2, 12]))
    expect(convolution.state).toEqual([[], [2, 1], [1, 12]])
  })

  it('moves nothing by gradients of 0, and stays finite where a row has none beside rows with tiny ones', async () => {
    for (const open of [async () => reference(), () => wasm({ threads: 1 })]) {
      const backend = await open()
      const [still, mixed] = [variable([2, 2], [1, 2, 3, 4], 'still'), variable([2, 2], [1, 2, 3, 4], 'mixed')]
      const { updates } = adafactor({ learningRate: 0.1 }).begin([still, mixed])
      const slopes = [constant([0, 0, 0, 0], [2, 2]), constant([0, 0, 1e-18, 0], [2, 2])]
      const program = await backend.compile({ inputs: {}, outputs: {}, updates: updates(slopes, constant([0.1], [])) })
      for (let step = 0; step < 3; step++) await program.run({})
      expect([...(await backend.read(still))]).toEqual([1, 2, 3, 4])
      const [a, b, c, d] = await backend.read(mixed)
      expect([a, b, d]).toEqual([1, 2, 4])
      expect(c).toBeLessThan(3)
      expect(c).toBeGreaterThan(2)
      await backend.close()
    }
  })
})

describe('a group of parameters', () => {
  it('has a rate and a weight decay of its own, and the first that means a parameter counts', async () => {
    const optimizer = sgd({
      learningRate: 1,
      weightDecay: 0.5,
      decayParameters: 'weights',
      groups: [
        { parameters: '*.bias', rateFactor: 0.5, weightDecay: 0.25 },
        { parameters: ['head', 'body.bias'], rateFactor: 2 },
      ],
    })
    const names = ['body.weight', 'body.bias', 'head.weight']
    const parameters = names.map((name) => variable([1, 1], [1], name))
    const backend = reference()
    const updates = optimizer.begin(parameters).updates(
      parameters.map(() => constant([0], [1, 1])),
      constant([0.5], []),
    )
    await (await backend.compile({ inputs: {}, outputs: {}, updates })).run({})
    const values = []
    for (const parameter of parameters) values.push((await backend.read(parameter))[0])
    expect(values).toEqual([1 - 0.5 * 0.5, 1 - 0.5 * 0.5 * 0.25, 1 - 0.5 * 2 * 0.5])
    expect(names.map(optimizer.rateFactor!)).toEqual([1, 0.5, 2])
  })

  it('is a part of what a training depends on, and means a parameter of it', async () => {
    const options = (...groups: { parameters: string; weightDecay: number }[]) => ({
      optimizer: adamW({ learningRate: 0.1, groups }),
      epochs: 2,
      backend: reference(),
    })
    const { state } = await fit(network, data, { ...options(), epochs: 1 })
    const trainer = await createTrainer(network, data, options({ parameters: '*.bias', weightDecay: 0 }))
    await expect(trainer.restore(state)).rejects.toThrow(/optimizer.groups was not there/)
    await expect(createTrainer(network, data, options({ parameters: 'haed', weightDecay: 0 }))).rejects.toThrow(
      /'haed' matches none of the network's parameters/,
    )
  })

  it.each([
    [{ parameters: 'a' }, /the group of a sets nothing; give a rateFactor or a weightDecay/],
    [{ parameters: ['a', 'b'], rateFactor: 0 }, /the group of a, b: rateFactor is 0/],
    [{ parameters: 'a', weightDecay: -1 }, /weightDecay is -1/],
  ])('is refused as %o', (group, message) => {
    expect(() => sgd({ learningRate: 1, groups: [group] })).toThrow(message)
  })
})
