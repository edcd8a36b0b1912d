/** The state of a page: signals, the text of them that its address holds, and what was before. */
import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { Field } from './fields.ts'

/** Fields of any values, by name. */
// biome-ignore lint/suspicious/noExplicitAny: a field both takes and gives its value, so no other type has all fields
export type FieldsOf<F> = { readonly [Name in keyof F]: Field<any> }

/** The signals of some fields, by name. */
export type Values<F> = { readonly [Name in keyof F]: F[Name] extends Field<infer Value> ? Signal<Value> : never }

/** How many states can be undone. */
const remembered = 200

export class PageState<F extends FieldsOf<F> = Record<string, Field<unknown>>> {
  readonly values: Values<F>
  /** What in the address was not understood, a line each. */
  readonly problems = signal<readonly string[]>([])
  /** All values that are not the initial ones, as an address holds them: `seed=2&rate=0.1`. */
  readonly query: ReadonlySignal<string>
  readonly canUndo: ReadonlySignal<boolean>
  readonly canRedo: ReadonlySignal<boolean>
  readonly #fields: F
  readonly #past = signal<readonly string[]>([])
  readonly #future = signal<readonly string[]>([])
  #present: string

  constructor(fields: F, query = '') {
    this.#fields = fields
    this.values = Object.fromEntries(
      Object.entries<Field<unknown>>(fields).map(([name, field]) => [name, signal(field.initial)]),
    ) as Values<F>
    this.query = computed(() => {
      const parameters = new URLSearchParams()
      for (const [name, field, value] of this.#entries()) {
        const text = field.format(value.value)
        if (text !== field.format(field.initial)) parameters.set(name, text)
      }
      // Commas and the like are allowed in a fragment, and an address is read by people.
      return parameters.toString().replaceAll('%2C', ',').replaceAll('%3B', ';').replaceAll('%3A', ':')
    })
    this.canUndo = computed(() => this.#past.value.length > 0)
    this.canRedo = computed(() => this.#future.value.length > 0)
    this.load(query)
    this.#present = this.query.peek()
  }

  #entries(): [name: string, field: Field<unknown>, value: Signal<unknown>][] {
    const values = this.values as Record<string, Signal<unknown>>
    return Object.entries<Field<unknown>>(this.#fields).map(([name, field]) => [name, field, values[name]])
  }

  /** Takes the values of an address; what it does not name is as at the beginning, and what is not understood is told in `problems`. */
  load(query: string): void {
    const parameters = new URLSearchParams(query)
    const problems: string[] = []
    batch(() => {
      for (const [name, field, value] of this.#entries()) {
        const text = parameters.get(name)
        parameters.delete(name)
        try {
          value.value = text === null ? field.initial : field.parse(text)
        } catch (error) {
          value.value = field.initial
          problems.push(`${name}: ${(error as Error).message}; ${field.format(field.initial) || 'nothing'} is used`)
        }
      }
      for (const name of parameters.keys()) problems.push(`${name.slice(0, 40)}: this page has no such setting`)
      this.problems.value = problems
    })
  }

  /** Remembers the present state as one that `undo` comes back to. To be called when a change has come to rest. */
  record(): void {
    this.#recordAs(this.query.peek())
  }

  /**
   * Remembers a change that somebody made while something else changes by itself: `undo` comes back to the state just before it. Nothing where the present state is known, as after an undo.
   * @param before the query just before the change
   * @param goesOn whether the change goes on from the last one, as when a slider moves
   */
  recordChange(before: string, goesOn: boolean): void {
    const query = this.query.peek()
    if (query === this.#present || query === before) return
    if (goesOn) this.#present = query
    else {
      this.#recordAs(before)
      this.#recordAs(query)
    }
  }

  #recordAs(query: string): void {
    if (query === this.#present) return
    batch(() => {
      this.#past.value = [...this.#past.peek(), this.#present].slice(-remembered)
      this.#future.value = []
    })
    this.#present = query
  }

  undo(): void {
    this.record()
    this.#go(this.#past, this.#future)
  }

  redo(): void {
    this.record()
    this.#go(this.#future, this.#past)
  }

  /** All values as at the beginning, which can be undone. */
  reset(): void {
    this.record()
    this.load('')
    this.record()
  }

  #go(from: Signal<readonly string[]>, to: Signal<readonly string[]>): void {
    const query = from.peek().at(-1)
    if (query === undefined) return
    batch(() => {
      from.value = from.peek().slice(0, -1)
      to.value = [...to.peek(), this.#present]
      this.load(query)
    })
    this.#present = query
  }
}
