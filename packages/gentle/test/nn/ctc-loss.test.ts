import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/gradients.ts'
import type { Backend } from '../../src/backends/backend.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { Random } from '../../src/core/random.ts'
import type { Shape } from '../../src/core/shape.ts'
import { constant, input, type Tensor, variable } from '../../src/graph/tensor.ts'
import { type CtcLossOptions, ctc, ctcLoss } from '../../src/nn/ctc-loss.ts'
import { logSoftmax, mul, sigmoid, softmax, sum } from '../../src/ops/index.ts'

interface Golden {
  readonly shape: Shape
  readonly logits: number[]
  readonly targets: number[][]
  readonly lengths: number[]
  readonly targetLengths: number[]
  readonly blank: number
  readonly zeroInfinity: boolean
  readonly losses: (number | null)[]
  readonly gradient: (number | null)[]
  readonly mean: number | null
}

const goldens: Record<string, Golden> = JSON.parse(
  readFileSync(new URL('../goldens/ctc.json', import.meta.url), 'utf8'),
)

const integers = (values: number[] | number[][]): Tensor => {
  const shape = Array.isArray(values[0]) ? [values.length, values[0].length] : [values.length]
  return constant(values.flat(), shape, 'int32')
}

/** Losses of logits, and the gradient of their sum. */
async function of(
  backend: Backend,
  shape: Shape,
  values: ArrayLike<number>,
  losses: (logits: Tensor) => Tensor,
): Promise<{ losses: number[]; gradient: number[] }> {
  const logits = variable(shape, Float32Array.from(values))
  const y = losses(logits)
  const [gradient] = gradients(sum(y), [logits])
  const program = await backend.compile({ inputs: {}, outputs: { losses: y, gradient } })
  const results = await program.run()
  const found = { losses: [...results.losses.data], gradient: [...results.gradient.data] }
  program.dispose()
  return found
}

const optionsOf = ({ lengths, targetLengths, blank, zeroInfinity }: Golden): CtcLossOptions => ({
  lengths: integers(lengths),
  targetLengths: integers(targetLengths),
  blank,
  zeroInfinity,
})

let backends: Record<string, Backend>
beforeAll(async () => {
  backends = { reference: reference({ precision: 'float64' }), wasm: await wasm({ threads: 1 }) }
})
afterAll(() => Promise.all(Object.values(backends).map((backend) => backend.close())))

describe.each(['reference', 'wasm'])('ctcLoss on %s gives what PyTorch gives:', (name) => {
  it.each(Object.entries(goldens))('%s', async (_, golden) => {
    const found = await of(backends[name], golden.shape, golden.logits, (logits) =>
      ctcLoss(logits, integers(golden.targets), optionsOf(golden)),
    )
    const digits = name === 'wasm' ? 4 : 6
    golden.losses.forEach((loss, n) => {
      if (loss === null) expect(found.losses[n]).toBe(Number.POSITIVE_INFINITY)
      else expect(found.losses[n] / Math.max(1, loss)).toBeCloseTo(loss / Math.max(1, loss), digits + 1)
    })
    golden.gradient.forEach((slope, i) => {
      if (slope === null) expect(found.gradient[i]).toBeNaN()
      else expect(found.gradient[i]).toBeCloseTo(slope, digits)
    })
  })
})

/** What an alignment spells: equal neighbours merged, then blanks dropped. */
const spelled = (alignment: number[], blank: number): string =>
  alignment.filter((symbol, t) => symbol !== blank && symbol !== alignment[t - 1]).join()

