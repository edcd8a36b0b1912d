/** Gradients as values of their own: between the step's two halves they can be read, changed, and added up. They stay with the backend. */
import type { Backend, Program } from '../backends/backend.ts'
import { ArgumentError } from '../core/errors.ts'
import { sizeOf } from '../core/shape.ts'
import type { Turns } from '../core/turns.ts'
import type { Graph } from '../graph/graph.ts'
import { input, type Tensor, type Variable, variable } from '../graph/tensor.ts'
import type { WeightValues } from '../nn/model.ts'
import { add, mul, sqrt } from '../ops/elementwise.ts'
import { sum } from '../ops/reduce.ts'
import type { Updates } from '../optim/optimizer.ts'
import type { Sums } from './evaluation.ts'

/**
 * What a batch asks of the parameters, the gradient of the mean loss over its examples, and what it makes of the network's state, such as running
 * means of batch norm. It is good for one `update`; `dispose` gives back what is not used.
 */
export class Gradients {
  readonly #store: GradientStore

  constructor(store: GradientStore) {
    this.#store = store
  }

  /** Mean loss of the examples. */
  get loss(): number {
    return this.#store.held(this).sums.loss
  }

  /** How many examples they are of. */
  get examples(): number {
    return this.#store.held(this).sums.examples
  }

  /** Names of the parameters that learn, and of the state that changes. */
  get names(): readonly string[] {
    return this.#store.names
  }

  /**
   * A copy of the gradient of the parameter of this name, row-major; for state, of its next value.
   * @throws ArgumentError for a name that there is not.
   */
  read(name: string): Promise<Float32Array> {
    return this.#store.read(this, name)
  }

  /** Copies of all, by name. */
  async readAll(): Promise<Map<string, Float32Array>> {
    const values = new Map<string, Float32Array>()
    for (const name of this.names) values.set(name, await this.read(name))
    return values
  }

  /**
   * Sets one, such as to a mean over machines.
   * @throws ArgumentError for a name that there is not, and another number of values.
   */
  write(name: string, values: ArrayLike<number>): Promise<void> {
    return this.#store.write(this, name, values)
  }

  /** Sets those that are given. */
  async writeAll(values: WeightValues): Promise<void> {
    for (const [name, data] of values) await this.write(name, data)
  }

  /** √ of the sum of squares of all parameters' gradients. */
  norm(): Promise<number> {
    return this.#store.norm(this)
  }

  /** Multiplies the parameters' gradients by a number; the network's next state stays as it is. */
  scale(factor: number): Promise<void> {
    return this.#store.scale(this, factor)
  }

  /**
   * Takes up other gradients, which are gone then: these become what all examples together ask for, the mean weighted by numbers of examples, and
   * the network's next state likewise.
   */
  add(other: Gradients): Promise<void> {
    return this.#store.add(this, other)
  }

  /** Frees their memory. */
  dispose(): void {
    this.#store.forget(this)
  }
}

/** Memory for one of everything. */
interface Slot {
  readonly id: number
  /** By the parameter or state that it is for. */
  readonly variables: Map<Variable, Variable>
}

interface Held {
  slot: Slot
  readonly sums: Sums
  /** Whether an update was made of them. */
  used: boolean
}

/** Where gradients are kept. All are computed into the first slot; those that are still needed move on before it is written again. */
export class GradientStore {
  readonly #backend: Backend
  readonly #turns: Turns
  readonly #learned: readonly Variable[]
  readonly #slots: Slot[] = [{ id: 0, variables: new Map() }]
  readonly #held = new Map<Gradients, Held>()
  readonly #programs = new Map<string, Program>()

  /** @param learned the parameters that learn, in order */
  constructor(backend: Backend, turns: Turns, learned: readonly Variable[]) {
    this.#backend = backend
    this.#turns = turns
    this.#learned = learned
    for (const parameter of learned) this.place(parameter)
  }

