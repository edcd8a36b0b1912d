/** Networks of recurrent layers to write as ONNX. */
import { Random } from '../../../src/core/random.ts'
import { GRU, type Layer, Linear, LSTM, ofInput, RNN, Sequential } from '../../../src/nn/index.ts'
import type { InputsLayer } from '../../../src/nn/inputs-layer.ts'

export const recurrentNetworks: Readonly<
  Record<string, { readonly layer: () => Layer; readonly operators: readonly string[]; readonly width?: number }>
> = {
  LSTM: { layer: () => LSTM(4), operators: ['LSTM'] },
  'GRU that resets after the product': { layer: () => GRU(4), operators: ['GRU'] },
  'GRU that resets before it, without bias': {
    layer: () => GRU(4, { resetAfter: false, bias: false }),
    operators: ['GRU'],
  },
  'RNN of relu': { layer: () => RNN(4, { activation: 'relu' }), operators: ['RNN'] },
  'LSTM, stacked, in both directions, the last steps': {
    layer: () => Sequential(LSTM(4, { layers: 2, bidirectional: true, outputs: 'last' }), Linear(2)),
    operators: ['LSTM', 'LSTM', 'LSTM', 'LSTM'],
  },
  'GRU with a learned state and residuals': {
    layer: () => GRU(4, { layers: 3, residual: true, learnedState: true, dropout: 0.3 }),
    operators: ['GRU', 'GRU', 'GRU'],
  },
  // What ONNX's operators have no place for is a loop of its own.
  'LSTM with layer norm': { layer: () => LSTM(4, { normalization: 'layer' }), operators: ['Scan'] },
}

/** A network that knows lengths. */
export const withLengths = (): InputsLayer => ofInput('x', LSTM(4, { bidirectional: true, outputs: 'last' }))

export const lengthsFor = [2, 5, 3]

export function sequencesFor(width: number): { readonly data: Float32Array; readonly examples: number } {
  const random = new Random(8, 'sequences')
  return { data: Float32Array.from({ length: 3 * 5 * width }, () => 2 * random.uniform() - 1), examples: 3 }
}
