/**
 * `node bench/roofline.ts RESULT.json OUT.svg`: draws the convolutions of a run (`npm run bench -- convolution --out RESULT.json`) under the roofline of one core.
 * The bandwidth of memory is measured while it is drawn.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { faint, ink, muted, page, text } from 'gentle-dl-plot'
import { reference, sizeOf } from '../packages/gentle/src/entries/index.ts'
import { convolutionsOf } from './convolutions.ts'
import { median } from './median.ts'
import { zeros } from './networks.ts'
import type { Part } from './protocol.ts'
import type { BenchmarkReport } from './report.ts'
import { modelOf } from './training-step.ts'
import { type Convolved, convolved } from './workload.ts'

/** A picture of a hundred lines has smaller letters than other charts. */
const small = (body: string): string => `<g font-size="12">${body}</g>`

interface Point {
  /** Operations of the direct method for each byte of operands and result. */
  readonly intensity: number
  readonly gigaflops: number
  readonly direction: Part['direction']
  /** Whether it was measured on vectors of 256 bits. */
  readonly wide: boolean
}

/** GB/s of one core: a copy reads and writes each byte. */
function bandwidth(): number {
  const bytes = 2 ** 28
  const [from, to] = [new Uint8Array(bytes).fill(1), new Uint8Array(bytes)]
  const rounds = Array.from({ length: 5 }, () => {
    const began = performance.now()
    to.set(from)
    return (2 * bytes) / (performance.now() - began) / 1e6
  })
  return Math.max(...rounds)
}

async function pointsOf(network: Convolved, report: BenchmarkReport): Promise<{ points: Point[]; peaks: number[] }> {
  const layers = convolutionsOf(await modelOf(network, reference(), zeros), convolved[network].batch)
  const parts = report.rows.flatMap(({ contender, parts }) =>
    parts.map((part) => ({ ...part, wide: contender === 'gentle' })),
  )
  const points = parts.map(({ layer, direction, gigaflops, wide }): Point => {
    const { inputShape, weightShape, outputShape, flops } = layers.find((candidate) => candidate.layer === layer)!
    const bytes = 4 * (sizeOf(inputShape) + sizeOf(weightShape) + sizeOf(outputShape))
    return { intensity: flops / bytes, gigaflops, direction, wide }
  })
  return { points, peaks: parts.map(({ gigaflops, share }) => gigaflops / share) }
}

const [width, height, left, right, top, bottom] = [900, 540, 64, 872, 84, 480]
const [min, max, slowest, fastest] = [2, 1024, 8, 512]
const colours: Readonly<Record<Part['direction'], string>> = {
  forward: '#2563eb',
  'input gradient': '#b45309',
  'weight gradient': '#15803d',
}

const x = (intensity: number): number => left + ((right - left) * Math.log(intensity / min)) / Math.log(max / min)
const y = (gigaflops: number): number =>
  bottom - ((bottom - top) * Math.log(gigaflops / slowest)) / Math.log(fastest / slowest)

/** Wide vectors are marked by rings. */
const mark = (colour: string, wide: boolean): string =>
  wide ? `fill="none" stroke="${colour}" stroke-width="1.3"` : `fill="${colour}" fill-opacity="0.75"`

const doubled = (from: number, to: number): number[] =>
  Array.from({ length: Math.log2(to / from) + 1 }, (_, i) => from * 2 ** i)

function drawn(points: readonly Point[], peak: number, memory: number, processor: string): string {
  const line = (x1: number, y1: number, x2: number, y2: number, attributes: string): string =>
    `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" ${attributes}/>`
  const ridge = peak / memory
  const start = Math.max(min, slowest / memory)
  return page(
    width,
    height,
    small(
      [
        text(left, 26, 'Convolutions under the roofline of one core', 'font-weight="600" font-size="14"'),
        text(left, 44, processor, `fill="${muted}"`),
        ...doubled(min, max).flatMap((at) => [
          line(x(at), top, x(at), bottom, `stroke="${faint}"`),
          text(x(at), bottom + 18, String(at), `text-anchor="middle" fill="${muted}"`),
        ]),
        ...doubled(slowest, fastest).flatMap((at) => [
          line(left, y(at), right, y(at), `stroke="${faint}"`),
          text(left - 8, y(at) + 4, String(at), `text-anchor="end" fill="${muted}"`),
        ]),
        text(
          (left + right) / 2,
          bottom + 38,
          'operations for each byte of operands and result',
          'text-anchor="middle"',
        ),
        text(left - 44, top - 10, 'GFLOP/s'),
        ...points.map(
          ({ intensity, gigaflops, direction, wide }) =>
            `<circle cx="${x(intensity).toFixed(1)}" cy="${y(gigaflops).toFixed(1)}" r="4" ${mark(colours[direction], wide)}/>`,
        ),
        line(x(start), y(start * memory), x(ridge), y(peak), `stroke="${ink}" stroke-width="2"`),
        line(x(ridge), y(peak), right, y(peak), `stroke="${ink}" stroke-width="2"`),
        text(right - 8, y(peak) + 18, `multiply-adds of 128 bits: ${peak.toFixed(0)} GFLOP/s`, 'text-anchor="end"'),
        line(x(2 * ridge), y(2 * peak), right, y(2 * peak), `stroke="${ink}" stroke-dasharray="4 4"`),
        line(x(ridge), y(peak), x(2 * ridge), y(2 * peak), `stroke="${ink}" stroke-dasharray="4 4"`),
        text(x(2 * ridge) + 8, y(2 * peak) - 8, 'of 256 bits: twice that'),
        text(x(start) + 8, y(start * memory) + 16, `memory: ${memory.toFixed(0)} GB/s`),
        ...Object.entries(colours).flatMap(([direction, colour], i) => [
          `<circle cx="${left + 6 + 130 * i}" cy="${height - 8}" r="4" ${mark(colour, false)}/>`,
          text(left + 16 + 130 * i, height - 4, direction, `fill="${muted}"`),
        ]),
        `<circle cx="${left + 6 + 130 * 3}" cy="${height - 8}" r="4" ${mark(muted, true)}/>`,
        text(left + 16 + 130 * 3, height - 4, 'the same on vectors of 256 bits', `fill="${muted}"`),
      ].join(''),
    ),
  )
}

const [from, to] = process.argv.slice(2)
if (to === undefined) throw new Error('node bench/roofline.ts RESULT.json OUT.svg: a file is missing')
const { machine, benchmarks } = JSON.parse(readFileSync(from, 'utf8')) as {
  machine: { readonly processor: string }
  benchmarks: readonly BenchmarkReport[]
}
const found = await Promise.all(
  (Object.keys(convolved) as Convolved[]).flatMap((network) => {
    const report = benchmarks.find(({ benchmark }) => benchmark === `convolution-${network}`)
    return report === undefined ? [] : [pointsOf(network, report)]
  }),
)
const peak = median(found.flatMap(({ peaks }) => peaks))
writeFileSync(
  to,
  drawn(
    found.flatMap(({ points }) => points),
    peak,
    bandwidth(),
    machine.processor,
  ),
)
