/** Chapter 8: layers of the lecture's networks under what this machine can do at most; measured while it is drawn. */
import { cpus } from 'node:os'
import { availableThreads, compile, input, type Shape, sizeOf, type Tensor, variable } from 'gentle-dl'
import { conv2d, matmul, sum } from 'gentle-dl/ops'
import { type Axes, heading, legend, notes, panel, placedLabels, polyline, stacked } from 'gentle-dl-plot'
import { blue, ink, orange, short } from './svg.ts'

const random = (shape: Shape): Float32Array => Float32Array.from({ length: sizeOf(shape) }, () => Math.random() - 0.5)

interface Contender {
  readonly name: string
  /** FLOPs a byte of input, weights and output. */
  readonly intensity: number
  readonly flops: number
  /** Whether it is computed by Winograd's algorithm, with fewer multiplications than the FLOPs say. */
  readonly winograd: boolean
  run(): Promise<unknown>
}

async function contender(
  name: string,
  [shape, weights]: readonly [Shape, Shape],
  layer: (x: Tensor, w: Tensor) => Tensor,
): Promise<Contender> {
  const x = input(shape)
  const y = layer(x, variable(weights, random(weights)))
  // The sum, so that the output need not be handed out.
  const program = await compile({ inputs: { x }, outputs: { total: sum(y) } })
  const feed = { x: random(shape) }
  const flops = 2 * y.op.multiplyAdds!(y.inputs, y.attributes, y)
  return {
    name,
    flops,
    intensity: flops / (4 * (sizeOf(shape) + sizeOf(weights) + sizeOf(y.shape))),
    winograd: weights[2] === 3,
    run: () => program.run(feed),
  }
}

const dense = (name: string, batch: number, from: number, to: number): Promise<Contender> =>
  contender(
    name,
    [
      [batch, from],
      [from, to],
    ],
    matmul,
  )

/** A convolution of one image that keeps its size. */
const convolution = (name: string, from: number, to: number, kernel: number, side: number): Promise<Contender> =>
  contender(
    name,
    [
      [1, from, side, side],
      [to, from, kernel, kernel],
    ],
    (x, w) => conv2d(x, w, { padding: (kernel - 1) / 2 }),
  )

/** FLOPs a second of each, in its best of many rounds: they take turns, so that what else the machine does meets all alike. */
async function speeds(contenders: readonly Contender[]): Promise<number[]> {
  const best = contenders.map(() => Number.POSITIVE_INFINITY)
  for (let round = 0; round < 60; round++)
    for (const [i, { run }] of contenders.entries()) {
      const start = performance.now()
      await run()
      best[i] = Math.min(best[i], performance.now() - start)
    }
  return contenders.map(({ flops }, i) => flops / (best[i] / 1000))
}

export async function roofline(): Promise<string> {
  const contenders = [
    await dense('matrix product, 768', 768, 768, 768),
    await dense('AlexNet, first dense layer, 1 image', 1, 9216, 4096),
    await dense('the same, 8 images', 8, 9216, 4096),
    await convolution("AlexNet's 5 x 5", 64, 192, 5, 27),
    await convolution('a 1 x 1 of ResNet-50', 256, 1024, 1, 14),
    await convolution('a 3 x 3 of VGG16, by Winograd', 256, 256, 3, 28),
    await dense('', 1, 4096, 4096),
  ]
  const speed = await speeds(contenders)
  const peak = Math.max(...speed.filter((_, i) => !contenders[i].winograd))
  // What only reads weights shows how fast memory is read.
  const bandwidth = Math.max(
    ...speed.map((flops, i) => (contenders[i].intensity < 1 ? flops / contenders[i].intensity : 0)),
  )
  const layers = contenders.flatMap((each, i) => (each.name === '' ? [] : [{ ...each, speed: speed[i] }]))
  return chartOf({ machine: `${cpus()[0].model}, ${availableThreads()} threads`, bandwidth, peak, layers })
}

export interface Measured {
  readonly machine: string
  /** Bytes a second. */
  readonly bandwidth: number
  /** FLOPs a second. */
  readonly peak: number
  readonly layers: readonly (Pick<Contender, 'name' | 'intensity' | 'winograd'> & { readonly speed: number })[]
}

export function chartOf({ machine, bandwidth, peak, layers }: Measured): string {
  const corner = peak / bandwidth
  const roof = [
    [0.25, 0.25 * bandwidth],
    [corner, peak],
    [1000, peak],
  ]
  const draw = ({ x, y, frame }: Axes): string => {
    const points = layers.map(({ name, intensity, winograd, speed }) => ({
      label: name,
      x: x(intensity),
      y: y(speed / 1e9),
      radius: 5,
      colour: winograd ? orange : blue,
    }))
    return [
      polyline(
        roof.map(([intensity, flops]) => [x(intensity), y(flops / 1e9)] as const),
        `stroke="${ink}" stroke-width="2"`,
      ),
      ...points.map(
        ({ x, y, radius, colour }) => `<circle cx="${short(x)}" cy="${short(y)}" r="${radius}" fill="${colour}"/>`,
      ),
      placedLabels(points, frame, [
        { left: x(corner), right: x(1000), top: y(peak / 1e9) - 1, bottom: y(peak / 1e9) + 1 },
      ]),
    ].join('')
  }
  return stacked([
    heading('What layers reach, and the roof over them', machine),
    panel(
      {
        title: 'GFLOP/s',
        height: 270,
        x: { from: 0.25, to: 1000, scale: 'logarithmic', ticks: [0.5, 1, 10, 100, 1000], label: 'FLOPs a byte' },
        y: { from: 2, to: 1000, scale: 'logarithmic', ticks: [10, 100, 1000] },
      },
      draw,
    ),
    legend([
      { name: 'computed as it is', colour: blue, sample: 'dot' },
      { name: "by Winograd's method", colour: orange, sample: 'dot' },
    ]),
    notes([
      `The roof: ${(bandwidth / 1e9).toFixed(0)} GB/s of memory, up to the measured peak of ${(peak / 1e9).toFixed(0)} GFLOP/s.`,
    ]),
  ])
}
