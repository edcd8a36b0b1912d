/** Losses and rates over the steps. */
import { type Line, LineChart } from '../../parts/line-chart.tsx'
import { racerColours } from './racers.tsx'
import type { Losses, Run } from './session.ts'
import { racerTitles } from './settings.ts'

const chartHeight = 210

/** What the axis of a loss shows: a training that diverges does not make the others small. */
function domainOf(values: readonly number[], first: number): readonly [number, number] {
  const shown = values.filter((value) => value > 0 && value <= 3 * first)
  const [low, high] = [Math.min(...shown), Math.max(...shown)]
  return shown.length === 0 ? [0.1, 1] : [Math.max(low, high * 1e-4) * 0.9, high * 1.1]
}

type Points = Line['points']

const within = (points: Points, [low, high]: readonly [number, number]): Points =>
  points.filter(([, value]) => value >= low && value <= high)

const lossesOf = (losses: readonly Losses[], of: Exclude<keyof Losses, 'step'>, step: number): Points =>
  losses.filter((each) => each.step <= step).map((each) => [each.step, each[of]])

export interface CurvesProps {
  readonly runs: readonly Run[]
  /** The one whose losses are shown. */
  readonly run: Run
  readonly step: number
  readonly steps: number
}

export function Curves({ runs, run, step, steps }: CurvesProps) {
  const xDomain = [0, steps] as const
  const common = { xLabel: 'step', yLabel: 'loss', height: chartHeight, logarithmic: true, xDomain }
  const first = run.losses[0].train
  const race = domainOf(
    runs.flatMap(({ losses }) => losses.map(({ train }) => train)),
    first,
  )
  const own = domainOf(
    run.losses.flatMap(({ train, validation, expected }) => [train, validation, expected]),
    first,
  )
  const batchLosses = run.batchLosses.slice(0, step).map((loss, i) => [i, loss] as const)
  return (
    <div class="race-curves">
      <section>
        <h2>Training loss</h2>
        <LineChart
          {...common}
          label="Training loss of each optimizer"
          yDomain={race}
          lines={runs.map(({ name, losses }) => ({
            name: racerTitles[name],
            colour: racerColours[name],
            points: within(lossesOf(losses, 'train', step), race),
          }))}
        />
      </section>
      <section>
        <h2>{racerTitles[run.name]}: four losses</h2>
        <LineChart
          {...common}
          label={`Losses of ${racerTitles[run.name]}: of its batches, empirical and expected`}
          yDomain={own}
          lines={[
            { name: 'batch', colour: 6, points: within(batchLosses, own) },
            { name: 'training', colour: 5, points: within(lossesOf(run.losses, 'train', step), own) },
            { name: 'validation', colour: 7, points: within(lossesOf(run.losses, 'validation', step), own) },
            { name: 'expected', colour: 1, dashed: true, points: within(lossesOf(run.losses, 'expected', step), own) },
          ]}
        />
      </section>
      <section>
        <h2>{racerTitles[run.name]}: learning rate</h2>
        <LineChart
          label={`Learning rate of ${racerTitles[run.name]}`}
          xLabel="step"
          yLabel="rate"
          height={chartHeight}
          xDomain={xDomain}
          yDomain={[0, Math.max(...run.rates, 1e-9)]}
          lines={[{ name: 'rate', colour: racerColours[run.name], points: run.rates.map((rate, i) => [i + 1, rate]) }]}
        />
      </section>
      <LossTable runs={runs} step={step} />
    </div>
  )
}

const written = (loss: number): string => (loss >= 1e4 ? loss.toExponential(1) : loss.toPrecision(3))

function LossTable({ runs, step }: Pick<CurvesProps, 'runs' | 'step'>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section class="scrolls numbers" aria-label="In numbers" tabIndex={0}>
      <h2>In numbers</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">after step</th>
            <th scope="col">training</th>
            <th scope="col">validation</th>
            <th scope="col">expected</th>
          </tr>
        </thead>
        <tbody>
          {runs.map(({ name, losses, divergedAt }) => {
            const at = losses.findLast((each) => each.step <= step)!
            return (
              <tr key={name} class={`colour-${racerColours[name]}`}>
                <th scope="row">
                  {racerTitles[name]}, {divergedAt !== undefined && step >= divergedAt ? 'diverged' : at.step}
                </th>
                {[at.train, at.validation, at.expected].map((loss, i) => (
                  <td key={i}>{written(loss)}</td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}
