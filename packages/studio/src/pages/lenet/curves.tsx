/** How far both networks have learned. */
import { type ReadonlySignal, useComputed } from '@preact/signals'
import { type Line, LineChart } from '../../parts/line-chart.tsx'
import type { Report } from './session.ts'
import { type Learned, pointsPerEpoch } from './training.ts'

/** In percent, as short as it can be. */
const percent = (share: number): string => String(Number((100 * share).toFixed(1)))

/** Losses stand in the middle of the stretch that they are the mean of. */
const lossLine = ({ losses }: Learned, perEpoch: number): Line['points'] =>
  losses.map((loss, i) => [(i + 0.5) / perEpoch, loss])

/** What is left out below the axis, as it is before anything is learned. */
const accuracyLine = ({ accuracies }: Learned, lowest: number): Line['points'] =>
  accuracies.flatMap((accuracy, epoch) => (accuracy >= lowest ? [[epoch, accuracy] as const] : []))

export function Curves({ report }: { readonly report: ReadonlySignal<Report> }) {
  // The page is told more often than there is something new to draw.
  const drawn = useComputed(() =>
    JSON.stringify(report.value.progress.learned, ['lenet', 'mlp', 'losses', 'accuracies']),
  )
  void drawn.value
  const { learned, epochs, steps } = report.peek().progress
  const { lenet, mlp } = learned
  const perEpoch = Math.min(pointsPerEpoch, Math.max(1, steps))
  const xDomain = [0, Math.max(3, Math.ceil(Math.max(epochs, lenet.losses.length / perEpoch)))] as const
  const trained = [lenet, mlp].flatMap(({ accuracies }) => accuracies.slice(1))
  const lowest = Math.floor(20 * Math.min(0.9, ...trained)) / 20
  return (
    <div class="curves">
      <LineChart
        label="Loss on the digits that they learn from"
        xLabel="epoch"
        yLabel="training loss"
        height={190}
        logarithmic
        xDomain={xDomain}
        yDomain={[Math.min(0.02, ...lenet.losses, ...mlp.losses), Math.max(3, ...lenet.losses, ...mlp.losses)]}
        lines={[
          { name: 'LeNet-5', colour: 0, points: lossLine(lenet, perEpoch) },
          { name: 'MLP', colour: 1, points: lossLine(mlp, perEpoch) },
        ]}
      />
      <LineChart
        label="Accuracy on 5,000 validation digits, in percent"
        xLabel="epoch"
        yLabel="validation, % right"
        height={190}
        xDomain={xDomain}
        yDomain={[lowest, 1]}
        yFormat={percent}
        lines={[
          { name: 'LeNet-5', colour: 0, points: accuracyLine(lenet, lowest) },
          { name: 'MLP', colour: 1, points: accuracyLine(mlp, lowest) },
        ]}
      />
    </div>
  )
}
