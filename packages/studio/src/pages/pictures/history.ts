/** A collection that can be edited, and the edits undone: the address holds settings alone. */
import { computed, type ReadonlySignal, signal } from '@preact/signals'
import { type Collection, empty } from './collection.ts'

/** How many edits can be undone. */
const remembered = 50

export class History {
  readonly #present = signal(empty)
  readonly #past = signal<readonly Collection[]>([])
  readonly present: ReadonlySignal<Collection> = this.#present
  readonly canUndo: ReadonlySignal<boolean> = computed(() => this.#past.value.length > 0)

  /** @param isPart whether it belongs to the edit before, as the frames of a recording do */
  edit(next: Collection, isPart = false): void {
    const present = this.#present.peek()
    if (next === present) return
    if (!isPart) this.#past.value = [...this.#past.peek(), present].slice(-remembered)
    this.#present.value = next
  }

  undo(): void {
    const past = this.#past.peek()
    if (past.length === 0) return
    this.#present.value = past.at(-1)!
    this.#past.value = past.slice(0, -1)
  }
}
