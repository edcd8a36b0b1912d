/** Chapter 8: layers of the lecture's networks under what this machine can do at most; measured while it is drawn. */
import { cpus } from 'node:os'
import { availableThreads, compile, input, type Shape, sizeOf, type Tensor, variable } from 'gentle-dl'
import { conv2d, matmul, sum } from 'gentle-dl/ops'
import { axes } from './axes.ts'
import { blue, heading, ink, line, muted, orange, short, svg, text } from './svg.ts'

const random = (shape: Shape): Float32Array => Float32Array.from({ length: sizeOf(shape) }, () => Math.random() - 0.5)

interface Contender {
  readonly name: string
  /** FLOPs a byte of input, weights and output. */
  readonly intensity: number
  readonly flops: number
  /** Whether it is computed by Winograd's algorithm, with fewer multiplications than the FLOPs say. */
  readonly winograd: boolean
  readonly place: Place
  run(): Promise<unknown>
}

/** Where a point's name stands, in pixels from it. */
interface Place {
  readonly dx: number
  readonly dy: number
  readonly anchor: 'start' | 'middle' | 'end'
}

const right: Place = { dx: 10, dy: 4, anchor: 'start' }
const below = (dy: number, dx = 0): Place => ({ dx, dy, anchor: 'middle' })

async function contender(
  name: string,
  place: Place,
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
    place,
    flops,
    intensity: flops / (4 * (sizeOf(shape) + sizeOf(weights) + sizeOf(y.shape))),
    winograd: weights[2] === 3,
    run: () => program.run(feed),
  }
}

const dense = (name: string, place: Place, batch: number, from: number, to: number): Promise<Contender> =>
  contender(
    name,
    place,
    [
      [batch, from],
      [from, to],
    ],
    matmul,
  )

/** A convolution of one image that keeps its size. */
const convolution = (
  name: string,
  place: Place,
  from: number,
  to: number,
  kernel: number,
  side: number,
): Promise<Contender> =>
  contender(
    name,
    place,
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
    await dense('matrix product, 768', below(56), 768, 768, 768),
    await dense('AlexNet, first dense layer, 1 image', right, 1, 9216, 4096),
    await dense('the same, 8 images', right, 8, 9216, 4096),
    await convolution("AlexNet's 5 x 5", below(28, 28), 64, 192, 5, 27),
    await convolution('a 1 x 1 of ResNet-50', below(24, -70), 256, 1024, 1, 14),
    await convolution('a 3 x 3 of VGG16, by Winograd', { dx: -10, dy: 4, anchor: 'end' }, 256, 256, 3, 28),
    await dense('', right, 1, 4096, 4096),
  ]
  const speed = await speeds(contenders)
  const peak = Math.max(...speed.filter((_, i) => !contenders[i].winograd))
  // What only reads weights shows how fast memory is read.
  const bandwidth = Math.max(
    ...speed.map((flops, i) => (contenders[i].intensity < 1 ? flops / contenders[i].intensity : 0)),
  )
  const frame = { left: 60, right: 560, top: 84, bottom: 350 }
  const across = { from: 0.25, to: 1000, logarithmic: true, ticks: [0.5, 1, 10, 100, 1000], label: 'FLOPs a byte' }
  const up = { from: 2, to: 1000, logarithmic: true, ticks: [10, 100, 1000], label: 'GFLOP/s' }
  const { x, y, drawn } = axes(across, up, frame)
  const corner = peak / bandwidth
  const roof = [
    [0.25, (0.25 * bandwidth) / 1e9],
    [corner, peak / 1e9],
    [1000, peak / 1e9],
  ].map(([intensity, speed]) => `${x(intensity).toFixed(1)},${y(speed).toFixed(1)}`)
  const named = contenders.filter(({ name }) => name !== '')
  const dots = named.map(({ name, intensity, winograd, place: { dx, dy, anchor } }, i) => {
    const [cx, cy] = [x(intensity), y(speed[i] / 1e9)]
    const colour = winograd ? orange : blue
    const leader =
      anchor === 'middle' ? line(cx, cy, cx + dx, cy + dy - 12, `stroke="${colour}" stroke-width="0.8"`) : ''
    const dot = `<circle cx="${short(cx)}" cy="${short(cy)}" r="5" fill="${colour}"/>`
    return leader + dot + text(cx + dx, cy + dy, name, anchor, `fill="${colour}"`)
  })
  const machine = `${cpus()[0].model}, ${availableThreads()} threads`
  return svg(
    600,
    400,
    [
      heading(20, 26, 'what layers reach, and the roof over them'),
      text(20, 44, machine, 'start', `font-size="12" fill="${muted}"`),
      drawn,
      `<polyline points="${roof.join(' ')}" fill="none" stroke="${ink}" stroke-width="2" stroke-linejoin="round"/>`,
      text(x(corner) - 4, y(peak / 1e9) - 9, `measured peak: ${(peak / 1e9).toFixed(0)} GFLOP/s`, 'end'),
      text(x(2) - 10, y((2 * bandwidth) / 1e9) - 4, `memory: ${(bandwidth / 1e9).toFixed(0)} GB/s`, 'end'),
      ...dots,
    ].join(''),
  )
}
