/** What recurrent layers hand on from one batch to the next. */
import type { Backend } from '../backends/backend.ts'
import { sizeOf } from '../core/shape.ts'
import { type Variable, variable } from '../graph/tensor.ts'
import type { WeightValues } from '../nn/model.ts'

/** The state of stateful layers for a number of examples. It begins with 0. */
export class CarriedState {
  /** For how many examples there is room. */
  readonly rows: number
  readonly #backend: Backend
  readonly #variables = new Map<string, Variable>()
  /** Values of variables that are not made yet. */
  #first: WeightValues = new Map()

  constructor(backend: Backend, rows: number) {
    this.#backend = backend
    this.rows = rows
  }

  /** The variable of this path, made when first asked for: [rows, units]. */
  variable(path: string, units: number): Variable {
    const known = this.#variables.get(path)
    if (known !== undefined) return known
    const shape = [this.rows, units]
    const first = this.#first.get(path)
    const made = variable(shape, first?.length === sizeOf(shape) ? first : new Float32Array(sizeOf(shape)), path)
    this.#variables.set(path, made)
    return made
  }

  async read(): Promise<Map<string, Float32Array>> {
    const values = new Map<string, Float32Array>(this.#first)
    for (const [path, each] of this.#variables) values.set(path, await this.#backend.read(each))
    return values
  }

  /** Sets all: what is not given, or is of another number of examples, to 0. */
  async write(values: WeightValues): Promise<void> {
    this.#first = values
    for (const [path, each] of this.#variables) {
      const size = sizeOf(each.shape)
      const given = values.get(path)
      await this.#backend.write(each, given?.length === size ? given : new Float32Array(size))
    }
  }

  reset(): Promise<void> {
    return this.write(new Map())
  }

  dispose(): void {
    this.#backend.release([...this.#variables.values()])
  }
}
