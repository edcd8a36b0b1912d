/** A graph that needs sums over all micro-batches of a step in its midst, as several programs: each computes up to the next such sums. */
import type { Backend, Feed, Program } from '../backends/backend.ts'
import { joinedProfiles } from '../backends/joined-profiles.ts'
import type { Profile } from '../backends/profile.ts'
import type { DType, TypedArray } from '../core/dtype.ts'
import { joined } from '../core/joined.ts'
import type { NDArray } from '../core/ndarray.ts'
import { sizeOf } from '../core/shape.ts'
import { type Graph, rootsOf, topologicalOrder } from '../graph/graph.ts'
import { defineOp } from '../graph/op.ts'
import { rebuild } from '../graph/rebuild.ts'
import { apply, input, type Tensor } from '../graph/tensor.ts'
import { isElementwise } from '../ops/elementwise.ts'
import { broadcastToOp, reshapeOp } from '../ops/structure.ts'

/** Where a graph is cut: no backend ever computes it. All micro-batches' losses depend on the sum, so its gradient is the sum of theirs. */
const sumOverBatchOp = defineOp<'sumOverBatch', null>({
  name: 'sumOverBatch',
  infer: ([{ shape, dtype }]) => ({ shape, dtype }),
  gradient: (_, dy) => [sumOverBatch(dy)],
})

/** The sum of what a tensor is in all micro-batches of a step. */
export const sumOverBatch = (part: Tensor): Tensor => apply(sumOverBatchOp, [part], null)

const isSum = ({ op }: Tensor): boolean => op.name === sumOverBatchOp.name

/** What is there without being computed. */
const isSource = ({ inputs }: Tensor): boolean => inputs.length === 0

/** Whether it is as cheap to compute again as to store and read. */
const isCheap = (node: Tensor): boolean => isElementwise(node) || node.op === broadcastToOp || node.op === reshapeOp

/** Below this share of a tensor's size another one is small beside it, such as the means of its channels. */
const small = 1 / 4

/**
 * What later segments compute again rather than have kept: what cheap ops make of one large tensor, as batch norm and ReLU do of a convolution's output. Sums of branches are kept, so that
 * no chain of them is computed again.
 */
function computedAgain(order: readonly Tensor[]): ReadonlySet<Tensor> {
  const again = new Set<Tensor>()
  /** The one large tensor that a node is made of, itself unless it is computed again; none where there are only small ones. */
  const origins = new Map<Tensor, Tensor | undefined>()
  for (const node of order) {
    origins.set(node, isSource(node) || isSum(node) ? undefined : node)
    if (isSource(node) || !isCheap(node)) continue
    const large = new Set(
      node.inputs
        .map((operand) => origins.get(operand))
        .filter((origin) => origin !== undefined && sizeOf(origin.shape) > small * sizeOf(node.shape)),
    )
    if (large.size > 1) continue
    again.add(node)
    origins.set(node, [...large][0])
  }
  return again
}

interface Segment {
  readonly graph: Graph
  /** Outputs that are the whole graph's. */
  readonly outputs: readonly string[]
  /** Outputs to be summed, in order, and the names under which later segments take the sums. */
  readonly sums: readonly (readonly [part: string, sum: string])[]
  /** Inputs that are outputs of earlier segments, and that no later one takes. */
  readonly ends: readonly string[]
}

/**
 * Cuts a graph at the sums. Each node is in the first segment in which all that it needs is there; what later ones need is among a segment's outputs, unless they compute it again. In the last are
 * the updates, and what depends on the values that their variables have, or on inputs that are known only then; no sum does.
 * @param late names of these inputs
 */
