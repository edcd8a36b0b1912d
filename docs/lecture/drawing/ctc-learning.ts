/** Chapter 22: what is said at each step while CTC learns one word, without any network: the scores themselves are learned. */
import { compile, constant, ctcLoss, gradients, Random, variable } from 'gentle-dl'
import { mul, softmax, sub, sum } from 'gentle-dl/ops'
import { heading, legend, linePanel, percentText, stacked } from 'gentle-dl-plot'
import { blue, green, muted, orange, plum, red } from './svg.ts'

const word = 'hello'
const letters = ['-', ...new Set(word)]
const colours = [muted, blue, orange, green, plum, red]
const steps = 40
const shown = [0, 30, 300]

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
  const panels = moments.map(({ after, probabilities, loss }) =>
    linePanel(
      {
        title: `${after === 0 ? 'At first' : `After ${after} updates`}: loss ${loss.toFixed(2)}`,
        height: 120,
        x: { label: 'steps' },
        y: { from: 0, to: 1, ticks: [0, 0.5, 1], format: percentText },
      },
      letters.map((_, symbol) => ({
        colour: colours[symbol],
        dashed: symbol === 0,
        points: Array.from({ length: steps }, (_, t) => ({
          x: t,
          values: [probabilities[t * letters.length + symbol]],
        })),
      })),
    ),
  )
  return stacked([
    heading(`What is said at each step, as CTC learns “${word}”`),
    ...panels,
    legend(letters.map((letter, i) => ({ name: i === 0 ? 'blank' : letter, colour: colours[i], dashed: i === 0 }))),
  ])
}
