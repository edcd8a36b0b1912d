/** How networks grew: the lecture's own figures of three trainings, and the same counted from the networks that Gentle builds. */
import { summarize, summarizeInputs } from '../nn/summary.ts'
import { speechNetwork } from './deep-speech/sizes.ts'
import { gnmt } from './gnmt.ts'
import { resnet152 } from './resnet.ts'

/** Names of the networks whose growth the lecture follows, in its order. */
export const lectureNetworks: readonly string[] = [
  ...['perceptron', 'mlp', 'lenet5', 'alexnet_original', 'alexnet', 'vgg16', 'vgg19', 'googlenet'],
  ...['resnet18', 'resnet34', 'resnet50', 'resnet101', 'resnet152'],
]

/** A training, counted: forward, and two gradients of each multiply-add, two FLOPs each. */
export interface CountedTraining {
  /** The network that was counted. */
  readonly network: string
  readonly parameters: number
  /** Multiply-adds of one example. */
  readonly macs: number
  /** How many examples were shown, all in all. */
  readonly examples: number
  /** Operations of the whole training, in 10^18. */
  readonly exaflops: number
  /** Where the number of examples is from. */
  readonly how: string
}

/** What training a network once took. */
export interface Growth {
  readonly name: string
  readonly year: number
  /** Operations of the whole training, in 10^18. */
  readonly exaflops: number
  readonly parameters: number
  readonly source: string
  readonly counted: CountedTraining
}

const source = 'A gentle introduction to Deep Learning, on growing complexity'

function counted(
  network: string,
  { parameters, macs }: { readonly parameters: number; readonly macs: number },
  examples: number,
  how: string,
): CountedTraining {
  return { network, parameters, macs, examples, exaflops: (3 * 2 * macs * examples) / 1e18, how }
}

/** Ten seconds of speech, as spectra of 161 frequencies every 10 ms. */
const tenSeconds = { spectrogram: { dtype: 'float32', shape: [161], sequence: 1000 } } as const

const pieces = { dtype: 'int32', shape: [], sequence: 30 } as const

/** What training the lecture's three systems took, in its order: as it tells, and as it is counted. Nothing is computed but their summaries. */
export const growth = (): readonly Growth[] => [
  {
    name: 'ResNet',
    year: 2015,
    exaflops: 7,
    parameters: 60e6,
    source,
    counted: counted(
      'resnet152',
      summarize(resnet152(), [3, 224, 224]),
      600_000 * 256,
      'He et al., section 3.4: 600,000 steps of 256 images',
    ),
  },
  {
    name: 'Deep Speech 2',
    year: 2016,
    exaflops: 20,
    parameters: 300e6,
    source,
    counted: counted(
      'deepspeech_large',
      summarizeInputs(speechNetwork('deepspeech_large', { symbols: 29 }), tenSeconds),
      (20 * 11_940 * 3600) / 10,
      'Amodei et al., sections 5 and 6: 20 epochs of 11,940 hours, here in pieces of ten seconds',
    ),
  },
  {
    name: "Google's neural machine translation",
    year: 2017,
    exaflops: 100,
    parameters: 8_700e6,
    source,
    counted: counted(
      'gnmt, 8 layers of 1,024',
      summarizeInputs(gnmt({ sourceTokens: 32_000, targetTokens: 32_000, units: 1024, layers: 8 }), {
        source: pieces,
        previous: pieces,
      }),
      2_000_000 * 128,
      'Wu et al., section 8.3, English to French: 2 million steps of 128 sentences, here of 30 pieces each',
    ),
  },
]
