/** GNMT against the same network in PyTorch; test/goldens/make-gnmt.py wrote what that gives. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/gradients.ts'
import type { Backend } from '../../src/backends/backend.ts'
import type { Shape } from '../../src/core/shape.ts'
import { constant } from '../../src/graph/tensor.ts'
import { gnmt } from '../../src/models/gnmt.ts'
import * as nn from '../../src/nn/index.ts'
import { mul, sum } from '../../src/ops/index.ts'
import { createTranslator } from '../../src/train/translator.ts'
import { generator } from '../goldens/generator.ts'

interface Golden {
  readonly source: number[][]
  readonly sourceLengths: number[]
  readonly previous: number[][]
  readonly target: number[][]
  readonly targetLengths: number[]
  readonly cases: Record<
    string,
    { readonly logits: number[][]; readonly losses: Record<string, number>; readonly gradients: Record<string, number> }
  >
}

const golden: Golden = JSON.parse(readFileSync(new URL('../goldens/gnmt.json', import.meta.url), 'utf8'))
const tokens = (rows: number[][]) =>
  constant(
    rows.flat().map((token) => Math.max(token, 0)),
    [rows.length, rows[0].length],
    'int32',
  )
const counts = (lengths: number[]) => constant(lengths, [lengths.length], 'int32')
export const inputs = {
  source: tokens(golden.source),
  sourceLengths: counts(golden.sourceLengths),
  previous: tokens(golden.previous),
  previousLengths: counts(golden.targetLengths),
}
const target = tokens(golden.target)
const batch = { inputs, target, targetLengths: counts(golden.targetLengths) }
export const networkOf = (layers: number) => gnmt({ sourceTokens: 7, targetTokens: 5, units: 4, layers, dropout: 0 })
const initialValues: nn.InitialValues = (path, shape) => generator(path)(shape, 'signed').map((value) => value / 2)
const fields = {
  source: { dtype: 'int32', shape: [], sequence: 5 },
  previous: { dtype: 'int32', shape: [], sequence: 4 },
} as const

/** That the network is PyTorch's on a backend, and decodes to what it says. */
export function describeGnmt(name: string, open: () => Promise<Backend>, tolerance: number): void {
  describe(`gnmt on ${name}`, () => {
    let backend: Backend
    beforeAll(async () => {
      backend = await open()
    })
    afterAll(() => backend?.close())

    const near = (actual: number, wanted: number, what: string): void => {
      expect(Math.abs(actual - wanted) / Math.max(1, Math.abs(wanted)), what).toBeLessThan(tolerance)
    }

    it.each(Object.entries(golden.cases))(
      'gives what PyTorch gives, with all gradients: %s layers',
      async (layers, wanted) => {
        const model = await nn.createModel(networkOf(Number(layers)), fields, { initialValues, backend })
        expect([...model.parameters.keys()].sort()).toEqual(Object.keys(wanted.gradients).sort())
        const scope = new nn.Scope({ parameters: model.parameters, state: model.state, seed: 0, training: true })
        const logits = model.layer.applyInputs(inputs, scope)
        const [plain, smoothed] = [0, 0.1].map((labelSmoothing) =>
          nn.sequenceCrossEntropy({ labelSmoothing }).of(logits, target, batch),
        )
        const parameters = [...model.parameters]
        const slopes = gradients(smoothed, [...model.parameters.values()])
        const shares = parameters.map(([name, { shape }], i): [string, ReturnType<typeof sum>] => [
          name,
          sum(mul(slopes[i], constant(generator(`${name} gradient`)(shape, 'signed'), shape))),
        ])
        const program = await backend.compile<never, string>({
          inputs: {},
          outputs: { logits, plain, smoothed, ...Object.fromEntries(shares) },
        })
        const results = await program.run()
        program.dispose()
        const [, steps, classes] = logits.shape as Shape
        wanted.logits.forEach((row, i) => {
          row.forEach((value, j) => {
            near(results.logits.data[i * steps * classes + j], value, `logit ${j} of example ${i}`)
          })
        })
        near(results.plain.data[0], wanted.losses['0.0'], 'the loss')
        near(results.smoothed.data[0], wanted.losses['0.1'], 'the loss with label smoothing')
        for (const [name, value] of Object.entries(wanted.gradients))
          near(results[name].data[0], value, `gradient of ${name}`)
      },
    )

    it('decodes to what its own logits say: greedily, and by a beam that finds the likeliest of all sequences', async () => {
      const model = await nn.createModel(networkOf(3), fields, { initialValues, backend })
      const translator = createTranslator(model, { begin: 1, end: 1 })
      const sources = golden.source.map((row, i) => row.slice(0, golden.sourceLengths[i]))
      const maxLength = 3
      const logProbabilities = await everySequence(model, sources, maxLength)
      const greedy = await translator.translate(sources, { maxLength })
      const widest = await translator.translate(sources, { maxLength, beamSize: 32, nBest: 3, rows: 64 })
      translator.dispose()
      for (const [i, all] of logProbabilities.entries()) {
        const [first] = greedy[i]
        near(first.logProbability, all.get(keyOf(first))!, 'the probability of the greedy one')
        expect(keyOf(first)).toBe(greedyKey(all))
        const ended = [...all].filter(([key]) => key.endsWith('.')).sort((a, b) => b[1] - a[1])
        widest[i].forEach((hypothesis, rank) => {
          near(hypothesis.score, ended[rank][1], `hypothesis ${rank} of example ${i}`)
          expect(keyOf(hypothesis)).toBe(ended[rank][0])
        })
        for (const weights of first.attention!) {
          expect(weights.length).toBe(sources[i].length)
          near(
            weights.reduce((a, b) => a + b),
            1,
            'the sum of attention',
          )
        }
      }
    })
  })
}

