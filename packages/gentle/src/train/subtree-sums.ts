/** Sums of micro-batches' gradients over subtrees of the order in which they are added. They stay with the backend. */
import type { Backend, Program } from '../backends/backend.ts'
import { sizeOf } from '../core/shape.ts'
import { additionsOf, type Subtree } from '../distributed/tree.ts'
import type { Graph } from '../graph/graph.ts'
import { type Tensor, type Variable, variable } from '../graph/tensor.ts'
import { add } from '../ops/elementwise.ts'
import type { Updates } from '../optim/optimizer.ts'

/** Memory for one sum: by the parameter, or state, that it is for. */
type Slot = ReadonlyMap<Variable, Variable>

interface Held extends Subtree {
  readonly slot: number
}

/** The sums of a rank's micro-batches, from left to right: as soon as both halves of a subtree are there, they are one sum. */
export class SubtreeSums {
  readonly #backend: Backend
  /** The parameters that learn, and the state that changes. */
  readonly #variables: readonly Variable[]
  readonly #learned: number
  /** Micro-batches are computed into the first, or added to what is there. */
  readonly #slots: Slot[] = []
  readonly #programs = new Map<string, Program>()
  #held: Held[] = []

  /** @param learned the parameters that learn, in order @param state what else changes */
  constructor(backend: Backend, learned: readonly Variable[], state: readonly Variable[]) {
    this.#backend = backend
    this.#variables = [...learned, ...state]
    this.#learned = learned.length
    this.#slots.push(this.#makeSlot())
  }

  /** Numbers of a sum. */
  get length(): number {
    return this.#variables.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  }

  /** The variables in which a micro-batch's program leaves its gradients and its state, in order. */
  get places(): readonly Variable[] {
    return [...this.#slots[0].values()]
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
    if (isAdded) this.#held[this.#held.length - 1] = { ...this.#held.at(-1)!, width: 2 }
    else this.#held.push({ slot: 0, first: leaf, width: 1 })
    for (;;) {
      const [left, right] = this.#held.slice(-2)
      const areHalves = right !== undefined && left.width === right.width && left.first % (2 * left.width) === 0
      if (!areHalves) return
      await this.#add(left, right)
      this.#held.splice(-2, 2, { ...left, width: 2 * left.width })
    }
  }

  /** Makes one sum of all, where no other rank has any. @returns the slot of it */
  async finish(): Promise<number> {
    for (const [to, added] of additionsOf(this.#held)) await this.#add(this.#held[to], this.#held[added])
    return this.#held[0].slot
  }

  /** Copies the sums, in order, into vectors. */
  async read(into: readonly Float32Array[]): Promise<void> {
    for (const [i, { slot }] of this.#held.entries()) {
      let at = 0
      for (const place of this.#slots[slot].values()) {
        const size = sizeOf(place.shape)
        await this.#backend.read(place, into[i].subarray(at, at + size))
        at += size
      }
    }
  }

  /** Sets what is in `places`. */
  async write(values: Float32Array): Promise<void> {
    let at = 0
    for (const place of this.places) {
      const size = sizeOf(place.shape)
      await this.#backend.write(place, values.subarray(at, at + size))
      at += size
    }
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
        const places = [...this.#slots[slot].values()]
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
    for (const slot of this.#slots) this.#backend.release(slot.values())
    this.#programs.clear()
  }

  #add({ slot }: Held, { slot: added }: Held): ReturnType<Program['run']> {
    return this.#run(`add ${added} to ${slot}`, () => this.#updatesOf(slot, add, added))
  }

  /** A graph that sets a slot to a function of it and of another one, the first unless named. */
  #updatesOf(slot: number, of: (own: Tensor, other: Tensor) => Tensor, other = 0): Graph {
    const updates = this.#variables.map((each): readonly [Variable, Tensor] => {
      const own = this.#slots[slot].get(each)!
      return [own, of(own, this.#slots[other].get(each)!)]
    })
    return { inputs: {}, outputs: {}, updates }
  }

  #makeSlot(): Slot {
    return new Map(this.#variables.map((each) => [each, variable(each.shape, 0, each.name)]))
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
