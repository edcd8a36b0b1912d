/** Draws the chapters' pictures: node docs/lecture/pictures.ts */
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { adam, fit, type Model, mlp, perceptronRule, predict, readParameters } from 'gentle-dl'
import { type Dataset, logic, moons, spirals } from 'gentle-dl/data'

const folder = fileURLToPath(new URL('pictures/', import.meta.url))
const [zeroColour, oneColour] = ['#2563eb', '#d97706']

const svg = (width: number, height: number, body: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13" fill="#1f2933"><rect width="100%" height="100%" fill="white"/>${body}</svg>\n`

/** All points of a data set with their labels. */
function pointsOf(data: Dataset): { x: number; y: number; label: number }[] {
  const [inputs, label] = [new Float32Array(2), new Int32Array(1)]
  return Array.from({ length: data.length }, (_, i) => {
    data.read([i], inputs, label)
    return { x: inputs[0], y: inputs[1], label: label[0] }
  })
}

/** One logic function: its four points, and the line that a perceptron found, where it found one. */
async function logicPanel(name: 'and' | 'or' | 'xor', left: number): Promise<string> {
  const { model, mistakes } = await perceptronRule(logic(name))
  const [[w1, w2], [bias]] = [...(await readParameters(model)).values()]
  const place = (x: number, y: number): [number, number] => [left + 40 + x * 110, 180 - y * 110]
  const dots = pointsOf(logic(name)).map(({ x, y, label }) => {
    const [cx, cy] = place(x, y)
    return `<circle cx="${cx}" cy="${cy}" r="11" fill="${label === 1 ? oneColour : zeroColour}"/><text x="${cx}" y="${cy + 4.5}" text-anchor="middle" fill="white" font-weight="600">${label}</text>`
  })
  const solved = mistakes.at(-1) === 0
  // Along the line w1 x + w2 y + b = 0, across the panel.
  const ends = [-0.3, 1.3].map((x) => place(x, -(bias + w1 * x) / w2).map((n) => n.toFixed(1)))
  const line = solved
    ? `<line x1="${ends[0][0]}" y1="${ends[0][1]}" x2="${ends[1][0]}" y2="${ends[1][1]}" stroke="#1f2933" stroke-width="2"/>`
    : ''
  const title = `${name.toUpperCase()}: ${solved ? `a line after ${mistakes.length} epochs` : 'no line'}`
  return `<svg x="${left}" y="36" width="190" height="186" viewBox="${left} 36 190 186">${line}${dots.join('')}</svg><text x="${left + 95}" y="24" text-anchor="middle" font-weight="600">${title}</text>`
}

/** What a network says over the plane, with the points that it learned from. */
async function regions(data: Dataset, model: Model, left: number): Promise<string> {
  const [cells, size] = [80, 240]
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
  const tiles: string[] = []
  for (let row = 0; row < cells; row++)
    for (let from = 0, to = 0; from < cells; from = to) {
      const one = saysOne(row, from)
      for (to = from + 1; to < cells && saysOne(row, to) === one; to++);
      tiles.push(
        `<rect x="${(left + from * step).toFixed(1)}" y="${(36 + row * step).toFixed(1)}" width="${((to - from) * step).toFixed(1)}" height="${(step + 0.2).toFixed(1)}" fill="${one ? oneColour : zeroColour}" opacity="0.3"/>`,
      )
    }
  const scale = (value: number): number => ((value - low) / (high - low)) * size
  const dots = points
    .slice(0, 300)
    .map(
      ({ x, y, label }) =>
        `<circle cx="${(left + scale(x)).toFixed(1)}" cy="${(36 + size - scale(y)).toFixed(1)}" r="2.6" fill="${label === 1 ? oneColour : zeroColour}" stroke="white" stroke-width="0.6"/>`,
    )
  return `${tiles.join('')}${dots.join('')}<text x="${left + size / 2}" y="24" text-anchor="middle" font-weight="600">${data.name}</text>`
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
const panels = [await logicPanel('and', 0), await logicPanel('or', 220), await logicPanel('xor', 440)]
writeFileSync(`${folder}logic.svg`, svg(640, 226, panels.join('')))
const [twoMoons, arms] = [moons(), spirals()]
const plane = [
  await regions(twoMoons, await trained(twoMoons, 60), 10),
  await regions(arms, await trained(arms, 120), 270),
]
writeFileSync(`${folder}regions.svg`, svg(520, 290, plane.join('')))