export function segmentsOf(graph: Graph, late: readonly string[]): Segment[] {
  const { inputs, outputs, updates = [] } = graph
  const order = topologicalOrder(rootsOf(graph))
  const isLate = new Set<Tensor>([...late.map((name) => inputs[name]), ...updates.map(([variable]) => variable)])
  const computedIn = new Map<Tensor, number>()
  for (const node of order) {
    if (node.inputs.some((operand) => isLate.has(operand))) isLate.add(node)
    const segments = node.inputs.map((operand) => computedIn.get(operand)! + (isSum(operand) ? 1 : 0))
    computedIn.set(node, Math.max(0, ...segments))
  }
  const sums = order.filter(isSum)
  const last = Math.max(0, ...sums.map((sum) => computedIn.get(sum)! + 1))
  for (const node of isLate) computedIn.set(node, last)
  const again = computedAgain(order)
  const isTaken = (node: Tensor, segment: number): boolean =>
    isSum(node) || (!isSource(node) && !again.has(node) && computedIn.get(node)! < segment)
  const names = new Map(sums.map((sum, i): [Tensor, string] => [sum, `sum ${i}`]))
  const kept = new Set<Tensor>()
  const segments: Segment[] = []
  /** Names of what later segments take. */
  const needed = new Set<string>()
  // From the last on, since what is kept depends on what comes after.
  for (let segment = last; segment >= 0; segment--) {
    const isHere = (node: Tensor): boolean => computedIn.get(node) === segment
    const own = Object.entries(outputs).filter(([, node]) => isHere(node))
    const summed = sums.filter(isHere)
    const given: [string, Tensor][] = [
      ...own,
      ...[...kept].filter(isHere).map((node): [string, Tensor] => [names.get(node)!, node]),
      ...summed.map((sum): [string, Tensor] => [`part of ${names.get(sum)}`, sum.inputs[0]]),
    ]
    const changed = segment === last ? updates : []
    const taken = new Map<Tensor, Tensor>()
    const made = rebuild([...given.map(([, node]) => node), ...changed.map(([, next]) => next)], (node) => {
      if (!isTaken(node, segment)) return undefined
      const stand = taken.get(node) ?? input(node.shape, node.dtype)
      taken.set(node, stand)
      return stand
    })
    for (const node of taken.keys())
      if (!names.has(node)) {
        kept.add(node)
        names.set(node, `kept ${kept.size}`)
      }
    const reached = new Set(topologicalOrder(made))
    const ends = [...taken.keys()].filter((node) => kept.has(node)).map((node) => names.get(node)!)
    segments.unshift({
      graph: {
        inputs: {
          ...Object.fromEntries(Object.entries(inputs).filter(([, node]) => reached.has(node))),
          ...Object.fromEntries([...taken].map(([node, stand]) => [names.get(node)!, stand])),
        } as Graph['inputs'],
        outputs: Object.fromEntries(given.map(([name], i) => [name, made[i]])),
        updates: changed.map(([variable], i) => [variable, made[given.length + i]] as const),
      },
      outputs: own.map(([name]) => name),
      sums: summed.map((sum) => [`part of ${names.get(sum)}`, names.get(sum)!] as const),
      ends: ends.filter((name) => !needed.has(name)),
    })
    for (const name of ends) needed.add(name)
  }
  return segments
}

/** Memory of values that go from segment to segment, used again and again: new memory of megabytes is cleared, and collected, which takes longer than the copy. */
class SpareMemory {
  readonly #spare = new Map<string, TypedArray[]>()

  take(dtype: DType, length: number): TypedArray {
    return this.#spare.get(`${dtype} ${length}`)?.pop() ?? memoryOf(dtype, length)
  }

  give(memory: TypedArray): void {
    const key = `${memory instanceof Int32Array ? 'int32' : 'float32'} ${memory.length}`
    const alike = this.#spare.get(key)
    if (alike === undefined) this.#spare.set(key, [memory])
    else alike.push(memory)
  }
}

const memoryOf = (dtype: DType, length: number): TypedArray =>
  dtype === 'int32' ? new Int32Array(length) : new Float32Array(length)

/** A segment that is compiled. */
interface CompiledSegment extends Segment {
  readonly program: Program
}

/** A cut graph, ready to run. */
export class SegmentedProgram {
  readonly #segments: readonly CompiledSegment[]
  readonly #spare = new SpareMemory()

  /** @param late names of inputs that only `finish` is given */
  static async compile(backend: Backend, graph: Graph, late: readonly string[]): Promise<SegmentedProgram> {
    const segments: CompiledSegment[] = []
    try {
      for (const segment of segmentsOf(graph, late))
        segments.push({ ...segment, program: await backend.compile(segment.graph) })
    } catch (error) {
      for (const { program } of segments) program.dispose()
      throw error
    }
    return new SegmentedProgram(segments)
  }

