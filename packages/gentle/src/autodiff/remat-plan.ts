/**
 * Which values of a graph its gradient computes anew, where nothing says so. The graph is cut into segments, and only what goes from one to a later one is
 * kept (Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016, section 4.1). Cuts are chosen so that the most numbers that live at one
 * moment are as few as possible; the paper's section 4.3 searches for such a budget greedily. What segments leave over of that budget, and a little more,
 * goes to the values that would take the most multiply-adds for their size.
 */
import { sizeOf } from '../core/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { isElementwise } from '../ops/elementwise.ts'
import { isScan } from '../ops/loop.ts'
import { type Parts, steadyNodes } from './recomputation.ts'

/** So many gradients of the size of the largest value of a segment live while its gradients are computed. */
const gradientsAtOnce = 1

/** What values may take beyond the least, as a share of all that the graph stores: the first few that are kept save the most multiply-adds. */
const shareBeyond = 0.01

/** Values so many times fewer than the largest tensor's may go from segment to segment uncounted. */
const fewerTimes = 64

const views = new Set(['reshape', 'broadcastTo'])

/** Below 0, apart from the numbers of parts that are marked. */
const numberOf = (segment: number): number => -1 - segment
const segmentOf = (part: number): number => -1 - part

/** A node's value in memory. */
interface Stored {
  readonly node: Tensor
  /** How many numbers it is; 0 where it is not stored, but computed on the way by what reads it. */
  readonly size: number
  /** Multiply-adds that compute it from stored values. */
  readonly cost: number
  /** The place in the order of the last node that reads it. */
  readonly lastRead: number
  /** Whether nothing has to be kept of it where it goes from one segment to another. */
  readonly isFree: boolean
}

/** The stretch of an order between two cuts, in numbers. */
interface Segment {
  readonly stored: number
  /** Of what is stored, what later segments read. */
  readonly passedOn: number
  readonly gradients: number
}

/** Parts for a graph whose nodes are given with operands before results. */
export function planRemat(order: readonly Tensor[]): Parts {
  const values = valuesOf(order)
  const cuts = cutsOf(values)
  const segmentsFrom = cuts.slice(0, -1).map((from, i) => segmentsBetween(values, from, cuts.slice(i + 1)))
  const whole = segmentsFrom[0].at(-1)!
  // All in one segment is the most that any cuts can ask for.
  let most = whole.stored + whole.gradients
  let chosen = [0, cuts.length - 1]
  for (let least = 0; most - least > most / 1000; ) {
    const budget = (least + most) / 2
    const found = cheapestCuts(segmentsFrom, budget)
    if (found === undefined) least = budget
    else {
      most = budget
      chosen = found
    }
  }
  const partOf = new Map<Tensor, number>()
  const segments = chosen.slice(1).map((to, i) => {
    const from = chosen[i]
    // The last segment's gradients come next: nothing is gained where its values are not there.
    if (to < cuts.length - 1) for (const { node } of values.slice(cuts[from], cuts[to])) partOf.set(node, numberOf(i))
    return segmentsFrom[from][to - from - 1]
  })
  const kept = affordable(values, segments, partOf, most + shareBeyond * whole.stored)
  return { partOf: (node) => node.part ?? partOf.get(node), keeps: (node) => kept.has(node) }
}

