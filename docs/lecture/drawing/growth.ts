/** Chapter 16: parameters and trainings over the years. */
import { summarize, summarizeInputs } from 'gentle-dl/inspect'
import { gnmt, networks, speechNetwork } from 'gentle-dl/models'
import { type Axes, axes } from './axes.ts'
import { blue, heading, muted, orange, short, svg, text } from './svg.ts'

interface Point {
  readonly name: string
  readonly year: number
  readonly value: number
  /** Where its name stands, in pixels from it; right of it unless given. */
  readonly dx?: number
  readonly dy?: number
  readonly anchor?: 'start' | 'middle' | 'end'
}

const costOf = (name: string): { year: number; macs: number; parameters: number } => {
  const { build, inputShape, year } = networks[name]
  const { macs, parameters } = summarize(build({}), inputShape)
  return { year, macs, parameters }
}

type Placed = Pick<Point, 'dx' | 'dy' | 'anchor'>

const size = (network: string, name: string, place: Placed = {}): Point => {
  const { year, parameters } = costOf(network)
  return { name, year, value: parameters, ...place }
}

/** Exaflops of a training that shows so many images: forward and two gradients, two FLOPs for each multiply-add. */
const training = (network: string, name: string, images: number, place: Placed = {}): Point => {
  const { year, macs } = costOf(network)
  return { name, year, value: (3 * 2 * macs * images) / 1e18, ...place }
}

/** Networks of sequences, as large as their papers', and the exaflops of their trainings. */
function systems(): { readonly sizes: Point[]; readonly trainings: Point[] } {
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
      { name: 'Deep Speech 2', year: 2016, value: speech.parameters, dy: 9 },
      { name: 'GNMT', year: 2016, value: translation.parameters, dx: 0, dy: -10, anchor: 'middle' },
    ],
    trainings: [
      {
        name: 'Deep Speech 2',
        year: 2016,
        value: exaflops(speech.macs, (20 * 11_940 * 3600) / 10),
        dx: -6,
        dy: -8,
        anchor: 'end',
      },
      { name: 'GNMT', year: 2016, value: exaflops(translation.macs, 2_000_000 * 128), dy: 10 },
    ],
  }
}

function dots({ x, y }: Axes, points: readonly Point[], colour: string): string {
  return points
    .map(({ name, year, value, dx = 9, dy = 4, anchor }) => {
      const [cx, cy] = [x(year), y(value)]
      return (
        `<circle cx="${short(cx)}" cy="${short(cy)}" r="4.5" fill="${colour}"/>` +
        text(cx + dx, cy + dy, name, anchor, `font-size="12" fill="${colour}"`)
      )
    })
    .join('')
}

const suffixed = (value: number): string =>
  value >= 1e9 && value < 1e12
    ? `${value / 1e9} G`
    : value >= 1e6
      ? `${value / 1e6} M`
      : value >= 1e4
        ? `${value / 1e3} k`
        : String(value)

const powers: Readonly<Record<number, string>> = { 1e-6: '10⁻⁶', 1e-4: '10⁻⁴', 1e-2: '10⁻²' }

export function growth(): string {
  const years = { from: 1996.5, to: 2022.5, ticks: [1998, 2003, 2008, 2013, 2018], label: '' }
  const left = axes(
    years,
    { from: 1e4, to: 3e10, logarithmic: true, ticks: [1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10], label: 'parameters' },
    { left: 60, right: 400, top: 84, bottom: 360 },
    suffixed,
  )
  const right = axes(
    years,
    {
      from: 1e-6,
      to: 1000,
      logarithmic: true,
      ticks: [1e-6, 1e-4, 1e-2, 1, 100],
      label: 'exaflops of the whole training',
    },
    { left: 500, right: 840, top: 84, bottom: 360 },
    (value) => (value > 0 && value < 1 ? powers[value] : String(value)),
  )
  const sizes = [
    size('lenet5', 'LeNet-5'),
    size('alexnet_original', 'AlexNet', { dx: -9, anchor: 'end' }),
    size('vgg16', 'VGG16', { dx: -6, dy: -9, anchor: 'end' }),
    size('googlenet', 'GoogLeNet', { dx: -9, anchor: 'end' }),
    size('resnet152', 'ResNet-152', { dy: 14 }),
    size('mobilenet_v2', 'MobileNetV2', { dx: 0, dy: 19, anchor: 'middle' }),
  ]
  // As in the chapter, which names the sections.
  const trainings = [
    training('lenet5', 'LeNet-5', 20 * 60_000),
    training('alexnet_original', 'AlexNet', 90 * 1_200_000, { dx: -9, anchor: 'end' }),
    training('vgg16', 'VGG16', 370_000 * 256, { dx: -9, anchor: 'end' }),
    training('resnet152', 'ResNet-152', 600_000 * 256, { dx: 4, dy: -9, anchor: 'end' }),
  ]
  const counted = systems()
  const lecture = (values: readonly number[]): Point[] => [
    { name: 'ResNet', year: 2015, value: values[0], dx: -4, dy: 19, anchor: 'end' },
    { name: 'Deep Speech 2', year: 2016, value: values[1] },
    { name: 'translation', year: 2017, value: values[2] },
  ]
  return svg(
    880,
    400,
    [
      heading(20, 28, 'growth over twenty years'),
      text(
        20,
        48,
        'blue: computed from the networks here and the steps that their papers name; orange: the lecture’s figures',
        'start',
        `font-size="12" fill="${muted}"`,
      ),
      left.drawn,
      right.drawn,
      dots(left, [...sizes, ...counted.sizes], blue),
      // The lecture's 60 M are ResNet-152's, which is drawn.
      dots(left, lecture([60e6, 300e6, 8_700e6]).slice(1), orange),
      dots(right, [...trainings, ...counted.trainings], blue),
      dots(right, lecture([7, 20, 100]), orange),
    ].join(''),
  )
}
