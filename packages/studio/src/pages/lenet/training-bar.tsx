/** Starts and pauses the training, and says how far it is. */

import type { ReadonlySignal, Signal } from '@preact/signals'
import { Icon } from '../../parts/icon.tsx'
import { PlayButton } from '../../parts/play-button.tsx'
import type { Report } from './session.ts'
import { maxEpochs } from './training.ts'

export interface TrainingBarProps {
  readonly report: ReadonlySignal<Report>
  readonly playing: Signal<boolean>
  /** Threads that compute; 0 until that is known. */
  readonly threads: number
  readonly onStep: () => void
  readonly onEpoch: () => void
  readonly onRestart: () => void
}

const rate = (examplesPerSecond: number): string => Math.round(examplesPerSecond).toLocaleString('en')

export function TrainingBar({ report, playing, threads, onStep, onEpoch, onRestart }: TrainingBarProps) {
  const { loading, progress } = report.value
  const { epochs, step, steps, seconds, learned } = progress
  const isOver = epochs >= maxEpochs
  const begun = epochs > 0 || step > 0
  return (
    <div class="training-bar">
      <div class="player" role="group" aria-label="Training">
        <PlayButton playing={playing} label={begun ? 'Go on' : 'Train'} disabled={isOver} />
        <button type="button" disabled={playing.value || isOver} onClick={onStep} title="One batch for each network">
          <Icon name="next" /> Step
        </button>
        <button type="button" disabled={playing.value || isOver} onClick={onEpoch}>
          <Icon name="next" /> Epoch
        </button>
        <button type="button" disabled={!begun} onClick={onRestart}>
          <Icon name="start" /> Start again
        </button>
        <progress aria-label="Epoch" max={1} value={loading ? loading[0] / loading[1] : steps > 0 ? step / steps : 0} />
      </div>
      <p class="training-state">
        {loading !== undefined ? (
          `Fetching the digits: ${loading[0]} of ${loading[1]} files`
        ) : (
          <>
            <span>
              <b>{epochs}</b> {epochs === 1 ? 'epoch' : 'epochs'}
              {steps > 0 && (
                <>
                  {' '}
                  and <b>{step}</b> of {steps} steps
                </>
              )}
            </span>
            <span>
              examples/s: LeNet-5 <b>{rate(learned.lenet.examplesPerSecond)}</b>, MLP{' '}
              <b>{rate(learned.mlp.examplesPerSecond)}</b>
            </span>
            <span>
              <b>{seconds.toFixed(1)}</b> s{threads > 0 && ` on ${threads} ${threads === 1 ? 'thread' : 'threads'}`}
            </span>
          </>
        )}
      </p>
    </div>
  )
}