function valuesOf(order: readonly Tensor[]): Stored[] {
  const readers = new Map<Tensor, Tensor[]>()
  const lastRead = new Map<Tensor, number>()
  order.forEach((node, i) => {
    for (const x of new Set(node.inputs)) {
      readers.set(x, [...(readers.get(x) ?? []), node])
      lastRead.set(x, i)
    }
  })
  const steady = steadyNodes(order)
  /** Elementwise nodes ride in the kernels of what they follow, or of what reads them. */
  const isStored = (node: Tensor): boolean => {
    const by = readers.get(node) ?? []
    if (node.inputs.length === 0 || steady.has(node) || views.has(node.op.name) || isScan(node)) return false
    return isElementwise(node) ? by.length === 0 || !by.every(isElementwise) : by.length !== 1 || !isElementwise(by[0])
  }
  const largest = order.reduce((max, node) => (isStored(node) ? Math.max(max, sizeOf(node.shape)) : max), 0)
  const costs = new Map<Tensor, number>()
  return order.map((node, i) => {
    const size = isStored(node) ? sizeOf(node.shape) : 0
    const own = node.op.multiplyAdds?.(node.inputs, node.attributes, node) ?? 0
    const cost = node.inputs.reduce((sum, x) => sum + (costs.get(x) ?? 0), own)
    if (size === 0) costs.set(node, cost)
    const isSmall = !isScan(node) && fewerTimes * sizeOf(node.shape) <= largest
    const isFree = size > 0 || steady.has(node) || node.inputs.length === 0 || isSmall
    return { node, size, cost, lastRead: lastRead.get(node) ?? i, isFree }
  })
}

/** Places before which the order can be cut: nothing goes across that is stored for this alone. The first is its beginning, the last its end. */
function cutsOf(values: readonly Stored[]): number[] {
  const changes = new Int32Array(values.length + 1)
  values.forEach(({ lastRead, isFree }, i) => {
    if (isFree) return
    changes[i + 1]++
    changes[lastRead + 1]--
  })
  const cuts: number[] = [0]
  for (let place = 1, hindering = 0; place < values.length; place++) {
    hindering += changes[place]
    if (hindering === 0 && values[place - 1].size > 0) cuts.push(place)
  }
  return [...cuts, values.length]
}

/** The segments from one cut to each of those after it. */
function segmentsBetween(values: readonly Stored[], from: number, cuts: readonly number[]): Segment[] {
  const last = new Map<number, number>()
  let [stored, passedOn, largest, place] = [0, 0, 0, from]
  return cuts.map((to) => {
    for (; place < to; place++) {
      const { size, lastRead } = values[place]
      stored += size
      passedOn += size
      largest = Math.max(largest, size)
      last.set(lastRead, (last.get(lastRead) ?? 0) + size)
      passedOn -= last.get(place) ?? 0
    }
    return { stored, passedOn, gradients: gradientsAtOnce * largest }
  })
}

/** The cuts that keep the fewest numbers of those that stay within a budget, by their places among all; undefined where none do. */
function cheapestCuts(segmentsFrom: readonly (readonly Segment[])[], budget: number): number[] | undefined {
  const kept = [0, ...segmentsFrom.map(() => Number.POSITIVE_INFINITY)]
  const before: number[] = []
  segmentsFrom.forEach((segments, from) => {
    segments.forEach(({ stored, passedOn, gradients }, i) => {
      const to = from + 1 + i
      if (kept[from] + stored + gradients > budget || kept[from] + passedOn >= kept[to]) return
      kept[to] = kept[from] + passedOn
      before[to] = from
    })
  })
  const cuts = [segmentsFrom.length]
  while (cuts[0] > 0) {
    if (before[cuts[0]] === undefined) return undefined
    cuts.unshift(before[cuts[0]])
  }
  return cuts
}

/** Values within parts for which there is room while later segments are computed, those first that take the most multiply-adds for their size. */
function affordable(
  values: readonly Stored[],
  segments: readonly Segment[],
  partOf: ReadonlyMap<Tensor, number>,
  budget: number,
): Set<Tensor> {
  let before = 0
  const room = segments.map(({ stored, passedOn, gradients }) => {
    const left = budget - before - stored - gradients
    before += passedOn
    return left
  })
  const kept = new Set<Tensor>()
  const worth = values
    .filter(
      ({ node, size, cost, lastRead }) =>
        size > 0 && cost > 0 && partOf.has(node) && partOf.get(node) === partOf.get(values[lastRead].node),
    )
    .sort((a, b) => b.cost / b.size - a.cost / a.size)
  for (const { node, size } of worth) {
    const later = segmentOf(partOf.get(node)!) + 1
    if (room.slice(later).some((left) => left < size)) continue
    for (let i = later; i < room.length; i++) room[i] -= size
    kept.add(node)
  }
  return kept
}
