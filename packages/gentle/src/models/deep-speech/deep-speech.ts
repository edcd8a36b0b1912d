/** Deep Speech 2: a network from spectrograms to letters (Amodei et al., "Deep Speech 2: End-to-End Speech Recognition in English and Mandarin", 2016). */
import { ArgumentError } from '../../core/errors.ts'
import type { Tensor } from '../../graph/tensor.ts'
import type { InputsLayer, InputsLayerTypes, Tensors } from '../../nn/inputs-layer.ts'
import { checkCount, checkFlag, checkOptions, type Layer } from '../../nn/layer.ts'
import { Dropout } from '../../nn/layers/dropout.ts'
import { Linear } from '../../nn/layers/linear.ts'
import { GRU } from '../../nn/layers/recurrent/gru.ts'
import { LSTM } from '../../nn/layers/recurrent/lstm.ts'
import { RNN } from '../../nn/layers/recurrent/rnn.ts'
import { RowConv } from '../../nn/layers/row-convolution.ts'
import type { Scope } from '../../nn/scope.ts'
import type { CellState, SequenceState } from '../../nn/sequence-layer.ts'
import { add } from '../../ops/elementwise.ts'
import { slice } from '../../ops/structure.ts'
import { checkConvolution, convolved, placesAfter, type SpeechConvolution } from './convolutions.ts'

const cells = { rnn: RNN, gru: GRU, lstm: LSTM } as const

export interface DeepSpeechOptions {
  /** Symbols that are told apart, the blank of CTC among them. */
  readonly symbols: number
  /** From the lowest: 1 to 3 in the paper. */
  readonly convolutions: readonly SpeechConvolution[]
  /** 'gru' unless given. */
  readonly cell?: keyof typeof cells
  /** Recurrent layers. */
  readonly layers: number
  /** Numbers in the state of each. */
  readonly units: number
  /** Whether each layer goes backwards, too, and adds up both directions, as in the paper; true unless given. */
  readonly bidirectional?: boolean
  /** Of a network that goes forwards alone: how many steps of the future its row convolution sees, 0 for none; 20 unless given. */
  readonly lookahead?: number
  /** Share of the numbers between recurrent layers that are dropped in training; 0 unless given. */
  readonly dropout?: number
}

/** A network of spectrograms: it takes the input `spectrogram`, a sequence of frames of numbers along frequency, and gives logits [N, T', symbols]. */
export interface DeepSpeech extends InputsLayer {
  readonly options: Required<DeepSpeechOptions>
  /** Frames a step of the output. */
  readonly stride: number
  /** How many steps the output has for this many frames. */
  outputLength(frames: number): number
  /** The same for a batch, int32 [N]. */
  outputLengths(frames: Tensor): Tensor
}

const optionNames = ['symbols', 'convolutions', 'cell', 'layers', 'units', 'bidirectional', 'lookahead', 'dropout']

/** @throws ArgumentError for options that are unknown or out of range. */
function checked(options: DeepSpeechOptions): Required<DeepSpeechOptions> {
  checkOptions(options, optionNames, 'deepSpeech')
  const { convolutions, cell = 'gru', bidirectional = true, dropout = 0 } = options
  for (const name of ['symbols', 'layers', 'units'] as const) checkCount(options[name], `deepSpeech: ${name}`)
  if (!Array.isArray(convolutions)) throw new ArgumentError('deepSpeech: convolutions are not a list')
  for (const [i, each] of convolutions.entries()) checkConvolution(each, `deepSpeech: convolution ${i + 1}`)
  if (!Object.hasOwn(cells, cell))
    throw new ArgumentError(`deepSpeech: cell is '${cell}'; expected one of ${Object.keys(cells).join(', ')}`)
  checkFlag(bidirectional, 'deepSpeech: bidirectional')
  const { lookahead = bidirectional ? 0 : 20 } = options
  if (!(Number.isInteger(lookahead) && lookahead >= 0))
    throw new ArgumentError(`deepSpeech: lookahead is ${lookahead}; expected a whole number of at least 0`)
  if (bidirectional && lookahead > 0)
    throw new ArgumentError('deepSpeech: lookahead is only for unidirectional networks; set bidirectional: false')
  Dropout(dropout)
  return { ...options, cell, bidirectional, lookahead, dropout }
}

/**
 * Deep Speech 2: convolutions over time and frequency, recurrent layers, for networks that go forwards alone a row convolution, and a linear layer that gives
 * the logits of the blank and the letters at each step, for `ctcLoss`. What is behind the end of shorter sounds changes nothing.
 * @throws ArgumentError for options that are unknown or out of range.
 */
export function deepSpeech(options: DeepSpeechOptions): DeepSpeech {
  const all = checked(options)
  const stride = all.convolutions.reduce((product, each) => product * each.stride[0], 1)
  return {
    description: { type: 'deepSpeech', ...all },
    options: all,
    stride,
    outputLength: (frames) => Math.ceil(frames / stride),
    outputLengths: (frames) => placesAfter({ end: frames }, stride).end!,
    applyInputs({ spectrogram, spectrogramLengths }: Tensors, scope) {
      if (spectrogram === undefined) throw new ArgumentError("deepSpeech: there is no input 'spectrogram'")
      const { features, places } = convolved(spectrogram, scope, all.convolutions, { end: spectrogramLengths })
      const { outputs } = recurrent(features, scope, all, { lengths: places.end })
      return lettersOf(outputs, scope, all)
    },
  }
}

/** The network as a layer on spectrograms [N, T, F] that all have T frames, such as to look at what it costs. */
export const onSpectrograms = (network: DeepSpeech): Layer => ({
  description: network.description,
  apply: (spectrogram, scope) => network.applyInputs({ spectrogram }, scope),
})

/** The recurrent layers; each adds up its directions. */
export function recurrent(
  features: Tensor,
  scope: Scope,
  { cell, layers, units, bidirectional, dropout }: Required<DeepSpeechOptions>,
  { lengths, state }: { readonly lengths?: Tensor; readonly state?: readonly CellState[] } = {},
): { readonly outputs: Tensor; readonly state: readonly CellState[] } {
  let x = features
  const last: CellState[] = []
  for (let i = 0; i < layers; i++) {
    const layer = cells[cell](units, { bidirectional, normalization: 'batch' })
    const before: SequenceState | undefined = state && [state[i]]
    const passed = scope.applySequence(`recurrent${i + 1}`, layer, x, { lengths, state: before })
    last.push(passed.state[0])
    const [examples, steps] = x.shape
    const direction = (k: number): Tensor => slice(passed.outputs, [0, 0, k * units], [examples, steps, units])
    x = bidirectional ? add(direction(0), direction(1)) : passed.outputs
    if (dropout > 0) x = scope.apply(`dropout${i + 1}`, Dropout(dropout), x)
  }
  return { outputs: x, state: last }
}

/** Logits of what recurrent layers gave, [N, T, units]. */
export function lettersOf(x: Tensor, scope: Scope, { lookahead, symbols }: Required<DeepSpeechOptions>): Tensor {
  const seen = lookahead > 0 ? scope.apply('lookahead', RowConv(lookahead), x) : x
  return scope.apply('output', Linear(symbols), seen)
}

export const deepSpeechTypes: InputsLayerTypes = {
  deepSpeech: ({ type: _, ...options }) => deepSpeech(options as unknown as DeepSpeechOptions),
}
