import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/index.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { ArgumentError } from '../../src/core/errors.ts'
import { Random } from '../../src/core/random.ts'
import { type NamedDataset, namedInMemory } from '../../src/data/index.ts'
import { constant, input, type Tensor } from '../../src/graph/tensor.ts'
import { maskOf } from '../../src/models/deep-speech/convolutions.ts'
import { type DeepSpeechOptions, deepSpeech } from '../../src/models/deep-speech/deep-speech.ts'
import { sequenceNorm } from '../../src/models/deep-speech/sequence-norm.ts'
import { SpeechStream } from '../../src/models/deep-speech/stream.ts'
import { inputsLayerFrom } from '../../src/models/layer-from.ts'
import {
  createModel,
  type InputsModel,
  type Parameters,
  RowConv,
  readWeights,
  Scope,
  writeWeights,
} from '../../src/nn/index.ts'
import { mul, sum } from '../../src/ops/index.ts'
import { predict } from '../../src/train/index.ts'

const bins = 6

const options: DeepSpeechOptions = {
  symbols: 4,
  convolutions: [
    { channels: 3, kernel: [5, 3], stride: [2, 2] },
    { channels: 2, kernel: [3, 3], stride: [1, 1] },
  ],
  layers: 2,
  units: 5,
}
const forwards = { ...options, bidirectional: false, lookahead: 3 }

/** Sounds of these lengths. */
function sounds(lengths: readonly number[], seed = 1): NamedDataset {
  const random = new Random(seed)
  const values = lengths.map((length) => Float32Array.from({ length: length * bins }, () => random.normal()))
  return namedInMemory({
    inputs: { spectrogram: { values, shape: [bins] } },
    target: { values: new Int32Array(lengths.length) },
  })
}

/** A model all of whose weights are away from where they begin, statistics among them. */
async function modelOf(
  chosen: DeepSpeechOptions,
  longest: number,
  backend = reference({ precision: 'float64' }),
): Promise<InputsModel> {
  const inputs = { spectrogram: { dtype: 'float32' as const, shape: [bins], sequence: longest } }
  const model = await createModel(deepSpeech(chosen), inputs, { backend, seed: 3 })
  const weights = await readWeights(model)
  const random = new Random(4)
  for (const [name, values] of weights)
    for (let i = 0; i < values.length; i++)
      values[i] = /running_var/.test(name) ? 0.5 + random.uniform() : values[i] + 0.3 * random.normal()
  await writeWeights(model, weights)
  return model
}

describe('Deep Speech 2', () => {
  it('tells of each sound what it tells of that alone, however far it is padded', async () => {
    for (const chosen of [options, forwards]) {
      const lengths = [23, 1, 9, 14, 2]
      const model = await modelOf(chosen, 23)
      const { outputLength } = deepSpeech(chosen)
      const together = await predict(model, sounds(lengths), { batchSize: 5 })
      const alone = await predict(model, sounds(lengths), { batchSize: 1 })
      for (const [i, length] of lengths.entries()) {
        const steps = outputLength(length) * options.symbols
        expect(steps).toBe(Math.ceil(length / 2) * 4)
        for (let k = 0; k < steps; k++) expect(together[i].data[k]).toBeCloseTo(alone[i].data[k], 10)
      }
    }
  })

  it('knows how many steps there are, in numbers and as a tensor', async () => {
    const strided = deepSpeech({
      ...options,
      convolutions: [{ channels: 1, kernel: [3, 3], stride: [3, 1] }, ...options.convolutions],
    })
    expect(strided.stride).toBe(6)
    const frames = input([4], 'int32')
    const program = await reference().compile({ inputs: { frames }, outputs: { y: strided.outputLengths(frames) } })
    const { y } = await program.run({ frames: Int32Array.of(1, 6, 7, 100) })
    expect([...y.data]).toEqual([1, 1, 2, 17])
    expect([1, 6, 7, 100].map(strided.outputLength)).toEqual([1, 1, 2, 17])
  })

  it('is the same again from its description, and refuses options out of range', () => {
    const network = deepSpeech({ ...forwards, cell: 'lstm', dropout: 0.1 })
    expect(inputsLayerFrom(JSON.parse(JSON.stringify(network.description))).description).toEqual(network.description)
    const refused = (change: object, message: RegExp): void => {
      expect(() => deepSpeech({ ...options, ...change })).toThrow(ArgumentError)
      expect(() => deepSpeech({ ...options, ...change })).toThrow(message)
    }
    refused({ lookahead: 3 }, /lookahead is only for unidirectional networks/)
    refused({ cell: 'tree' }, /expected one of rnn, gru, lstm/)
    refused({ units: 0 }, /units is 0/)
    refused({ convolutions: [{ channels: 1, kernel: [4, 3], stride: [1, 1] }] }, /odd numbers/)
    refused({ convolutions: [{ channels: 1, kernel: [3], stride: [1, 1] }] }, /expected \[time, frequency\]/)
    refused({ wide: true }, /option 'wide' is unknown/)
  })

  it('forwards alone answers as the sound arrives, and in all the same', async () => {
    for (const cell of ['gru', 'lstm'] as const)
      for (const [length, piece, steps] of [
        [53, 7, 4],
        [53, 1, 3],
        [16, 40, 2],
        [1, 1, 5],
        [30, 30, 64],
      ]) {
        const model = await modelOf({ ...forwards, cell }, length)
        const set = sounds([length])
        const [whole] = await predict(model, set)
        const frames = new Float32Array(length * bins)
        await set.read(0, { spectrogram: frames }, new Int32Array(1), 0)
        const stream = await SpeechStream.begin(model, { steps })
        const reported: number[] = []
        let early = 0
        for (let at = 0; at < length; at += piece) {
          reported.push(...(await stream.push(frames.subarray(at * bins, (at + piece) * bins))))
          early = reported.length
        }
        reported.push(...(await stream.end()))
        expect(reported).toHaveLength(whole.data.length)
        for (let k = 0; k < reported.length; k++) expect(reported[k]).toBeCloseTo(whole.data[k], 6)
        if (length === 53) expect(early).toBeGreaterThan(reported.length / 2)
        await expect(async () => stream.push(frames)).rejects.toThrow(/the sound is over/)
        const hasty = await SpeechStream.begin(model, { steps })
        const asked: Promise<Float32Array>[] = []
        for (let at = 0; at < length; at += piece)
          asked.push(hasty.push(frames.subarray(at * bins, (at + piece) * bins)))
        const atOnce = await Promise.all([...asked, hasty.end()])
        expect(atOnce.flatMap((each) => [...each])).toEqual(reported)
      }
    await expect(SpeechStream.begin(await modelOf(options, 10))).rejects.toThrow(/before the end of the sound/)
    await expect(SpeechStream.begin(await modelOf(forwards, 10), { steps: 1.5 })).rejects.toThrow(
      'SpeechStream: steps is 1.5',
    )
  })

  it('learns on the wasm backend what it learns on the reference, padding apart', async () => {
    const backend = await wasm({ threads: 2 })
    const set = sounds([12, 9, 5, 3, 12, 8, 7, 1, 4])
    const fast = await modelOf(options, 12, backend)
    const exact = await modelOf(options, 12)
    const [a, b] = [await predict(fast, set), await predict(exact, set)]
    for (const [i, { data }] of a.entries())
      for (let k = 0; k < Math.ceil(set.lengths!.spectrogram[i] / 2) * 4; k++)
        expect(data[k]).toBeCloseTo(b[i].data[k], 4)
    await backend.close()
  })
})

