import { expect } from 'vitest'
import type { Backend, Feed } from '../../../src/backends/backend.ts'
import { reference } from '../../../src/backends/reference/reference.ts'
import type { NDArray } from '../../../src/core/ndarray.ts'
import type { Graph } from '../../../src/graph/graph.ts'
import { mismatch, summed } from '../closeness.ts'
import { once } from '../once.ts'

/** For the cases of one file: makes what compares y of a case's graph on two backends with the reference, which computes once for each case, and with each other to the bit. */
export function againstReference() {
  const exact = reference({ precision: 'float64' })
  const exactly = once<NDArray>()
  return async (
    [first, second]: readonly Backend[],
    chosen: object,
    { graph, feed }: { readonly graph: Graph; readonly feed: Feed },
  ): Promise<void> => {
    const run = async (on: Backend): Promise<NDArray> => (await (await on.compile(graph)).run(feed)).y
    const [one, other] = [await run(first), await run(second)]
    const expected = await exactly(chosen, () => run(exact))
    expect(mismatch(one, expected, expected, summed)).toBeUndefined()
    expect(other.data).toEqual(one.data)
  }
}
