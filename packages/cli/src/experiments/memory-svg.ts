/** The picture of `gentle experiment memory`: how far gradients reach before anything is learned, and what is solved over which distance. */
import { legendEntry, linePanel, muted, page, powersAxis, text, type VerticalAxis } from 'gentle-dl-plot'
import { type Cell, cells, type MemoryResult, type Problem, type Reach } from './memory-results.ts'

const colours: Readonly<Record<Cell, string>> = { RNN: '#616e7c', LSTM: '#2563eb', GRU: '#d97706' }

const [top, width, height, gap] = [72, 260, 220, 70]
const leftOf = (place: number): number => 66 + place * (width + gap)

/** Shares from 0 to 1. */
const shareAxis: VerticalAxis = {
  low: 0,
  high: 1,
  ticks: [0, 0.25, 0.5, 0.75, 1],
  format: (share) => `${100 * share} %`,
  place: (share) => share,
}

/** 10⁻³, for few digits of many zeros. */
const powerText = (value: number): string =>
  `10${String(Math.round(Math.log10(value)))
    .replace('-', '⁻')
    .replace(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)])}`

const titles: Readonly<Record<Problem, string>> = {
  adding: 'adding: variance explained',
  copying: 'copying: symbols recalled',
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
      left: leftOf(0),
      top,
      width,
      height,
      title: 'gradient, before learning',
      xLabel: 'steps back',
      xScale: 'linear',
      xTicks: [0, 20, 40, 60, 80, 100],
      y: { ...powersAxis(lines.flatMap(({ points }) => points.flatMap(({ values }) => values))), format: powerText },
    },
    lines,
  )
  const solvedPanel = (problem: Problem, place: number): string => {
    const own = results.filter((result) => result.problem === problem)
    return linePanel(
      {
        left: leftOf(place),
        top,
        width,
        height,
        title: titles[problem],
        xLabel: 'steps to remember',
        xTicks: [...new Set(own.map(({ distance }) => distance))],
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
  const below = top + height + 64
  return page(
    leftOf(3) - gap + 30,
    below + 20,
    [
      text(66, 26, 'How far a recurrent network remembers', 'font-weight="600" font-size="16"'),
      gradientPanel,
      solvedPanel('adding', 1),
      solvedPanel('copying', 2),
      ...cells.map((cell, i) => legendEntry(66 + 90 * i, below, colours[cell], cell)),
      text(66 + 290, below, 'mean over the seeds; the band holds all of them', `fill="${muted}"`),
    ].join(''),
  )
}
