/** Chapter 16: parameters and trainings over the years. */
import { summarize, summarizeInputs } from 'gentle-dl/inspect'
import { gnmt, networks, speechNetwork } from 'gentle-dl/models'
import { type Mark, plotScatter } from 'gentle-dl-plot'
import { blue, orange } from './svg.ts'

const costOf = (name: string): { year: number; macs: number; parameters: number } => {
  const { build, inputShape, year } = networks[name]
  const { macs, parameters } = summarize(build({}), inputShape)
  return { year, macs, parameters }
}

const size = (network: string, label: string): Mark => {
  const { year, parameters } = costOf(network)
  return { label, x: year, y: parameters }
}

/** Exaflops of a training that shows so many images: forward and two gradients, two FLOPs for each multiply-add. */
const training = (network: string, label: string, images: number): Mark => {
  const { year, macs } = costOf(network)
  return { label, x: year, y: (3 * 2 * macs * images) / 1e18 }
}

/** Networks of sequences, as large as their papers', and the exaflops of their trainings. */
function systems(): { readonly sizes: Mark[]; readonly trainings: Mark[] } {
  const pieces = { dtype: 'int32', shape: [], sequence: 30 } as const
  const sound = { dtype: 'float32', shape: [161], sequence: 1000 } as const
  const speech = summarizeInputs(speechNetwork('deepspeech_large', { symbols: 29 }), { spectrogram: sound })
  const translation = summarizeInputs(gnmt({ sourceTokens: 32_000, targetTokens: 32_000, units: 1024, layers: 8 }), {
    source: pieces,
    previous: pieces,
  })
  const exaflops = (macs: number, examples: number): number => (3 * 2 * macs * examples) / 1e18
  return {
    sizes: [
      { label: 'Deep Speech 2', x: 2016, y: speech.parameters },
      { label: 'GNMT', x: 2016, y: translation.parameters },
    ],
    trainings: [
      { label: 'Deep Speech 2', x: 2016, y: exaflops(speech.macs, (20 * 11_940 * 3600) / 10) },
      { label: 'GNMT', x: 2016, y: exaflops(translation.macs, 2_000_000 * 128) },
    ],
  }
}

/** The lecture's figures. */
const milestone = (label: string, year: number, y: number): Mark => ({ label, x: year, y, colour: orange })

const legend = [
  { name: 'counted from networks and papers', colour: blue, sample: 'dot' },
  { name: 'told in the lecture', colour: orange, sample: 'dot' },
] as const

export function growth(): string {
  const counted = systems()
  const sizes = [
    size('lenet5', 'LeNet-5'),
    size('alexnet_original', 'AlexNet'),
    size('vgg16', 'VGG16'),
    size('googlenet', 'GoogLeNet'),
    size('resnet152', 'ResNet-152'),
    size('mobilenet_v2', 'MobileNetV2'),
    ...counted.sizes,
    // The lecture's 60 M are ResNet-152's, which is drawn.
    milestone('Deep Speech 2', 2016, 300e6),
    milestone('translation', 2017, 8_700e6),
  ]
  // As in the chapter, which names the sections.
  const trainings = [
    training('lenet5', 'LeNet-5', 20 * 60_000),
    training('alexnet_original', 'AlexNet', 90 * 1_200_000),
    training('vgg16', 'VGG16', 370_000 * 256),
    training('resnet152', 'ResNet-152', 600_000 * 256),
    ...counted.trainings,
    milestone('ResNet', 2015, 7),
    milestone('Deep Speech 2', 2016, 20),
    milestone('translation', 2017, 100),
  ]
  const x = { label: 'year', scale: 'linear', whole: true, format: String } as const
  return plotScatter([
    {
      title: 'Sizes over twenty years',
      x,
      y: { label: 'Parameters', scale: 'logarithmic' },
      colour: blue,
      marks: sizes,
      legend,
    },
    {
      title: 'Trainings over twenty years',
      x,
      y: { label: 'Exaflops of the whole training', scale: 'logarithmic' },
      colour: blue,
      marks: trainings,
      legend,
    },
  ])
}
