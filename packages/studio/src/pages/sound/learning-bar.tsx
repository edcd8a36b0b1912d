/** Starts and pauses a training, and says how far it is. */

import type { ReadonlySignal, Signal } from '@preact/signals'
import { Icon } from '../../parts/icon.tsx'
import { PlayButton } from '../../parts/play-button.tsx'

export interface LearningBarProps {
  readonly epochs: Signal<number>
  readonly most: number
  readonly playing: Signal<boolean>
  readonly busy: ReadonlySignal<boolean>
  /** Epochs that are learned. */
  readonly done: number
  /** What came of the last epoch. */
  readonly result: string
}

export function LearningBar({ epochs, most, playing, busy, done, result }: LearningBarProps) {
  const isOver = epochs.value >= most
  return (
    <div class="player" role="group" aria-label="Training">
      <PlayButton playing={playing} label={epochs.value > 0 ? 'Go on' : 'Train'} disabled={isOver && !playing.value} />
      <button
        type="button"
        disabled={playing.value || isOver}
        onClick={() => {
          epochs.value++
        }}
      >
        <Icon name="next" /> Epoch
      </button>
      <button
        type="button"
        disabled={epochs.value === 0}
        onClick={() => {
          playing.value = false
          epochs.value = 0
        }}
      >
        <Icon name="start" /> Start again
      </button>
      <progress aria-label="Epochs" max={most} value={done} />
      <output>
        {done} of {most} epochs{result === '' ? (busy.value ? ': learning ...' : '') : `: ${result}`}
      </output>
    </div>
  )
}
