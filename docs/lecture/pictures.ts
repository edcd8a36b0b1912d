/** Draws the pictures of the chapters on the neuron, networks, supervised learning and SGD: node docs/lecture/pictures.ts */
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  adam,
  constantRate,
  fit,
  linearDecay,
  type Model,
  perceptronRule,
  predict,
  readWeights,
  type Schedule,
  sgd,
} from 'gentle-dl'
import { type Dataset, logic, mnist, moons, spirals, subset } from 'gentle-dl/data'
import { mlp } from 'gentle-dl/models'
import { heading, legend, linePanel, stacked } from 'gentle-dl-plot'
import { green, ink, red, svg } from './drawing/svg.ts'

const folder = fileURLToPath(new URL('pictures/', import.meta.url))
const [zeroColour, oneColour] = ['#2563eb', '#d97706']
const [lightZero, lightOne] = ['#c8d8fa', '#f5dcbf']

/** All points of a data set with their labels. */
function pointsOf(data: Dataset): { x: number; y: number; label: number }[] {
  const [inputs, label] = [new Float32Array(2), new Int32Array(1)]
  return Array.from({ length: data.length }, (_, i) => {
    data.read([i], inputs, label)
    return { x: inputs[0], y: inputs[1], label: label[0] }
  })
}

const titled = (title: string, centre: number): string =>
  `<text x="${centre}" y="24" text-anchor="middle" font-weight="600">${title}</text>`

/**
 * One logic function: its four points, and the half plane to which a perceptron learned to say yes. Where it learned none, the diagonals:
 * a line would have to keep each whole on its own side, but they cross.
 */
async function logicPanel(name: 'and' | 'or' | 'xor', left: number): Promise<string> {
  const { model, mistakes } = await perceptronRule(logic(name))
  const [[w1, w2], [bias]] = [...(await readWeights(model)).values()]
  const place = (x: number, y: number): string => `${(32 + x * 80).toFixed(1)},${(112 - y * 80).toFixed(1)}`
  const colour = (label: number): string => (label === 1 ? oneColour : zeroColour)
  const dots = pointsOf(logic(name)).map(({ x, y, label }) => {
    const [cx, cy] = place(x, y).split(',').map(Number)
    return `<circle cx="${cx}" cy="${cy}" r="11" fill="${colour(label)}" stroke="white" stroke-width="2"/><text x="${cx}" y="${cy + 4.5}" text-anchor="middle" fill="white" font-weight="600">${label}</text>`
  })
  const solved = mistakes.at(-1) === 0
  // Along w1 x + w2 y + b = 0, from edge to edge; yes is above, for the weights of AND and OR are positive.
  const along = [-1, 2].map((x) => place(x, -(bias + w1 * x) / w2))
  const learned = solved
    ? `<rect width="144" height="144" fill="${lightZero}"/><polygon points="${along.join(' ')} 400,-400" fill="${lightOne}"/><polyline points="${along.join(' ')}" stroke="${ink}" stroke-width="2"/>`
    : `<rect width="144" height="144" fill="#f5f7fa"/><polyline points="${place(0, 0)} ${place(1, 1)}" stroke="${zeroColour}" stroke-width="2" stroke-dasharray="6 5"/><polyline points="${place(0, 1)} ${place(1, 0)}" stroke="${oneColour}" stroke-width="2" stroke-dasharray="6 5"/>`
  const title = `${name.toUpperCase()}: ${solved ? `${mistakes.length} epochs` : 'no line'}`
  return `${titled(title, left + 72)}<svg x="${left}" y="36" width="144" height="144">${learned}${dots.join('')}</svg>`
}

interface Curve {
  readonly name: string
  readonly colour: string
  /** One value an epoch. */
  readonly values: readonly number[]
}

/** Losses over epochs; `highest` is the top of the axis. */
const curves = (title: string, highest: number, lines: readonly Curve[]): string =>
  stacked([
    heading(title),
    linePanel(
      { title: 'Loss', height: 200, x: { label: 'epoch', whole: true }, y: { from: 0, to: highest } },
      lines.map(({ colour, values }) => ({ colour, points: values.map((loss, i) => ({ x: i + 1, values: [loss] })) })),
    ),
    legend(lines),
  ])

