/**
 * Weights of Keras and ONNX in our layers; test/goldens/make-recurrent-weights.py and .js wrote what Keras' equations, TensorFlow.js and onnxruntime give for
 * them.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { ShapeError } from '../../src/core/errors.ts'
import type { Shape } from '../../src/core/shape.ts'
import {
  type RecurrentSizes,
  type RecurrentWeights,
  recurrentWeightsFromKeras,
  recurrentWeightsFromOnnx,
  recurrentWeightsToKeras,
  recurrentWeightsToOnnx,
} from '../../src/formats/recurrent-weights.ts'
import { constant, type Tensor } from '../../src/graph/tensor.ts'
import * as nn from '../../src/nn/index.ts'
import { reshape, transpose } from '../../src/ops/index.ts'
import { generator } from '../goldens/generator.ts'

interface Golden {
  readonly by: 'keras' | 'tensorflowjs' | 'onnx'
  readonly kind: 'rnn' | 'lstm' | 'gru'
  readonly resetAfter: boolean
  readonly directions: 1 | 2
  readonly biases: boolean
  readonly outputs: number[]
}

const goldens: Record<string, Golden> = JSON.parse(
  readFileSync(new URL('../goldens/recurrent-weights.json', import.meta.url), 'utf8'),
)
const [batch, steps, inputs, units] = [2, 3, 3, 2]
const gates = { rnn: 1, lstm: 4, gru: 3 } as const

const layerOf = ({ kind, resetAfter, directions, biases: bias }: Golden): nn.RecurrentLayer => {
  const options = { bidirectional: directions === 2, bias }
  if (kind === 'gru') return nn.GRU(units, { ...options, resetAfter })
  return kind === 'lstm' ? nn.LSTM(units, options) : nn.RNN(units, options)
}

async function run(y: Tensor): Promise<number[]> {
  const program = await reference({ precision: 'float64' }).compile({ inputs: {}, outputs: { y } })
  return [...(await program.run()).y.data]
}

/** The layer's outputs for one step after the other, as Keras, or as ONNX lays them out: [T, directions, N, units]. */
function outputsOf(golden: Golden, x: Tensor, weights: readonly RecurrentWeights[]): Promise<number[]> {
  const values = new Map<string, Float32Array>(
    weights.flatMap((each, i) =>
      Object.entries(each).map(([name, array]) => [`${name}_l0${i === 1 ? '_reverse' : ''}`, array] as const),
    ),
  )
  const scope = new nn.Scope({
    parameters: new Map(),
    state: new Map(),
    seed: 0,
    training: false,
    initialValues: (path) => values.get(path)!,
  })
  const y = layerOf(golden).apply(x, scope)
  return run(golden.by === 'onnx' ? transpose(reshape(y, [batch, steps, golden.directions, units]), [1, 2, 0, 3]) : y)
}

/** The same with other biases, of which the sums that count are those of before. */
const withSharedBiases = ({ bias_ih, bias_hh, ...weights }: RecurrentWeights): RecurrentWeights => ({
  ...weights,
  ...(bias_ih &&
    bias_hh && { bias_ih: bias_ih.map((value) => value - 0.5), bias_hh: bias_hh.map((value) => value + 0.5) }),
})

describe('weights of recurrent layers', () => {
  it.each(Object.entries(goldens))('from %s enter our layers and leave them', async (name, golden) => {
    const draw = generator(name)
    const { by, kind, resetAfter, directions, biases } = golden
    const sizes: RecurrentSizes = { kind, inputs, units }
    const rows = gates[kind] * units
    const numbers = (...shape: Shape): Float32Array => draw(shape, 'signed')
    const expectGolden = async (x: Tensor, weights: readonly RecurrentWeights[]): Promise<void> => {
      const found = await outputsOf(golden, x, weights)
      expect(found.length).toBe(golden.outputs.length)
      for (const [i, wanted] of golden.outputs.entries()) expect(found[i], `number ${i}`).toBeCloseTo(wanted, 5)
    }
    if (by === 'onnx') {
      const x = transpose(constant(numbers(steps, batch, inputs), [steps, batch, inputs]), [1, 0, 2])
      const stored = {
        W: numbers(directions, rows, inputs),
        R: numbers(directions, rows, units),
        ...(biases && { B: numbers(directions, 2 * rows) }),
      }
      const ours = recurrentWeightsFromOnnx(sizes, stored)
      await expectGolden(x, ours)
      expect(recurrentWeightsToOnnx(sizes, ours)).toEqual(stored)
    } else {
      const x = constant(numbers(batch, steps, inputs), [batch, steps, inputs])
      const twoBiases = kind === 'gru' && resetAfter
      const stored = {
        kernel: numbers(inputs, rows),
        recurrentKernel: numbers(units, rows),
        bias: twoBiases ? numbers(2, rows) : numbers(rows),
      }
      const ours = recurrentWeightsFromKeras(sizes, stored)
      await expectGolden(x, [ours])
      const again = recurrentWeightsToKeras(sizes, twoBiases ? ours : withSharedBiases(ours), resetAfter)
      expect(again.kernel).toEqual(stored.kernel)
      expect(again.recurrentKernel).toEqual(stored.recurrentKernel)
      for (const [i, value] of stored.bias.entries()) expect(again.bias![i]).toBeCloseTo(value, 6)
      expect(again.bias!.length).toBe(stored.bias.length)
    }
  })

  it('of another size are refused by their name', () => {
    const sizes: RecurrentSizes = { kind: 'lstm', inputs, units }
    const numbers = (length: number) => new Float32Array(length)
    expect(() => recurrentWeightsFromKeras(sizes, { kernel: numbers(24), recurrentKernel: numbers(15) })).toThrow(
      new ShapeError('recurrentWeightsFromKeras: recurrentKernel has 15 numbers; expected 16'),
    )
    expect(() => recurrentWeightsFromOnnx(sizes, { W: numbers(48), R: numbers(16) })).toThrow(
      new ShapeError('recurrentWeightsFromOnnx: R has 16 numbers; expected 32'),
    )
    const half = { weight_ih: numbers(24), weight_hh: numbers(16), bias_hh: numbers(8) }
    expect(() => recurrentWeightsToKeras(sizes, half)).toThrow(
      new ShapeError('recurrentWeightsToKeras: there is one of bias_ih and bias_hh; expected both or none'),
    )
  })
})
