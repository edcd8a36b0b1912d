import { computed, effect, type ReadonlySignal, type Signal } from '@preact/signals'

export interface Followed {
  /** As far as the training is to go. */
  readonly goal: ReadonlySignal<number>
  /** Tells what the training has come to, which the page's state follows while it plays. */
  reach(now: number): void
  /** Pauses where somebody goes to another place, by undo or by the address, while it trains. Gives what ends that. */
  watch(): () => void
}

/**
 * A training in a worker, and the place in a page's state that follows it.
 * @param place rounds or epochs that are wanted
 * @param most at which it ends
 */
export function followed(place: Signal<number>, playing: Signal<boolean>, most: number): Followed {
  /** What the training came to by itself. */
  let own = place.peek()
  return {
    goal: computed(() => (playing.value ? most : place.value)),
    reach(now) {
      if (!playing.peek()) return
      own = now
      place.value = now
      if (now >= most) playing.value = false
    },
    watch: () =>
      effect(() => {
        if (place.value === own) return
        own = place.value
        playing.value = false
      }),
  }
}
