/** Starts and pauses the training, and shows how far it is. */
import type { ReadonlySignal, Signal } from '@preact/signals'
import { Icon } from '../../parts/icon.tsx'
import { type Line, LineChart } from '../../parts/line-chart.tsx'
import type { Progress } from './progress.ts'

export interface TrainingPanelProps {
  readonly progress: ReadonlySignal<Progress>
  readonly playing: Signal<boolean>
  readonly epochs: number
  /** Why nothing can be learned; '' where it can. */
  readonly obstacle: string
  /** Whether pictures or settings have changed since the training began. */
  readonly isOld: boolean
  readonly threads: number
  readonly onTrain: () => void
  readonly onPause: () => void
  readonly onEpoch: () => void
  readonly onRestart: () => void
}

const curve = (values: readonly number[]): Line['points'] => values.map((value, i) => [i + 1, value])

const percent = (share: number): string => String(Number((100 * share).toFixed(1)))

export function TrainingPanel(props: TrainingPanelProps) {
  const { playing, epochs, obstacle, isOld, threads, onTrain, onPause, onEpoch, onRestart } = props
  const { epochs: done, features, losses, heldOutLosses, accuracies, heldOutAccuracies, seconds } = props.progress.value
  const isOver = done >= epochs && !isOld
  const begins = isOld || done === 0
  const isFinding = playing.value && done === 0 && features > 0 && features < 1
  const xDomain = [1, Math.max(2, epochs)] as const
  return (
    <section class="training-panel" aria-label="Training">
      <div class="player" role="group" aria-label="Steps of the training">
        <button
          type="button"
          class="primary"
          disabled={obstacle !== '' || (isOver && !playing.value)}
          onClick={() => (playing.value ? onPause() : onTrain())}
        >
          <Icon name={playing.value ? 'pause' : 'play'} />
          {playing.value
            ? 'Pause'
            : isOver
              ? 'Trained'
              : isOld && done > 0
                ? 'Train again'
                : begins
                  ? 'Train'
                  : 'Go on'}
        </button>
        <button type="button" disabled={obstacle !== '' || playing.value || isOver} onClick={onEpoch}>
          <Icon name="next" /> Epoch
        </button>
        <button type="button" disabled={done === 0 || playing.value} onClick={onRestart}>
          <Icon name="start" /> Start again
        </button>
        <progress aria-label="Training" max={1} value={isFinding ? features : Math.min(1, done / epochs)} />
      </div>
      <p class="training-state">
        {obstacle !== '' ? (
          obstacle
        ) : isFinding ? (
          `Features of ${Math.round(100 * features)} % of the pictures`
        ) : (
          <>
            <span>
              <b>{done}</b> of {epochs} epochs
            </span>
            {done > 0 && (
              <>
                <span>
                  right: learned <b>{percent(accuracies.at(-1)!)} %</b>
                  {heldOutAccuracies.length > 0 && (
                    <>
                      , held out <b>{percent(heldOutAccuracies.at(-1)!)} %</b>
                    </>
                  )}
                </span>
                <span>
                  <b>{seconds.toFixed(1)}</b> s{threads > 0 && ` on ${threads} ${threads === 1 ? 'thread' : 'threads'}`}
                </span>
                {isOld && !playing.value && <span class="wrong">before your last changes</span>}
              </>
            )}
          </>
        )}
      </p>
      {done > 0 && (
        <div class="curves">
          <LineChart
            label="Loss in each epoch"
            xLabel="epoch"
            yLabel="loss"
            height={160}
            xDomain={xDomain}
            yDomain={[0, Math.max(...losses.slice(0, 400), ...heldOutLosses)]}
            lines={[
              { name: 'learned from', colour: 0, points: curve(losses) },
              { name: 'held out', colour: 1, points: curve(heldOutLosses) },
            ]}
          />
          <LineChart
            label="Share that is right in each epoch, in percent"
            xLabel="epoch"
            yLabel="right, %"
            height={160}
            xDomain={xDomain}
            yDomain={[0, 1]}
            yFormat={percent}
            lines={[
              { name: 'learned from', colour: 0, points: curve(accuracies) },
              { name: 'held out', colour: 1, points: curve(heldOutAccuracies) },
            ]}
          />
        </div>
      )}
    </section>
  )
}
