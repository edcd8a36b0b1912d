/** The picture of `gentle experiment memory`: how far gradients reach before anything is learned, and what is solved over which distance. */
import {
  type Axis,
  type Block,
  colourOf,
  heading,
  legend,
  linePanel,
  notes,
  percentText,
  powersAxis,
  stacked,
} from 'gentle-dl-plot'
import { type Cell, cells, type MemoryResult, type Problem, type Reach } from './memory-results.ts'

const colours: Readonly<Record<Cell, string>> = { RNN: colourOf(6), LSTM: colourOf(0), GRU: colourOf(1) }

const shareAxis: Axis = { from: 0, to: 1, ticks: [0, 0.25, 0.5, 0.75, 1], format: percentText }

const titles: Readonly<Record<Problem, string>> = {
  adding: 'Adding: variance explained',
  copying: 'Copying: symbols recalled',
}

export function memorySvg(results: readonly MemoryResult[], reach: readonly Reach[]): string {
  // What is below a billionth of the largest is as good as nothing: lines end there.
  const floor = Math.max(...reach.flatMap(({ gradients }) => gradients.flat())) / 1e9
  const lines = reach.map(({ cell, gradients }) => ({
    colour: colours[cell],
    points: gradients[0]
      .map((_, back) => ({ x: back, values: gradients.map((each) => each[back]) }))
      .filter(({ values }) => values.every((value) => value >= floor)),
  }))
  const gradientPanel = linePanel(
    {
      title: 'Gradient norm, before training',
      x: { label: 'steps back', whole: true },
      y: powersAxis(lines.flatMap(({ points }) => points.flatMap(({ values }) => values))),
    },
    lines,
  )
  const solvedPanel = (problem: Problem): Block => {
    const own = results.filter((result) => result.problem === problem)
    return linePanel(
      {
        title: titles[problem],
        x: {
          label: 'steps to remember',
          scale: 'logarithmic',
          ticks: [...new Set(own.map(({ distance }) => distance))],
        },
        y: shareAxis,
      },
      cells.map((cell) => ({
        colour: colours[cell],
        points: own
          .filter((result) => result.cell === cell)
          .map(({ distance, runs }) => ({ x: distance, values: runs.map(({ solved }) => solved) })),
      })),
    )
  }
  return stacked([
    heading('How many steps a recurrent network remembers'),
    legend(cells.map((cell) => ({ name: cell, colour: colours[cell] }))),
    gradientPanel,
    solvedPanel('adding'),
    solvedPanel('copying'),
    notes(['Mean over seeds; the band shows the range.']),
  ])
}
