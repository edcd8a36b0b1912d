/** Sums of micro-batches' gradients over subtrees of the order in which they are added. They stay with the backend. */
import type { Backend, Exposed, Program } from '../backends/backend.ts'
import { ArgumentError } from '../core/errors.ts'
import { sizeOf } from '../core/shape.ts'
import { sharedFloats } from '../core/shared-floats.ts'
import { additionsOf, mergedOf, type Subtree } from '../distributed/tree.ts'
import type { Graph } from '../graph/graph.ts'
import { type Tensor, type Variable, variable } from '../graph/tensor.ts'
import { add } from '../ops/elementwise.ts'
import type { Updates } from '../optim/optimizer.ts'
import { type Bucket, type GradientVector, gradientVector } from './gradient-vector.ts'

/** Memory for one sum. */
interface Slot {
  /** In the order of the parameters, or state, that they are for. */
  readonly places: readonly Variable[]
  /** Where other threads see it. */
  readonly exposed: Exposed | undefined
}

interface Held extends Subtree {
  readonly slot: number
}

/** Sums as another thread sees them while a program still computes the last one. */
export interface UnmergedSums {
  /** In order. */
  readonly vectors: readonly Float32Array[]
  /** What makes the sums of the largest subtrees of them: to one, by its place, another is added. */
  readonly additions: readonly (readonly [to: number, added: number])[]
  /** Places of these. */
  readonly merged: readonly number[]
}

/** The sums of a rank's micro-batches, from left to right: as soon as both halves of a subtree are there, they are one sum. */
export class SubtreeSums {
  readonly #backend: Backend
  /** The parameters that learn, and the state that changes. */
  readonly #variables: readonly Variable[]
  readonly #learned: number
  /** Micro-batches are computed into the first, or added to what is there. */
  readonly #slots: Slot[] = []
  readonly #vector: GradientVector
  /** Where the backend's memory cannot be seen, copies: of the sum over all ranks, and of the rank's own. */
  #copies: readonly Float32Array[] = []
  readonly #programs = new Map<string, Program>()
  #held: Held[] = []

