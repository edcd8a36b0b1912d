/** Chapter 11: a digit, and what the first filters of LeNet-5 answer to it after one epoch. */
import { compile, constant, fit, input, linearDecay, readWeights, sgd } from 'gentle-dl'
import { mnist } from 'gentle-dl/data'
import { lenet5 } from 'gentle-dl/models'
import { add, conv2d, reshape, tanh } from 'gentle-dl/ops'
import { heading, muted, svg, text } from './svg.ts'

const side = 28
const pixel = 2
const [top, gap] = [84, 7]

/** Values from -1 to 1 as a picture of one colour a level: blue below 0, white, orange above. */
function picture(values: ArrayLike<number>, left: number, colourOf: (level: number) => string): string {
  const steps = 6
  const runs = new Map<number, string>()
  for (let row = 0; row < side; row++)
    for (let from = 0, to = 0; from < side; from = to) {
      const level = Math.round(values[row * side + from] * steps)
      for (to = from + 1; to < side && Math.round(values[row * side + to] * steps) === level; to++);
      const run = `M${left + from * pixel},${top + row * pixel}h${(to - from) * pixel}v${pixel}h${(from - to) * pixel}z`
      runs.set(level, (runs.get(level) ?? '') + run)
    }
  const size = side * pixel
  const areas = [...runs]
    .filter(([level]) => level !== 0)
    .map(([level, path]) => `<path fill="${colourOf(level / steps)}" d="${path}"/>`)
  const frame = `<rect x="${left}" y="${top}" width="${size}" height="${size}" fill="none" stroke="#9aa5b1"/>`
  return `<g shape-rendering="crispEdges">${areas.join('')}</g>${frame}`
}

const mixed = (colour: readonly [number, number, number], share: number): string =>
  `rgb(${colour.map((channel) => Math.round(255 + share * (channel - 255))).join(',')})`
const signed = (level: number): string => mixed(level < 0 ? [37, 99, 235] : [217, 119, 6], Math.abs(level))

export async function lenetMaps(): Promise<string> {
  const { train, test } = await mnist()
  const { model } = await fit(lenet5(), train, {
    optimizer: sgd({ learningRate: linearDecay(0.1), momentum: 0.9 }),
    batchSize: 64,
    epochs: 1,
    seed: 1,
  })
  const [filters, biases] = [...(await readWeights(model)).values()]
  const [image, label] = [new Float32Array(side * side), new Int32Array(1)]
  await test.read([0], image, label)
  const x = input([1, 1, side, side])
  const y = conv2d(x, constant(filters, [6, 1, 5, 5]), { padding: 2 })
  const maps = tanh(add(y, reshape(constant(biases, [6]), [6, 1, 1])))
  const program = await compile({ inputs: { x }, outputs: { maps } })
  const { data } = (await program.run({ x: image })).maps
  const step = side * pixel + gap
  const pictures = Array.from({ length: 6 }, (_, i) =>
    picture(data.subarray(i * side * side, (i + 1) * side * side), 20 + (i + 1) * step + gap, signed),
  )
  return svg(
    20 + 7 * step + gap + 6,
    top + side * pixel + 20,
    [
      heading(16, 26, 'a digit, and what six filters answer'),
      text(16, 46, 'The first convolution of LeNet-5, after one epoch.', 'start', `font-size="12" fill="${muted}"`),
      text(16, 64, 'Orange to 1, white 0, blue to −1.', 'start', `font-size="12" fill="${muted}"`),
      picture(image, 16, (level) => mixed([31, 41, 51], level)),
      ...pictures,
    ].join(''),
  )
}
