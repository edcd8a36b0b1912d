import type { Signal } from '@preact/signals'
import { Icon } from './icon.tsx'
import { usePlays } from './plays.ts'

export interface PlayButtonProps {
  readonly playing: Signal<boolean>
  /** What it says while nothing plays. */
  readonly label?: string
  readonly disabled?: boolean
  /** Called before it plays or pauses. */
  readonly onPress?: () => void
}

/** Plays and pauses. */
export function PlayButton({ playing, label = 'Play', disabled, onPress }: PlayButtonProps) {
  usePlays(playing)
  return (
    <button
      type="button"
      class="primary"
      disabled={disabled}
      onClick={() => {
        onPress?.()
        playing.value = !playing.value
      }}
    >
      <Icon name={playing.value ? 'pause' : 'play'} />
      {playing.value ? 'Pause' : label}
    </button>
  )
}
