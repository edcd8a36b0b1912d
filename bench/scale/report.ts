/** What the model says: its coefficients, its errors, and training ResNet-50 with batches of 8,192 on up to 1,024 machines. */
import { colourOf, heading, legend, linePanel, muted, notes, percentText, powersAxis, stacked } from 'gentle-dl-plot'
import type { Steps } from './measure.ts'
import {
  type Cluster,
  type Coefficients,
  errorsOf,
  exchangeSeconds,
  fitCoefficients,
  type Measurement,
  stepSeconds,
} from './model.ts'

export interface Measured {
  readonly machine: string
  /** What else it did. */
  readonly beside?: string
  readonly steps: readonly Steps[]
  readonly exchanges: readonly Measurement[]
}

/** Of shared memory and of links by themselves: other code moves the bytes. */
const overMemory = ({ carrier }: Measurement): boolean => carrier === 'memory'

/** What the model is not fitted to, but held against. */
const isHeldOut = ({ ranks, carrier }: Measurement): boolean =>
  ranks === 4 || (carrier !== 'memory' && carrier.rate === 500e6)

export interface Fit {
  readonly name: string
  readonly coefficients: Coefficients
  readonly fitted: readonly Measurement[]
  readonly heldOut: readonly Measurement[]
}

export const fitsOf = ({ exchanges }: Measured): Fit[] =>
  [
    { name: 'shared memory', own: exchanges.filter(overMemory) },
    { name: 'links', own: exchanges.filter((each) => !overMemory(each)) },
  ].map(({ name, own }) => {
    const fitted = own.filter((each) => !isHeldOut(each))
    return { name, fitted, heldOut: own.filter(isHeldOut), coefficients: fitCoefficients(fitted) }
  })

/** A step's computing as a line through the smallest and the largest batch. */
export function computeOf(steps: readonly Steps[]): (examples: number) => number {
  const [first, last] = [steps[0], steps[steps.length - 1]]
  const each = (last.seconds - first.seconds) / (last.examples - first.examples)
  return (examples) => first.seconds + each * (examples - first.examples)
}

/** Numbers of ResNet-50's gradient, 4 bytes each. */
const gradientBytes = 4 * 25_557_032

/** Buckets of some 12 MB. */
const buckets = 8

/** Ranks at which the model is asked. */
const sizes = Array.from({ length: 11 }, (_, power) => 2 ** power)

const batch = 8192

/** Pictures that a machine takes at once; of more it adds up the gradients. */
const piece = 16

/** Published: ImageNet in an hour, "~90% scaling efficiency when moving from 8 to 256 GPUs" (Goyal et al., 2017, abstract). */
export const published = { from: 8, to: 256, efficiency: 0.9, each: 32 }

export interface Curve {
  readonly name: string
  readonly points: readonly { readonly ranks: number; readonly efficiency: number; readonly seconds: number }[]
}

/** Images a second for each machine, beside those of one that takes a whole batch of 8,192 in pieces. */
export function curves(measured: Measured): Curve[] {
  const { coefficients } = fitsOf(measured)[1]
  const here = computeOf(measured.steps)
  const spread = Math.max(...measured.steps.map((step) => step.spread))
  const common = { coefficients, spread, bytes: gradientBytes, buckets }
  /** Machines so many times as fast as this one. */
  const faster = (times: number) => (examples: number) => here(examples) / times
  const clusters: readonly (Cluster & { readonly name: string })[] = [
    { ...common, name: 'one core of this machine, 1 Gbit/s', compute: here, carrier: { rate: 1e9, delay: 50e-6 } },
    { ...common, name: '32 such cores, 10 Gbit/s', compute: faster(32), carrier: { rate: 10e9, delay: 20e-6 } },
    { ...common, name: '32 such cores, 100 Gbit/s', compute: faster(32), carrier: { rate: 100e9, delay: 5e-6 } },
  ]
  return clusters.map(({ name, ...cluster }) => {
    const alone = cluster.compute(piece) / piece
    return {
      name,
      points: sizes.map((ranks) => {
        // What does not fit at once is accumulated: the exchange follows the last piece.
        const own = batch / ranks
        const pieces = Math.max(1, own / piece)
        const last = stepSeconds(ranks, Math.min(own, piece), cluster)
        const seconds = last + (pieces - 1) * cluster.compute(piece)
        return { ranks, seconds, efficiency: (alone * own) / seconds }
      }),
    }
  })
}