const keyOf = ({ tokens: made, ended }: { tokens: ArrayLike<number>; ended: boolean }): string =>
  Array.from(made).join('') + (ended ? '.' : '')

/** The logarithm of the probability of every beginning up to a length by its tokens, with a dot behind the ones that ended; by the network as it is trained. */
async function everySequence(
  model: nn.InputsModel,
  sources: number[][],
  maxLength: number,
): Promise<Map<string, number>[]> {
  const found = sources.map(() => new Map<string, number>([['', 0]]))
  const padded = Math.max(...sources.map(({ length }) => length))
  const scope = () => new nn.Scope({ parameters: model.parameters, state: model.state, seed: 0, training: false })
  let open: string[] = ['']
  for (let length = 0; length < maxLength; length++) {
    const pairs = sources.flatMap((source, i) => open.map((key) => ({ source, key, i })))
    const logits = model.layer.applyInputs(
      {
        source: tokens(pairs.map(({ source }) => [...source, ...new Array<number>(padded - source.length).fill(0)])),
        sourceLengths: counts(pairs.map(({ source }) => source.length)),
        previous: tokens(pairs.map(({ key }) => [1, ...[...key].map(Number)])),
        previousLengths: counts(pairs.map(({ key }) => key.length + 1)),
      },
      scope(),
    )
    const program = await model.backend.compile({ inputs: {}, outputs: { logits } })
    const { data } = (await program.run()).logits
    program.dispose()
    pairs.forEach(({ key, i }, p) => {
      const last = data.slice((p * (length + 1) + length) * 5, (p * (length + 1) + length + 1) * 5)
      const total = Math.log([...last].reduce((sum, z) => sum + Math.exp(z), 0))
      last.forEach((z, token) => {
        found[i].set(token === 1 ? `${key}.` : `${key}${token}`, found[i].get(key)! + z - total)
      })
    })
    open = open.flatMap((key) => [0, 2, 3, 4].map((token) => `${key}${token}`))
  }
  return found
}

/** The beginning that goes on with the likeliest token each time. */
function greedyKey(all: Map<string, number>): string {
  let key = ''
  for (;;) {
    const next = [`${key}.`, ...[0, 2, 3, 4].map((token) => `${key}${token}`)].filter((each) => all.has(each))
    if (next.length === 0) return key
    key = next.reduce((a, b) => (all.get(b)! > all.get(a)! ? b : a))
    if (key.endsWith('.')) return key
  }
}
