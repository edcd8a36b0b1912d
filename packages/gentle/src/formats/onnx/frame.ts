/** Which values have names while a graph is traced; graphs within it see those around them. */
import type { Tensor } from '../../graph/tensor.ts'
import type { Check } from './checks.ts'
import type { Value } from './values.ts'

/** What one trace of a file shares among its graphs. */
export interface Trace {
  /** Values that are given from outside in place of what the graph computes, by key: inputs, and what was computed before. */
  readonly given: ReadonlyMap<string, Value>
  /** What must not hold of any element of a tensor when the program runs. */
  readonly checks: Check[]
  /** What must not hold of tensors once more than their lowest 32 bits are looked at. */
  readonly doubts: Map<Tensor, Check>
}

export class Frame {
  readonly #values = new Map<string, Value>()
  readonly #path: string
  readonly #outer: Frame | undefined
  readonly #weight: ((name: string) => Value | undefined) | undefined

  /** @param weight the file's weights by their names */
  constructor(weight?: (name: string) => Value | undefined, path = '', outer?: Frame) {
    this.#weight = weight
    this.#path = path
    this.#outer = outer
  }

  inner(path: string): Frame {
    return new Frame(undefined, this.#path + path, this)
  }

  /** Whether it is a value of this frame that was set or asked for. */
  has(name: string): boolean {
    return this.#values.has(name)
  }

  set(name: string, value: Value, trace: Trace): void {
    this.#values.set(name, trace.given.get(this.ownKey(name)) ?? value)
  }

  /** The value of a name here or around; undefined where there is none. */
  find(name: string, trace: Trace): Value | undefined {
    const found = this.#values.get(name)
    if (found !== undefined) return found
    const weight = trace.given.get(this.ownKey(name)) ?? this.#weight?.(name)
    if (weight !== undefined) this.#values.set(name, weight)
    return weight ?? this.#outer?.find(name, trace)
  }

  /** What tells the value of a name that is found here or around apart from those of the same name in other frames. */
  keyOf(name: string): string {
    return this.#values.has(name) || this.#outer === undefined ? this.ownKey(name) : this.#outer.keyOf(name)
  }

  /** As `keyOf`, of a value that this frame's graph gives. */
  ownKey(name: string): string {
    return this.#path + name
  }
}