  /** @param learned the parameters that learn, in order @param state what else changes */
  constructor(backend: Backend, learned: readonly Variable[], state: readonly Variable[]) {
    this.#backend = backend
    this.#variables = [...learned, ...state]
    this.#learned = learned.length
    this.#vector = gradientVector(
      this.#variables.map(({ shape }) => shape),
      learned.length,
    )
    this.#slots.push(this.#makeSlot())
  }

  /** The variables in which a micro-batch's program leaves its gradients and its state, in order. */
  get places(): readonly Variable[] {
    return this.#slots[0].places
  }

  /** Stretches of a sum's vector that travel together. */
  get buckets(): readonly Bucket[] {
    return this.#vector.buckets
  }

  /** Forgets all sums. */
  clear(): void {
    this.#held = []
  }

  /**
   * Makes room for a micro-batch, the one after those that are there.
   * @returns whether its program shall add to what is in `places`, instead of overwriting that
   */
  async expect(leaf: number): Promise<boolean> {
    const last = this.#held.at(-1)
    if (last?.slot !== 0) return false
    if (leaf % 2 === 1 && last.width === 1) return true
    const slot = this.#freeSlot()
    await this.#run(`move to ${slot}`, () => this.#updatesOf(slot, (_, first) => first))
    this.#held[this.#held.length - 1] = { ...last, slot }
    return false
  }

  /** Takes up the micro-batch whose program has run, after `expect`. */
  async take(leaf: number, isAdded: boolean): Promise<void> {
    const held = this.#with(leaf, isAdded)
    const { additions, merged } = mergedOf(held)
    for (const [to, added] of additions) await this.#add(held[to], held[added])
    this.#held = merged.map(({ place, ...subtree }) => ({ ...subtree, slot: held[place].slot }))
  }

  /**
   * As `take`, for a micro-batch whose program has yet to run; another thread makes the additions.
   * @returns undefined where no other thread sees the sums, and nothing is taken up
   */
  leave(leaf: number, isAdded: boolean): UnmergedSums | undefined {
    const held = this.#with(leaf, isAdded)
    const vectors = held.flatMap(({ slot }) => this.#slots[slot].exposed?.values ?? [])
    if (vectors.length < held.length) return undefined
    const { additions, merged } = mergedOf(held)
    this.#held = merged.map(({ place, ...subtree }) => ({ ...subtree, slot: held[place].slot }))
    return { vectors, additions, merged: merged.map(({ place }) => place) }
  }

  /** Makes one sum of all, where no other rank has any. @returns the slot of it */
  async finish(): Promise<number> {
    for (const [to, added] of additionsOf(this.#held)) await this.#add(this.#held[to], this.#held[added])
    return this.#held[0].slot
  }

  /** A vector for the sum over all ranks, the first slot's, in memory that threads share; it may be that of one of the sums. */
  get total(): Float32Array {
    return this.#slots[0].exposed?.values ?? this.#copy(0)
  }

  /** The sums as vectors in memory that threads share, in order; any numbers where there are fewer sums than are asked for. */
  async vectors(count: number): Promise<readonly Float32Array[]> {
    const slots = Array.from({ length: count }, (_, i) => this.#slots[this.#held[i]?.slot ?? 0])
    return Promise.all(
      slots.map(async ({ places, exposed }, i) => {
        if (exposed !== undefined) return exposed.values
        const copy = this.#copy(i + 1)
        for (const [number, place] of places.entries()) await this.#backend.read(place, this.#stretch(copy, number))
        return copy
      }),
    )
  }

  /** Takes up what `total` has become. */
  async settle(): Promise<void> {
    const [{ places, exposed }] = this.#slots
    if (exposed !== undefined) return exposed.changed()
    for (const [number, place] of places.entries())
      await this.#backend.write(place, this.#stretch(this.#copy(0), number))
  }

  /** Makes an update of the sum in a slot by a program that is traced from it once. */
  async use(
    slot: number,
    trace: (gradients: readonly Tensor[], state: Updates) => Graph,
    feed: Readonly<Record<string, number>>,
  ): Promise<void> {
    await this.#run(
      `update by ${slot}`,
      () => {
        const { places } = this.#slots[slot]
        const state = this.#variables.slice(this.#learned)
        return trace(
          places.slice(0, this.#learned),
          state.map((each, i) => [each, places[this.#learned + i]]),
        )
      },
      feed,
    )
  }

  dispose(): void {
    for (const program of this.#programs.values()) program.dispose()
    for (const slot of this.#slots) this.#backend.release(slot.places)
    this.#programs.clear()
  }

  #add({ slot }: Held, { slot: added }: Held): ReturnType<Program['run']> {
    return this.#run(`add ${added} to ${slot}`, () => this.#updatesOf(slot, add, added))
  }

  /** A graph that sets a slot to a function of it and of another one, the first unless named. */
  #updatesOf(slot: number, of: (own: Tensor, other: Tensor) => Tensor, other = 0): Graph {
    const others = this.#slots[other].places
    const updates = this.#slots[slot].places.map((own, i): readonly [Variable, Tensor] => [own, of(own, others[i])])
    return { inputs: {}, outputs: {}, updates }
  }

  #makeSlot(): Slot {
    const places = this.#variables.map(({ shape, name }) => variable(shape, 0, name))
    const { places: starts, length } = this.#vector
    const byStart = [...places.entries()].sort(([a], [b]) => starts[a] - starts[b])
    const exposed = this.#backend.expose?.(new Map(byStart.map(([number, place]) => [place, starts[number]])), length)
    return { places, exposed }
  }

  /** The sums when a micro-batch is there, too. */
  #with(leaf: number, isAdded: boolean): Held[] {
    if (isAdded) return [...this.#held.slice(0, -1), { ...this.#held.at(-1)!, width: 2 }]
    return [...this.#held, { slot: 0, first: leaf, width: 1 }]
  }

  #stretch(vector: Float32Array, number: number): Float32Array {
    const start = this.#vector.places[number]
    return vector.subarray(start, start + sizeOf(this.#variables[number].shape))
  }

  #copy(index: number): Float32Array {
    if (typeof SharedArrayBuffer === 'undefined')
      throw new ArgumentError('training: ranks need memory that threads share, which this engine does not have')
    const missing = Math.max(0, index + 1 - this.#copies.length)
    this.#copies = [...this.#copies, ...Array.from({ length: missing }, () => sharedFloats(this.#vector.length))]
    return this.#copies[index]
  }

  #freeSlot(): number {
    const taken = new Set(this.#held.map(({ slot }) => slot))
    let free = 1
    while (taken.has(free)) free++
    if (this.#slots[free] === undefined) this.#slots[free] = this.#makeSlot()
    return free
  }

  async #run(
    name: string,
    trace: () => Graph,
    feed: Readonly<Record<string, number>> = {},
  ): ReturnType<Program['run']> {
    let program = this.#programs.get(name)
    if (program === undefined) {
      program = await this.#backend.compile(trace())
      this.#programs.set(name, program)
    }
    return program.run(feed)
  }
}
