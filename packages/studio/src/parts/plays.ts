/** Whether anything on the page plays: what changes by itself meanwhile is one change, from its beginning to its end. */
import { type Signal, signal, useSignalEffect } from '@preact/signals'

/** How many things play. */
export const plays = signal(0)

/** Counts among what plays, while it does. */
export function usePlays(playing: Signal<boolean>): void {
  useSignalEffect(() => {
    if (!playing.value) return
    plays.value = plays.peek() + 1
    return () => {
      plays.value = plays.peek() - 1
    }
  })
}
