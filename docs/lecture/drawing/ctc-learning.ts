/** Chapter 22: what is said at each step while CTC learns one word, without any network: the scores themselves are learned. */
import { compile, constant, ctcLoss, gradients, Random, variable } from 'gentle-dl'
import { mul, softmax, sub, sum } from 'gentle-dl/ops'
import { blue, faint, green, heading, line, muted, orange, red, short, svg, text, violet } from './svg.ts'

const word = 'hello'
const letters = ['-', ...new Set(word)]
const colours = [muted, blue, orange, green, violet, red]
const steps = 40
const shown = [0, 30, 300]
const [width, height, left, gap] = [220, 130, 46, 26]

/** Probabilities [steps, letters] after so many updates of plain gradient descent. */
async function learned(): Promise<{ after: number; probabilities: Float32Array; loss: number }[]> {
  const random = new Random(3)
  const size = letters.length
  const scores = variable(
    [1, steps, size],
    Float32Array.from({ length: steps * size }, () => 0.6 * random.normal()),
  )
  const target = constant(
    [...word].map((letter) => letters.indexOf(letter)),
    [1, word.length],
    'int32',
  )
  const loss = sum(ctcLoss(scores, target))
  const [slope] = gradients(loss, [scores])
  const program = await compile({
    inputs: {},
    outputs: { probabilities: softmax(scores), loss },
    updates: [[scores, sub(scores, mul(slope, 0.5))]],
  })
  const moments = []
  for (let i = 0; i <= Math.max(...shown); i++) {
    const given = await program.run()
    if (shown.includes(i))
      moments.push({
        after: i,
        probabilities: Float32Array.from(given.probabilities.data),
        loss: given.loss.data[0],
      })
  }
  program.dispose()
  return moments
}

export async function ctcLearning(): Promise<string> {
  const moments = await learned()
  const panels = moments.map(({ after, probabilities, loss }, panel) => {
    const x0 = left + panel * (width + gap)
    const place = (t: number, share: number): string =>
      `${short(x0 + (t / (steps - 1)) * width)},${short(60 + (1 - share) * height)}`
    const curves = letters.map((_, symbol) => {
      const points = Array.from({ length: steps }, (_, t) => place(t, probabilities[t * letters.length + symbol]))
      const dashed = symbol === 0 ? ' stroke-dasharray="4 3"' : ''
      return `<polyline points="${points.join(' ')}" fill="none" stroke="${colours[symbol]}" stroke-width="1.8"${dashed}/>`
    })
    const grid = [0, 0.5, 1].map(
      (share) =>
        line(x0, 60 + (1 - share) * height, x0 + width, 60 + (1 - share) * height, `stroke="${faint}"`) +
        (panel === 0 ? text(x0 - 8, 64 + (1 - share) * height, `${100 * share} %`, 'end', 'font-size="11"') : ''),
    )
    const title = after === 0 ? 'at first' : `after ${after} updates`
    return (
      heading(x0, 28, title) +
      text(x0, 45, `loss ${loss.toFixed(2)}`, 'start', `font-size="11" fill="${muted}"`) +
      grid.join('') +
      curves.join('') +
      text(x0 + width / 2, 60 + height + 20, 'steps', 'middle', `font-size="11" fill="${muted}"`)
    )
  })
  const legend = letters.map((letter, i) => {
    const x = left + 86 * i
    return (
      line(x, 236, x + 18, 236, `stroke="${colours[i]}" stroke-width="3"${i === 0 ? ' stroke-dasharray="4 3"' : ''}`) +
      text(x + 24, 240, i === 0 ? 'blank' : letter)
    )
  })
  return svg(left + 3 * width + 2 * gap + 20, 256, [...panels, ...legend].join(''))
}
