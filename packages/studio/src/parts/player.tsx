/** Going through steps: one by one, by themselves, back, or straight to one. */

import { type ReadonlySignal, type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Icon } from './icon.tsx'
import { PlayButton } from './play-button.tsx'

export interface PlayerProps {
  /** What is counted, in the plural: 'updates'. */
  readonly what: string
  /** The step that is shown, from 0. */
  readonly step: Signal<number>
  /** The last step. */
  readonly last: ReadonlySignal<number>
  /** Steps a second while it plays. */
  readonly speed?: number
  /** Steps that it plays at a time. */
  readonly by?: number
}

export function Player({ what, step, last, speed = 4, by = 1 }: PlayerProps) {
  const playing = useSignal(false)
  useEffect(() => {
    if (!playing.value) return
    const timer = setInterval(() => {
      if (step.peek() >= last.peek()) playing.value = false
      else step.value = Math.min(last.peek(), step.peek() + by)
    }, 1000 / speed)
    return () => clearInterval(timer)
  }, [playing.value, speed, by])
  const go = (to: number): void => {
    playing.value = false
    step.value = Math.max(0, Math.min(last.peek(), to))
  }
  // What is stepped through may have become shorter.
  const at = Math.min(step.value, last.value)
  const atEnd = at === last.value
  return (
    <div class="player" role="group" aria-label={`Steps through the ${what}`}>
      <button type="button" onClick={() => go(0)} disabled={at === 0} title="To the start">
        <Icon name="start" />
        <span class="unseen">To the start</span>
      </button>
      <button type="button" onClick={() => go(at - 1)} disabled={at === 0} title="Step back">
        <Icon name="previous" />
        <span class="unseen">Step back</span>
      </button>
      <PlayButton
        playing={playing}
        // Nothing has been computed yet: to play would be to go back to the start.
        disabled={last.value === 0}
        onPress={() => {
          if (atEnd) step.value = 0
        }}
      />
      <button type="button" onClick={() => go(at + 1)} disabled={atEnd} title="Step">
        <Icon name="next" />
        Step
      </button>
      <input
        type="range"
        min={0}
        max={last.value}
        value={at}
        aria-label={`Step of the ${what}`}
        onInput={({ currentTarget }) => go(currentTarget.valueAsNumber)}
      />
      <output>
        {at} of {last.value} {what}
      </output>
    </div>
  )
}