describe('ctcLoss', () => {
  it('sums over all alignments that spell the target', async () => {
    const [steps, symbols] = [5, 3]
    const logits = Float32Array.from({ length: steps * symbols }, (_, i) => Math.sin(3 * i))
    const rows = Array.from({ length: steps }, (_, t) => {
      const exponentials = [...logits.subarray(t * symbols, (t + 1) * symbols)].map(Math.exp)
      const total = exponentials.reduce((a, b) => a + b)
      return exponentials.map((e) => e / total)
    })
    for (const blank of [0, 1, 2]) {
      const sums = new Map<string, number>()
      for (let code = 0; code < symbols ** steps; code++) {
        const alignment = rows.map((_, t) => Math.floor(code / symbols ** t) % symbols)
        const likelihood = alignment.reduce((product, symbol, t) => product * rows[t][symbol], 1)
        const text = spelled(alignment, blank)
        sums.set(text, (sums.get(text) ?? 0) + likelihood)
      }
      const texts = [...sums.keys()].map((text) => (text === '' ? [] : text.split(',').map(Number)))
      const targets = integers(texts.map((labels) => [...labels, ...Array(steps - labels.length).fill(blank)]))
      const targetLengths = integers(texts.map(({ length }) => length))
      const copies = texts.flatMap(() => [...logits])
      for (const backend of Object.values(backends)) {
        const { losses } = await of(backend, [texts.length, steps, symbols], copies, (x) =>
          ctcLoss(x, targets, { blank, targetLengths }),
        )
        const expected = [...sums.values()].map((likelihood) => -Math.log(likelihood))
        losses.forEach((loss, n) => void expect(loss, `blank ${blank}, target ${texts[n]}`).toBeCloseTo(expected[n], 5))
      }
    }
  })

  it('keeps likelihoods apart that float32 cannot hold, and gradients that stand on the unlikely', async () => {
    // At each step the blank is certain but for e^-60, and the target needs nearly every step.
    const [steps, symbols, labels] = [200, 4, 99]
    const random = new Random(1)
    const logits = Float32Array.from({ length: steps * symbols }, (_, i) =>
      i % symbols === 0 ? 60 : 10 * random.normal(),
    )
    const target = Array.from({ length: labels }, () => 1 + random.integer(3))
    const run = (backend: Backend) => of(backend, [1, steps, symbols], logits, (x) => ctcLoss(x, integers([target])))
    const [exact, fast] = [await run(backends['reference']), await run(backends['wasm'])]
    expect(exact.losses[0]).toBeGreaterThan(4000)
    expect(fast.losses[0] / exact.losses[0]).toBeCloseTo(1, 6)
    expect(Math.max(...fast.gradient.map((slope, i) => Math.abs(slope - exact.gradient[i])))).toBeLessThan(1e-4)
  })

  it('gives NaN for labels and lengths that are none, and leaves the other examples as they are', async () => {
    const [steps, symbols] = [4, 3]
    const logits = Array.from({ length: 6 * steps * symbols }, (_, i) => Math.cos(i % (steps * symbols)))
    for (const backend of Object.values(backends)) {
      const { losses, gradient } = await of(backend, [6, steps, symbols], logits, (x) =>
        ctcLoss(
          x,
          integers([
            [1, 2],
            [1, 3],
            [1, 0],
            [-1, 2],
            [1, 2],
            [1, 2],
          ]),
          {
            lengths: integers([4, 4, 4, 4, 5, 4]),
            targetLengths: integers([2, 2, 2, 2, 2, 3]),
          },
        ),
      )
      expect(losses.map(Number.isNaN)).toEqual([false, true, true, true, true, true])
      const size = steps * symbols
      expect(gradient.slice(0, size).every(Number.isFinite)).toBe(true)
      expect(gradient.slice(size).every(Number.isNaN)).toBe(true)
    }
  })

  it('takes probabilities and their logarithms for what they are', async () => {
    const values = Array.from({ length: 15 }, (_, i) => Math.sin(i))
    const target = integers([[1, 2]])
    const plain = await of(backends['wasm'], [1, 5, 3], values, (x) => ctcLoss(x, target))
    for (const end of [softmax, logSoftmax]) {
      const found = await of(backends['wasm'], [1, 5, 3], values, (x) => ctcLoss(end(x), target))
      expect(found.losses[0]).toBeCloseTo(plain.losses[0], 5)
      found.gradient.forEach((slope, i) => void expect(slope).toBeCloseTo(plain.gradient[i], 6))
    }
    expect(() => ctcLoss(sigmoid(variable([1, 5, 3], 0)), target)).toThrow(/those of sigmoids/)
  })

  it('refuses shapes, types, blanks and second derivatives by name', () => {
    const logits = variable([2, 5, 3], 0)
    const targets = integers([[1], [2]])
    expect(() => ctcLoss(logits, integers([[1]]))).toThrow(
      'ctcLoss: logits [2, 5, 3], targets [1, 1], lengths [2] and target lengths [2]; expected [N, T, symbols], [N, U], [N] and [N]',
    )
    expect(() => ctcLoss(logits, input([2, 1]))).toThrow(/float32 targets/)
    expect(() => ctcLoss(logits, targets, { blank: 3 })).toThrow('ctcLoss: blank is 3; expected a symbol from 0 to 2')
    const [slope] = gradients(sum(ctcLoss(logits, targets)), [logits])
    expect(() => gradients(sum(mul(slope, slope)), [logits])).toThrow(/no second derivatives/)
  })

  it('gives the same bits on any number of threads', async () => {
    const random = new Random(2)
    const shape = [9, 20, 6]
    const logits = Float32Array.from({ length: 9 * 20 * 6 }, () => 3 * random.normal())
    const targets = integers(Array.from({ length: 9 }, () => Array.from({ length: 5 }, () => 1 + random.integer(5))))
    const two = await wasm({ threads: 2 })
    const [one, other] = [
      await of(backends['wasm'], shape, logits, (x) => ctcLoss(x, targets)),
      await of(two, shape, logits, (x) => ctcLoss(x, targets)),
    ]
    await two.close()
    expect(other).toEqual(one)
  })
})

describe('ctc, for training,', () => {
  const golden = goldens['labels that repeat, and lengths of their own']
  const targets = integers(golden.targets)
  const targetLengths = integers(golden.targetLengths)
  const lossOf = async (loss: (logits: Tensor) => Tensor): Promise<number> =>
    (await of(backends['wasm'], golden.shape, golden.logits, loss)).losses[0]

  it('is the mean over the examples, or over their labels first, as PyTorch has it', async () => {
    const inputs = (logits: Tensor) => ({ sound: logits, soundLengths: integers(golden.lengths) })
    const meanOf = (perLabel: boolean) =>
      lossOf((x) => ctc({ perLabel }).of(x, targets, { inputs: inputs(x), target: targets, targetLengths }))
    expect(await meanOf(true)).toBeCloseTo(golden.mean!, 4)
    expect(await meanOf(false)).toBeCloseTo(
      golden.losses.reduce<number>((a, b) => a + b! / 3, 0),
      4,
    )
  })

  it('asks how many steps of the outputs count where they are fewer than those of the input', async () => {
    const inputs = { sound: variable([3, 18, 2], 0), soundLengths: integers(golden.lengths.map((n) => 2 * n)) }
    const batch = { inputs, target: targets, targetLengths }
    expect(() => ctc().of(variable(golden.shape, 0), targets, batch)).toThrow(
      'ctc: the outputs have 9 steps, and the sequences among the inputs 18 (sound); give lengthsOf, which tells how many steps of the outputs are of each example',
    )
    const strided = ctc({ perLabel: true, lengthsOf: () => integers(golden.lengths) })
    expect(await lossOf((x) => strided.of(x, targets, batch))).toBeCloseTo(golden.mean!, 4)
  })
})