  private constructor(segments: readonly CompiledSegment[]) {
    this.#segments = segments
  }

  /** How often sums are needed before it comes to its end. */
  get cuts(): number {
    return this.#segments.length - 1
  }

  /**
   * Begins a run, of which there may be several at once.
   * @param feed values that hold until its end @param isProfiled whether it can tell its profile in the end
   */
  begin(feed: Feed, isProfiled = false): SegmentedRun {
    return new SegmentedRun(this.#segments, this.#spare, feed, isProfiled)
  }

  dispose(): void {
    for (const { program } of this.#segments) program.dispose()
  }
}

/** How often each of many segments is computed for a profile. */
const repeats = 3

/** A run of a cut graph, between two of its segments. */
export class SegmentedRun {
  readonly #segments: readonly CompiledSegment[]
  readonly #spare: SpareMemory
  readonly #values: Map<string, Feed[string]>
  readonly #outputs: Record<string, NDArray> = {}
  readonly #profiles: Profile[] | undefined
  /** Milliseconds that profiles took. */
  #profiling = 0
  #next = 0

  constructor(segments: readonly CompiledSegment[], spare: SpareMemory, feed: Feed, isProfiled: boolean) {
    this.#segments = segments
    this.#profiles = isProfiled ? [] : undefined
    this.#spare = spare
    this.#values = new Map(Object.entries(feed))
  }

  /** Computes up to the next sums. @param sums those before, unless it begins @returns its parts of the next ones, one after the other */
  async next(sums: Float32Array | undefined): Promise<Float32Array> {
    const outputs = await this.#run(sums)
    return joined(
      Float32Array,
      this.#segments[this.#next - 1].sums.map(([part]) => outputs[part] as Float32Array),
    )
  }

  /** Computes the last segment, after all sums. @returns the outputs of the whole graph */
  async finish(
    sums: Float32Array | undefined,
    late: Readonly<Record<string, number>>,
  ): Promise<Record<string, NDArray>> {
    for (const [name, value] of Object.entries(late)) this.#values.set(name, value)
    await this.#run(sums)
    return this.#outputs
  }

  /** What all segments' profiles tell together, and how many milliseconds longer the run took for them. */
  get profile(): { readonly profile: Profile; readonly aside: number } {
    const profile = joinedProfiles(this.#profiles!)
    return { profile, aside: this.#profiling - profile.milliseconds }
  }

  async #run(sums: Float32Array | undefined): Promise<Record<string, TypedArray>> {
    const before = this.#segments[this.#next - 1]
    const { program, graph, outputs: own, sums: summed, ends } = this.#segments[this.#next++]
    let at = 0
    for (const [part, sum] of before?.sums ?? []) {
      const size = sizeOf(before.graph.outputs[part].shape)
      this.#values.set(sum, sums!.subarray(at, at + size))
      at += size
    }
    const feed = Object.fromEntries(Object.keys(graph.inputs).map((name) => [name, this.#values.get(name)!]))
    const isGiven = new Set([...own, ...summed.map(([part]) => part)])
    const outputs = Object.fromEntries(
      Object.entries(graph.outputs).map(([name, { dtype, shape }]) => [
        name,
        isGiven.has(name) ? memoryOf(dtype, sizeOf(shape)) : this.#spare.take(dtype, sizeOf(shape)),
      ]),
    )
    if (this.#profiles === undefined) await program.runInto(feed, outputs)
    else {
      const begun = performance.now()
      const { outputs: found, profile } = await program.profile(feed, { repeats })
      this.#profiling += performance.now() - begun
      this.#profiles.push(profile)
      for (const [name, { data }] of Object.entries(found)) outputs[name].set(data)
    }
    for (const name of own) {
      const { dtype, shape } = graph.outputs[name]
      this.#outputs[name] = { dtype, shape, data: outputs[name] }
    }
    for (const [name, values] of Object.entries(outputs)) if (!isGiven.has(name)) this.#values.set(name, values)
    for (const name of ends) {
      this.#spare.give(this.#values.get(name) as TypedArray)
      this.#values.delete(name)
    }
    return outputs
  }
}