it('norms of sounds count no padding: neither statistics nor gradients change with it', async () => {
  const random = new Random(7)
  const [examples, channels, rows] = [3, 2, 2]
  const lengths = [5, 2, 4]
  const values = new Map<string, number>()
  const valueAt = (...place: number[]): number => {
    const key = place.join()
    if (!values.has(key)) values.set(key, random.normal())
    return values.get(key)!
  }
  const trained = async (steps: number): Promise<Record<string, number[]>> => {
    const parameters: Parameters = new Map()
    const state: Parameters = new Map()
    const updates = new Map<string, Tensor>()
    const scope = new Scope({
      parameters,
      state,
      seed: 0,
      training: true,
      onUpdate: ({ name }, next) => updates.set(name, next),
    })
    const x = Float32Array.from({ length: examples * channels * steps * rows }, (_, i) => {
      const [n, c, t, f] = [
        Math.floor(i / (channels * steps * rows)),
        Math.floor(i / (steps * rows)) % channels,
        Math.floor(i / rows) % steps,
        i % rows,
      ]
      return t < lengths[n] ? valueAt(n, c, t, f) : 100 + i
    })
    const sounds = input([examples, channels, steps, rows])
    const mask = maskOf({ end: constant(lengths, [examples], 'int32') }, steps)!
    const y = scope.apply('norm', sequenceNorm(mask), sounds)
    const loss = sum(mul(mask, mul(y, mul(y, y))))
    const [weight, bias] = gradients(loss, [...parameters.values()])
    const program = await reference({ precision: 'float64' }).compile({
      inputs: { sounds },
      outputs: {
        loss,
        weight,
        bias,
        mean: updates.get('norm.running_mean')!,
        variance: updates.get('norm.running_var')!,
      },
    })
    const results = await program.run({ sounds: x })
    return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, [...data]]))
  }
  const [short, long] = [await trained(5), await trained(9)]
  for (const [name, numbers] of Object.entries(short))
    for (const [i, value] of numbers.entries())
      expect(Math.abs(long[name][i] - value), name).toBeLessThan(1e-5 * (1 + Math.abs(value)))
  // The unbiased variance of the numbers of a channel, by which the running one moves by a tenth.
  const own = lengths.flatMap((length, n) => Array.from({ length: 2 * length }, (_, i) => valueAt(n, 0, i >> 1, i & 1)))
  const mean = own.reduce((a, b) => a + b) / own.length
  const variance = own.reduce((total, value) => total + (value - mean) ** 2, 0) / (own.length - 1)
  expect(short.mean[0]).toBeCloseTo(0.1 * mean, 6)
  expect(short.variance[0]).toBeCloseTo(0.9 + 0.1 * variance, 6)
})

it('row convolution sees the steps of the future, and no others (equation 9)', async () => {
  const backend = reference({ precision: 'float64' })
  const model = await createModel(RowConv(2), [4, 3], { backend, seed: 1 })
  const x = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i))
  const { data } = await predict(model, x)
  const w = (await readWeights(model)).get('weight')!
  for (let t = 0; t < 4; t++)
    for (let c = 0; c < 3; c++) {
      let expected = 0
      for (let j = 0; j <= 2; j++) if (t + j < 4) expected += w[c * 3 + j] * x[(t + j) * 3 + c]
      expect(data[t * 3 + c]).toBeCloseTo(expected, 5)
    }
  expect(() => RowConv(0)).toThrow(ArgumentError)
})
