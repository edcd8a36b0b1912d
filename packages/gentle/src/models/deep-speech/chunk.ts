/** A chunk of a sound through a network that goes forwards alone. */
import { ArgumentError } from '../../core/errors.ts'
import { type Input, input, type Tensor } from '../../graph/tensor.ts'
import { type Parameters, Scope } from '../../nn/scope.ts'
import type { CellState } from '../../nn/sequence-layer.ts'
import { maximum, minimum, sub } from '../../ops/elementwise.ts'
import { concat, slice } from '../../ops/structure.ts'
import { convolved } from './convolutions.ts'
import { type DeepSpeech, lettersOf, recurrent } from './deep-speech.ts'

/** How many frames go into a chunk, and what of them is new. */
export interface ChunkSizes {
  /** Frames before the first new one that the convolutions see. */
  readonly before: number
  /** New frames, a multiple of the network's stride. */
  readonly frames: number
  /** Frames behind them. */
  readonly after: number
  /** Steps of the output. */
  readonly steps: number
}

/** @throws ArgumentError for a network that goes backwards, too, and has to have heard all of a sound. */
export function chunkSizes({ options, stride }: DeepSpeech, steps: number): ChunkSizes {
  if (options.bidirectional)
    throw new ArgumentError('deepSpeech: a bidirectional network cannot answer before the end of the sound')
  let [reach, step] = [0, 1]
  for (const { kernel, stride: strides } of options.convolutions) {
    reach += ((kernel[0] - 1) / 2) * step
    step *= strides[0]
  }
  return { before: Math.ceil(reach / stride) * stride, frames: steps * stride, after: reach, steps }
}

/**
 * Traces a chunk. Inputs: `spectrogram` [1, before + frames + after, F]; `begin`, `end`, int32 [1], between which frames are within the sound; the state and
 * what the row convolution waits with, from the chunk before. The logits are those of the steps that are `lookahead` steps earlier.
 */
export function traceChunk(
  network: DeepSpeech,
  bins: number,
  { before, frames, after, steps }: ChunkSizes,
  { parameters, state: kept }: { readonly parameters: Parameters; readonly state: Parameters },
) {
  const { options, stride } = network
  const { cell, layers, units, lookahead } = options
  const scope = new Scope({ parameters, state: kept, seed: 0, training: false })
  const spectrogram = input([1, before + frames + after, bins])
  const [begin, end] = [input([1], 'int32'), input([1], 'int32')]
  const states = Array.from({ length: layers }, () =>
    Array.from({ length: cell === 'lstm' ? 2 : 1 }, () => input([1, units])),
  )
  const waiting = lookahead > 0 ? input([1, lookahead, units]) : undefined
  const { features, places } = convolved(spectrogram, scope, options.convolutions, { begin, end })
  const first = before / stride
  const own = slice(features, [0, first, 0], [1, steps, features.shape[2]])
  const lengths = minimum(maximum(sub(places.end!, first), 0), steps)
  const { outputs, state } = recurrent(own, scope, options, { lengths, state: states as readonly CellState[] })
  const all = waiting === undefined ? outputs : concat([waiting, outputs], 1)
  const logits = slice(lettersOf(all, scope, options), [0, 0, 0], [1, steps, options.symbols])
  const inputs: Record<string, Input> = { spectrogram, begin, end }
  const results: Record<string, Tensor> = { logits }
  for (const [i, tensors] of states.entries())
    for (const [k, tensor] of tensors.entries()) {
      inputs[`state${i}.${k}`] = tensor
      results[`state${i}.${k}`] = state[i][k]
    }
  if (waiting !== undefined) {
    inputs.waiting = waiting
    results.waiting = slice(all, [0, steps, 0], [1, lookahead, units])
  }
  return { inputs, outputs: results }
}
