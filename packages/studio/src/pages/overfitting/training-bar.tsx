/** Starts and pauses the trainings, and says how far they are. */

import type { ReadonlySignal, Signal } from '@preact/signals'
import { Icon } from '../../parts/icon.tsx'
import { PlayButton } from '../../parts/play-button.tsx'
import { maxRounds, stepsPerRound } from './settings.ts'

export interface TrainingBarProps {
  readonly rounds: Signal<number>
  readonly playing: Signal<boolean>
  /** Digits are being fetched. */
  readonly loading: ReadonlySignal<boolean>
  /** Threads that compute; 0 until that is known. */
  readonly threads: number
}

export function TrainingBar({ rounds, playing, loading, threads }: TrainingBarProps) {
  const isOver = rounds.value >= maxRounds
  const begun = rounds.value > 0
  const go = (to: number): void => {
    playing.value = false
    rounds.value = to
  }
  return (
    <div class="player remedy-bar" role="group" aria-label="Training">
      <PlayButton playing={playing} label={begun ? 'Go on' : 'Train'} disabled={isOver} />
      <button type="button" disabled={playing.value || isOver} onClick={() => go(rounds.value + 1)}>
        <Icon name="next" /> {stepsPerRound} steps
      </button>
      <button type="button" disabled={!begun} onClick={() => go(0)}>
        <Icon name="start" /> Start again
      </button>
      <progress aria-label="Steps" max={maxRounds} value={rounds.value} />
      <output>
        {loading.value
          ? 'Fetching the digits'
          : `${rounds.value * stepsPerRound} of ${(maxRounds * stepsPerRound).toLocaleString('en')} steps each`}
        {threads > 0 && `, ${threads} ${threads === 1 ? 'thread' : 'threads'}`}
      </output>
    </div>
  )
}