  /** The variable of the first slot for a parameter or for state. */
  place(of: Variable): Variable {
    return placeIn(this.#slots[0], of)
  }

  get names(): readonly string[] {
    return [...this.#slots[0].variables.keys()].map(({ name }) => name)
  }

  /** Makes the first slot free to be written. */
  async vacate(): Promise<void> {
    const [first] = this.#slots
    const owner = [...this.#held].find(([, { slot }]) => slot === first)
    if (owner === undefined) return
    const [gradients, held] = owner
    if (held.used) return void this.#held.delete(gradients)
    const taken = new Set([...this.#held.values()].map(({ slot }) => slot))
    const free = this.#slots.find((slot) => !taken.has(slot)) ?? this.#anotherSlot()
    await this.#run(`move to ${free.id}`, () => ({
      inputs: {},
      outputs: {},
      updates: this.#all.map((of) => [free.variables.get(of)!, this.place(of)]),
    }))
    held.slot = free
  }

  /** The gradients that were just computed into the first slot. */
  hold(sums: Sums): Gradients {
    const gradients = new Gradients(this)
    this.#held.set(gradients, { slot: this.#slots[0], sums, used: false })
    return gradients
  }

  /** @throws ArgumentError for gradients that were given back, or belong to another trainer. */
  held(gradients: Gradients): Held {
    const held = this.#held.get(gradients)
    if (held === undefined)
      throw new ArgumentError(
        'gradients: these no longer exist: an earlier update used them, add consumed them, they were disposed of, or they belong to another trainer; compute them again',
      )
    return held
  }

  forget(gradients: Gradients): void {
    this.#held.delete(gradients)
  }

  /**
   * Makes an update of gradients by a program that is traced from them once a slot; they cannot be used again.
   * @throws ArgumentError for gradients that were used before.
   */
  async use(
    gradients: Gradients,
    trace: (gradients: readonly Tensor[], state: Updates) => Graph,
    feed: Record<string, number>,
  ): Promise<Sums> {
    const held = this.held(gradients)
    if (held.used)
      throw new ArgumentError('update: these gradients were used before; compute new ones for another step')
    const { id, variables } = held.slot
    await this.#run(
      `update by ${id}`,
      () =>
        trace(
          this.#learned.map((parameter) => variables.get(parameter)!),
          this.#state.map((variable) => [variable, variables.get(variable)!]),
        ),
      feed,
    )
    held.used = true
    return held.sums
  }

  read(gradients: Gradients, name: string): Promise<Float32Array> {
    return this.#turns.run(() => this.#backend.read(this.#named(gradients, name)))
  }

  write(gradients: Gradients, name: string, values: ArrayLike<number>): Promise<void> {
    return this.#turns.run(async () => {
      const place = this.#named(gradients, name)
      const size = sizeOf(place.shape)
      if (values.length !== size)
        throw new ArgumentError(`gradients: '${name}' takes ${size} values, not ${values.length}`)
      await this.#backend.write(place, values)
    })
  }

  norm(gradients: Gradients): Promise<number> {
    return this.#turns.run(async () => {
      const { id, variables } = this.held(gradients).slot
      const { norm } = await this.#run(`norm of ${id}`, () => {
        const squares = this.#learned.map((parameter) => {
          const gradient = variables.get(parameter)!
          return sum(mul(gradient, gradient))
        })
        return { inputs: {}, outputs: { norm: sqrt(squares.reduce((a, b) => add(a, b))) } }
      })
      return norm.data[0]
    })
  }

  scale(gradients: Gradients, factor: number): Promise<void> {
    return this.#turns.run(async () => {
      const { id, variables } = this.#fresh(gradients).slot
      const trace = (): Graph => {
        const by = input([])
        const places = this.#learned.map((parameter) => variables.get(parameter)!)
        return { inputs: { by }, outputs: {}, updates: places.map((place) => [place, mul(place, by)]) }
      }
      await this.#run(`scale ${id}`, trace, { by: factor })
    })
  }

  add(gradients: Gradients, other: Gradients): Promise<void> {
    return this.#turns.run(() => this.merge(gradients, other))
  }

  /** As `add`, within a turn. */
  async merge(gradients: Gradients, other: Gradients): Promise<void> {
    if (gradients === other) throw new ArgumentError('gradients: gradients cannot be added to themselves')
    const [own, added] = [this.#fresh(gradients), this.#fresh(other)]
    const trace = (): Graph => {
      const [ownShare, addedShare] = [input([]), input([])]
      const updates = this.#all.map((of): readonly [Variable, Tensor] => {
        const place = own.slot.variables.get(of)!
        return [place, add(mul(place, ownShare), mul(added.slot.variables.get(of)!, addedShare))]
      })
      return { inputs: { ownShare, addedShare }, outputs: {}, updates }
    }
    const examples = own.sums.examples + added.sums.examples
    const addedShare = added.sums.examples / examples
    const shares = { ownShare: own.sums.examples / examples, addedShare }
    await this.#run(`add ${added.slot.id} to ${own.slot.id}`, trace, shares)
    own.sums.addSums(added.sums)
    this.#held.delete(other)
  }

  dispose(): void {
    for (const program of this.#programs.values()) program.dispose()
    for (const { variables } of this.#slots) this.#backend.release(variables.values())
    this.#programs.clear()
    this.#held.clear()
  }

  get #all(): readonly Variable[] {
    return [...this.#slots[0].variables.keys()]
  }

  get #state(): readonly Variable[] {
    return this.#all.filter((variable) => !this.#learned.includes(variable))
  }

  #anotherSlot(): Slot {
    const slot: Slot = { id: this.#slots.length, variables: new Map() }
    for (const of of this.#all) placeIn(slot, of)
    this.#slots.push(slot)
    return slot
  }

  #fresh(gradients: Gradients): Held {
    const held = this.held(gradients)
    if (held.used) throw new ArgumentError('gradients: these were used by an update; compute new ones to change')
    return held
  }

  #named(gradients: Gradients, name: string): Variable {
    const { variables } = this.held(gradients).slot
    const place = [...variables].find(([of]) => of.name === name)?.[1]
    if (place === undefined)
      throw new ArgumentError(`gradients: there is no '${name}'; expected one of ${this.names.join(', ')}`)
    return place
  }

  async #run(name: string, trace: () => Graph, feed: Record<string, number> = {}): ReturnType<Program['run']> {
    let program = this.#programs.get(name)
    if (program === undefined) {
      program = await this.#backend.compile(trace())
      this.#programs.set(name, program)
    }
    return program.run(feed)
  }
}

function placeIn({ variables }: Slot, of: Variable): Variable {
  let place = variables.get(of)
  if (place === undefined) {
    place = variable(of.shape, 0, of.name)
    variables.set(of, place)
  }
  return place
}
