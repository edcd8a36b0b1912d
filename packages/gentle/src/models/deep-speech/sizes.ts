/** Deep Speech 2 in sizes that have names. */
import { ArgumentError } from '../../core/errors.ts'
import { type DeepSpeech, type DeepSpeechOptions, deepSpeech } from './deep-speech.ts'

export interface SpeechNetworkEntry {
  /** What it is, in a line. */
  readonly text: string
  readonly options: Omit<DeepSpeechOptions, 'symbols'>
}

/** Both halve time and frequency twice: a step of 40 ms is short enough for letters. */
const small = [
  { channels: 16, kernel: [5, 5], stride: [2, 2] },
  { channels: 32, kernel: [5, 5], stride: [2, 2] },
] as const

/** By their names: two that two cores train within minutes on an hour of speech, and one as deep as the paper's largest. */
export const speechNetworks: Readonly<Record<string, SpeechNetworkEntry>> = {
  deepspeech: {
    text: 'small and bidirectional',
    options: { convolutions: small, layers: 3, units: 160, dropout: 0.2 },
  },
  deepspeech_online: {
    text: 'small and unidirectional, for streaming; its output lags by 0.6 s',
    options: { convolutions: small, layers: 3, units: 192, bidirectional: false, lookahead: 10, dropout: 0.2 },
  },
  deepspeech_large: {
    // The paper's table 4, 3-layer 2D, and seven recurrent layers upon it.
    text: "the paper's three convolutions and seven recurrent layers, for hours of speech",
    options: {
      convolutions: [
        { channels: 32, kernel: [11, 41], stride: [2, 2] },
        { channels: 32, kernel: [11, 21], stride: [1, 2] },
        { channels: 96, kernel: [11, 21], stride: [1, 2] },
      ],
      layers: 7,
      units: 1280,
    },
  },
}

/**
 * A network of speech by its name, with as many layers and units as told.
 * @throws ArgumentError for a name that no such network has, and numbers out of range.
 */
export function speechNetwork(
  name: string,
  options: { readonly symbols: number; readonly layers?: number; readonly units?: number },
): DeepSpeech {
  if (!Object.hasOwn(speechNetworks, name))
    throw new ArgumentError(
      `speechNetwork: no speech network is named '${name}'; choose from ${Object.keys(speechNetworks).join(', ')}`,
    )
  const { options: own } = speechNetworks[name]
  const { symbols, layers = own.layers, units = own.units } = options
  return deepSpeech({ ...own, symbols, layers, units })
}
