/** What ends a training of several ranks before its time: after the same step, whoever of them is asked. */
import { gathered } from '../distributed/messages.ts'
import type { Ranks } from '../distributed/ranks.ts'

/** To stop and be gone on with, or to end with the epoch that is under way: its time is over. */
export type Wish = 'pause' | 'end'

export class Wishes {
  readonly #ranks: Ranks
  readonly #own = new Set<Wish>()
  /** Those that all ranks have heard. */
  readonly #heard = new Set<Wish>()

  constructor(ranks: Ranks) {
    this.#ranks = ranks
  }

  /** What this rank tells with its next message. */
  get own(): readonly Wish[] {
    return [...this.#own]
  }

  /** Takes up what all ranks have told. */
  hear(wishes: readonly (readonly Wish[])[]): void {
    for (const wish of wishes.flat()) this.#heard.add(wish)
  }

  /** Whether what this rank may wish for now is to be done, as the last step's messages have it. */
  isDue(wish: Wish, isWished: boolean): boolean {
    if (isWished) this.#own.add(wish)
    return this.#grant(wish)
  }

  /** As `isDue`, and all ranks are asked now. */
  async isDueNow(wish: Wish, isWished: boolean): Promise<boolean> {
    if (isWished) this.#own.add(wish)
    this.hear(await gathered(this.#ranks, this.own))
    return this.#grant(wish)
  }

  #grant(wish: Wish): boolean {
    if (!this.#heard.delete(wish)) return false
    this.#own.delete(wish)
    return true
  }
}