/** What a network says over the plane, with the points that it learned from. */
async function regions(data: Dataset, model: Model, left: number): Promise<string> {
  const [cells, size] = [110, 220]
  const points = pointsOf(data)
  const [low, high] = [
    Math.min(...points.flatMap(({ x, y }) => [x, y])) - 0.2,
    Math.max(...points.flatMap(({ x, y }) => [x, y])) + 0.2,
  ]
  const at = (i: number): number => low + ((i + 0.5) / cells) * (high - low)
  const grid = Float32Array.from({ length: 2 * cells * cells }, (_, i) =>
    i % 2 === 0 ? at((i / 2) % cells) : at(cells - 1 - Math.floor(i / 2 / cells)),
  )
  const { data: probabilities } = await predict(model, grid, { probabilities: true })
  const step = size / cells
  const saysOne = (row: number, column: number): boolean => probabilities[2 * (row * cells + column) + 1] > 0.5
  // The zeros' colour everywhere, and over it the ones' cells, a stroke for each run of them in a row.
  let runs = ''
  for (let row = 0; row < cells; row++)
    for (let from = 0, to = 0; from < cells; from = to + 1) {
      for (to = from; to < cells && saysOne(row, to); to++);
      if (to > from)
        runs += `M${left + from * step},${36 + row * step}h${(to - from) * step}v${step}H${left + from * step}z`
    }
  const area = (colour: string, shape: string): string => `<path fill="${colour}" d="${shape}"/>`
  const planes =
    area(lightZero, `M${left},36h${size}v${size}h-${size}z`) +
    `<g shape-rendering="crispEdges">${area(lightOne, runs)}</g>`
  const scale = (value: number): number => ((value - low) / (high - low)) * size
  const dots = [0, 1].map((label) => {
    const circles = points
      .slice(0, 300)
      .filter((point) => point.label === label)
      .map(
        ({ x, y }) =>
          `<circle cx="${(left + scale(x)).toFixed(1)}" cy="${(36 + size - scale(y)).toFixed(1)}" r="2.6"/>`,
      )
    const colour = label === 1 ? oneColour : zeroColour
    return `<g fill="${colour}" stroke="white" stroke-width="0.6">${circles.join('')}</g>`
  })
  return `${planes}${dots.join('')}${titled(data.name, left + size / 2)}`
}

async function trained(data: Dataset, epochs: number): Promise<Model> {
  const network = mlp({ hidden: [32, 32], activation: 'relu' })
  const { model } = await fit(network, data, {
    optimizer: adam({ learningRate: 0.02 }),
    epochs,
    batchSize: 32,
    seed: 1,
  })
  return model
}

mkdirSync(folder, { recursive: true })
const panels = [await logicPanel('and', 12), await logicPanel('or', 168), await logicPanel('xor', 324)]
writeFileSync(`${folder}logic.svg`, svg(480, 192, panels.join('')))
const [twoMoons, arms] = [moons(), spirals()]
const plane = [
  await regions(twoMoons, await trained(twoMoons, 60), 12),
  await regions(arms, await trained(arms, 120), 248),
]
writeFileSync(`${folder}regions.svg`, svg(480, 270, plane.join('')))

// As in chapter 3.
const digits = await mnist()
const few = subset(
  digits.train,
  Array.from({ length: 300 }, (_, i) => i),
)
const { history: byHeart } = await fit(mlp({ hidden: [64], classes: 10 }), few, {
  validation: digits.validation,
  optimizer: adam({ learningRate: 0.003 }),
  epochs: 40,
  batchSize: 30,
})
const overfitting = curves('Loss of a network that saw 300 digits', 2, [
  { name: 'validation', colour: oneColour, values: byHeart.map((epoch) => epoch.validation!.loss) },
  { name: 'training', colour: zeroColour, values: byHeart.map((epoch) => epoch.train.loss) },
])
writeFileSync(`${folder}overfitting.svg`, overfitting)

// As in chapter 5.
const lossesAt = async (learningRate: Schedule): Promise<number[]> => {
  const { history } = await fit(mlp({ hidden: [32, 32], activation: 'relu' }), arms, {
    optimizer: sgd({ learningRate, momentum: 0.9 }),
    epochs: 40,
    batchSize: 32,
    seed: 1,
  })
  return history.map((epoch) => epoch.train.loss)
}
const learningRates = curves('Training loss on the spirals', 1, [
  { name: '1: too large', colour: red, values: await lossesAt(constantRate(1)) },
  { name: '0.0005: too small', colour: zeroColour, values: await lossesAt(constantRate(0.0005)) },
  { name: '0.1, down to 0: good', colour: green, values: await lossesAt(linearDecay(0.1)) },
])
writeFileSync(`${folder}learning-rates.svg`, learningRates)
