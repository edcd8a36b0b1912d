/** How gradients lie in the vectors that ranks add up: the last layers' first, since the backward pass comes to these first, and after all of them the network's state. */
import type { Shape } from '../core/shape.ts'
import { sizeOf } from '../core/shape.ts'

/** Each begins at a multiple of this many numbers, a cache line, with as many between it and the next: so backends want it that expose them. */
const grain = 16

/** Numbers that travel together at least. Below some megabytes messages cost more than they hide, above it the last one, which nothing hides, is long. */
const bucketLength = 2 ** 20

/** Neighbours in the vector, which travel together while the backward pass comes to those of the next bucket. */
export interface Bucket {
  readonly from: number
  readonly to: number
  /** Those that lie in it, by their number. */
  readonly members: readonly number[]
}

export interface GradientVector {
  /** Where each lies, by its number. */
  readonly places: readonly number[]
  readonly length: number
  /** From left to right. */
  readonly buckets: readonly Bucket[]
}

/** @param shapes of the parameters that learn, in the order of the network, and of its state @param learned how many of them learn */
export function gradientVector(shapes: readonly Shape[], learned: number): GradientVector {
  const order = [...shapes.keys()]
  const inOrder = [...order.slice(0, learned).reverse(), ...order.slice(learned)]
  const places: number[] = []
  const buckets: Bucket[] = []
  let length = 0
  let from = 0
  let members: number[] = []
  for (const [i, number] of inOrder.entries()) {
    places[number] = length
    members.push(number)
    length += grain * (Math.ceil(sizeOf(shapes[number]) / grain) + 1)
    if (length - from < bucketLength && i < inOrder.length - 1) continue
    buckets.push({ from, to: length, members })
    from = length
    members = []
  }
  return { places, length, buckets }
}
