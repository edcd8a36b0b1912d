/** What a range test found: the loss at each learning rate. */
import type { RateRange } from 'gentle-dl'
import { numberText, panel } from './axes.ts'
import { colourOf, ink } from './colours.ts'
import { heading, stacked } from './stack.ts'
import { line, polyline } from './svg.ts'

/** The smoothed loss over the rates, evenly in their logarithm, and a line at the rate to train with. */
export function plotLearningRates({ rate, rates, losses }: RateRange, title = 'Learning-rate range test'): string {
  const [low, high] = [Math.min(...losses), Math.max(...losses)]
  const room = (high - low || 1) * 0.05
  return stacked([
    heading(title, `The dashed line is the rate to train with, ${numberText(Number(rate.toPrecision(2)))}.`),
    panel(
      {
        title: 'loss, smoothed',
        x: { scale: 'logarithmic', from: Math.min(rate, ...rates), to: Math.max(...rates), label: 'learning rate' },
        y: { from: low - room, to: high + room },
      },
      ({ x, y, frame }) =>
        line(x(rate), frame.top, x(rate), frame.bottom, `stroke="${ink}" stroke-dasharray="4 3"`) +
        polyline(
          rates.map((each, i) => [x(each), y(losses[i])]),
          `stroke="${colourOf(0)}" stroke-width="2"`,
        ),
    ),
  ])
}
