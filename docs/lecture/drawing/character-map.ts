/** Chapter on input representation: the vectors that the example of languages learned for letters, in two dimensions. */
import { readWeights } from 'gentle-dl'
import { alphabetOf, embeddings, learn } from '../../../examples/language/language.ts'
import { readArticles } from '../../../examples/language/text.ts'
import { blue, heading, line, muted, orange, svg, text } from './svg.ts'

const dimensions = 16
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i], 0)

/**
 * The directions along which vectors of mean 0 vary most, each perpendicular to those before: principal components, by power iteration.
 */
function principalComponents(vectors: readonly number[][], count: number): number[][] {
  const found: number[][] = []
  let rest = vectors
  for (let k = 0; k < count; k++) {
    let direction = vectors[0].map((_, i) => 1 / (i + 1))
    for (let turn = 0; turn < 500; turn++) {
      const next = direction.map((_, i) => rest.reduce((sum, v) => sum + v[i] * dot(v, direction), 0))
      direction = next.map((x) => x / Math.hypot(...next))
    }
    const component = direction
    found.push(component)
    rest = rest.map((v) => v.map((x, i) => x - dot(v, component) * component[i]))
  }
  return found
}

/** Letters that training saw often enough for their vectors to have moved. */
function lettersOf(train: readonly { text: string }[]): Set<string> {
  const counts = new Map<string, number>()
  for (const { text: content } of train) for (const letter of content) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  return new Set([...counts].filter(([letter, count]) => letter !== ' ' && count >= 60).map(([letter]) => letter))
}

/** Moves labels that cover each other apart, a little at a time, until they are `distance` pixels away. */
function spread(points: [x: number, y: number][], distance: number): void {
  for (let turn = 0; turn < 200; turn++)
    for (const [i, a] of points.entries())
      for (const b of points.slice(i + 1)) {
        const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
        const apart = Math.hypot(dx, dy)
        if (apart >= distance) continue
        const push = (distance - apart) / (4 * apart)
        a[0] -= push * dx
        a[1] -= push * dy
        b[0] += push * dx
        b[1] += push * dy
      }
}

const isVowel = (letter: string): boolean => /[aeiouyøæı]/.test(letter.normalize('NFD')[0])

export async function characterMap(): Promise<string> {
  const articles = readArticles()
  const model = await learn(embeddings(articles.train), articles)
  const weight = (await readWeights(model)).get('0.weight')!
  const frequent = lettersOf(articles.train)
  // Number 0 stands for what is not a character of the alphabet.
  const letters = [...alphabetOf(articles.train)].filter(([letter]) => frequent.has(letter))
  const raw = letters.map(([, place]) => [...weight.subarray((place + 1) * dimensions, (place + 2) * dimensions)])
  const mean = raw[0].map((_, i) => raw.reduce((sum, v) => sum + v[i], 0) / raw.length)
  const vectors = raw.map((v) => v.map((x, i) => x - mean[i]))
  const components = principalComponents(vectors, 2)
  const places = vectors.map((v) => components.map((component) => dot(v, component)))
  const total = vectors.reduce((sum, v) => sum + dot(v, v), 0)
  const shown = places.reduce((sum, p) => sum + dot(p, p), 0) / total

  const [width, height, margin] = [480, 470, 30]
  const reach = (axis: number): number => Math.max(...places.map((p) => Math.abs(p[axis])))
  const x = (p: readonly number[]): number => width / 2 + (p[0] / reach(0)) * (width / 2 - margin)
  const y = (p: readonly number[]): number => 252 - (p[1] / reach(1)) * 176
  const labels = places.map((p): [number, number] => [x(p), y(p)])
  spread(labels, 17)
  const names = letters.map(([letter], i) =>
    text(labels[i][0], labels[i][1] + 5, letter, 'middle', `font-size="14" fill="${isVowel(letter) ? orange : blue}"`),
  )
  const body = [
    heading(20, 28, 'What the embedding learned of letters'),
    text(20, 48, 'vowels', 'start', `fill="${orange}"`),
    text(84, 48, 'consonants', 'start', `fill="${blue}"`),
    line(margin / 2, 252, width - margin / 2, 252),
    line(width / 2, 66, width / 2, height - 26),
    ...names,
    text(
      width - 20,
      height - 10,
      `two principal components of ${dimensions} dimensions: ${Math.round(100 * shown)} % of the variance`,
      'end',
      `font-size="12" fill="${muted}"`,
    ),
  ]
  return svg(width, height, body.join(''))
}