/**
 * The model for the machines of Goyal et al.: a rank is a server of 8 GPUs, whose backward pass of 32 images each takes 120 ms, behind 50 Gbit/s (their section 4); whether it comes to what they measured.
 */
export function againstPublished(measured: Measured): number {
  const { coefficients } = fitsOf(measured)[1]
  const cluster: Cluster = {
    // Their network moves bytes without the processor, so that what a byte costs here does not count.
    coefficients: { ...coefficients, byte: 0, farByte: 0 },
    spread: Math.max(...measured.steps.map((step) => step.spread)),
    bytes: gradientBytes,
    buckets,
    compute: (examples) => (0.18 * examples) / 32,
    carrier: { rate: 50e9, delay: 10e-6 },
  }
  return stepSeconds(1, published.each, cluster) / stepSeconds(published.to / 8, published.each, cluster)
}

const percents = (share: number): string => `${(100 * share).toFixed(0)} %`

const milliseconds = (seconds: number): string => `${Number((1e3 * seconds).toPrecision(3))} ms`

const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`

const tableOf = (head: readonly string[], rows: readonly string[]): string =>
  [row(...head), row(...head.map(() => '---')), ...rows].join('\n')

const called = ({ carrier }: Measurement): string =>
  carrier === 'memory' ? 'shared memory' : `${carrier.rate / 1e6} Mbit/s, ${carrier.delay * 1e3} ms`

/** Ranks of which the table tells. */
const told = [1, 8, 64, 256, 1024]

/** What docs/scale.md says of it, in Markdown. */
export function textOf(measured: Measured): string {
  const fits = fitsOf(measured)
  const coefficients = fits.map(({ name, coefficients: of }) =>
    row(
      name,
      ...[of.round, of.asking, of.ringRound, of.wire].map((value) => value.toFixed(1)),
      `${(1e6 * of.message).toFixed(1)} µs`,
      `${(1e6 * of.turn).toFixed(1)} µs`,
      `${(1e9 * of.byte).toFixed(2)} ns`,
      `${(1e9 * of.farByte).toFixed(2)} ns`,
    ),
  )
  const errors = fits.map(({ name, coefficients: of, fitted, heldOut }) => {
    const [own, unseen] = [errorsOf(fitted, of), errorsOf(heldOut, of)]
    return row(
      name,
      fitted.length,
      `${percents(own.median)}, ${percents(own.most)}`,
      heldOut.length,
      `${percents(unseen.median)}, ${percents(unseen.most)}`,
    )
  })
  const some = fits.flatMap(({ heldOut, coefficients: of }) =>
    heldOut
      .filter(({ ranks, bytes }) => ranks === 4 && (bytes === 1024 || bytes === 1_048_576))
      .map((point) =>
        row(called(point), point.bytes, milliseconds(point.seconds), milliseconds(exchangeSeconds(point, of))),
      ),
  )
  const steps = measured.steps.map(({ examples, seconds, spread }) =>
    row(examples, `${seconds.toFixed(2)} s`, (examples / seconds).toFixed(2), `${(100 * spread).toFixed(1)} %`),
  )
  const scaled = curves(measured).map(({ name, points }) =>
    row(
      name,
      ...points.filter(({ ranks }) => told.includes(ranks)).map(({ efficiency }) => percents(efficiency)),
      `${Number((batch / points[points.length - 1].seconds).toPrecision(3))}`,
    ),
  )
  return [
    `Measured on ${measured.machine}${measured.beside ? `, ${measured.beside}` : ''}.`,
    tableOf(['pictures a step', 'processor time', 'pictures a second', 'spread of steps'], steps),
    tableOf(
      [
        '',
        'delays a round',
        'delays for asking',
        'delays a round of a ring',
        'bytes on the wire',
        'a message',
        'a turn',
        'a byte',
        'more from memory',
      ],
      coefficients,
    ),
    'The model was fitted to 2 and 8 ranks, and held against what it had not seen: 4 ranks, and links of 500 Mbit/s. Errors are in the middle and at most, as shares of what was measured:',
    tableOf(['', 'fitted', 'error', 'held out', 'error'], errors),
    'Some of those held out, 4 ranks:',
    tableOf(['', 'bytes', 'measured', 'by the model'], some),
    'Efficiency of so many machines with ResNet-50 and batches of 8,192, beside one that computes the whole batch in pieces of 16. **All of it is extrapolated**: faster links than were measured, and more machines than 8.',
    tableOf(
      ['machines', ...told.map((ranks) => ranks.toLocaleString('en-US')), 'pictures a second with 1,024'],
      scaled,
    ),
    `For the servers of Goyal et al. (2017), 8 GPUs each behind 50 Gbit/s, whose backward pass takes 120 ms, the model says ${percents(againstPublished(measured))} from 8 to 256 GPUs, where they measured about ${percents(published.efficiency)}.`,
  ].join('\n\n')
}

export function chartOf(measured: Measured): string {
  const drawn = curves(measured)
  const fits = fitsOf(measured)
  const ranksAxis = { label: 'machines', scale: 'logarithmic' as const, ticks: [1, 4, 16, 64, 256, 1024] }
  const times = fits[1].heldOut.filter(({ carrier }) => carrier !== 'memory' && carrier.rate >= 1e9)
  const delays = [...new Set(times.map(({ carrier }) => (carrier as { delay: number }).delay))].sort((a, b) => a - b)
  const ofDelay = (delay: number) => times.filter(({ carrier }) => (carrier as { delay: number }).delay === delay)
  return stacked([
    heading('ResNet-50 with batches of 8,192 on up to 1,024 machines: a model, extrapolated from 8'),
    legend([
      ...drawn.map(({ name }, i) => ({ name, colour: colourOf(i) })),
      { name: 'published, 256 GPUs', colour: muted },
    ]),
    linePanel(
      { title: 'Efficiency', x: ranksAxis, y: { from: 0, to: 1, ticks: [0, 0.25, 0.5, 0.75, 1], format: percentText } },
      [
        ...drawn.map(({ points }, i) => ({
          colour: colourOf(i),
          points: points.map(({ ranks, efficiency }) => ({ x: ranks, values: [efficiency] })),
        })),
        { colour: muted, points: [{ x: published.to, values: [published.efficiency] }] },
      ],
    ),
    legend([...delays.map((delay, i) => ({ name: `1 Gbit/s, ${delay * 1e3} ms`, colour: colourOf(3 + i) }))]),
    linePanel(
      {
        title: 'Seconds of an exchange among 4 ranks; dashed: the model',
        x: {
          label: 'bytes',
          scale: 'logarithmic',
          ticks: [1e3, 1e4, 1e5, 1e6, 1e7],
          format: (value) => (value < 1e6 ? `${value / 1e3} KB` : `${value / 1e6} MB`),
        },
        y: powersAxis(times.map(({ seconds }) => seconds)),
      },
      delays.flatMap((delay, i) => [
        {
          colour: colourOf(3 + i),
          points: ofDelay(delay).map(({ bytes, seconds }) => ({ x: bytes, values: [seconds] })),
        },
        {
          colour: colourOf(3 + i),
          dashed: true,
          points: ofDelay(delay).map((point) => ({
            x: point.bytes,
            values: [exchangeSeconds(point, fits[1].coefficients)],
          })),
        },
      ]),
    ),
    notes([
      'Exchanges among up to 8 ranks were measured, on one machine, over links with set rate and delay. The model did not see those of 4 ranks.',
      'Efficiency is the model alone.',
      'Published: Goyal et al., 2017, 32 images for each GPU.',
    ]),
  ])
}
