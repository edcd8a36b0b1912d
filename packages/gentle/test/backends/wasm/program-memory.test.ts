import { expect, it } from 'vitest'
import { Heap } from '../../../src/backends/wasm/heap.ts'
import { ProgramMemories } from '../../../src/backends/wasm/program-memory.ts'
import { wasm } from '../../../src/backends/wasm/wasm.ts'
import { MemoryError } from '../../../src/core/errors.ts'
import { type Variable, variable } from '../../../src/graph/tensor.ts'
import { add } from '../../../src/ops/elementwise.ts'

const page = 65536

/** A heap of so many pages, of which all can be given out. */
const memoriesOf = (pages: number): { heap: Heap; memories: ProgramMemories } => {
  const heap = new Heap(new WebAssembly.Memory({ initial: 1, maximum: pages }), 0, pages)
  return { heap, memories: new ProgramMemories(heap) }
}

it('programs have memory of their own while there is room, and share the smallest that is large enough when there is none', () => {
  const { memories } = memoriesOf(8)
  const [large, small] = [memories.take(4 * page, 'a'), memories.take(3 * page, 'b')]
  expect(small.address).not.toBe(large.address)
  expect(memories.take(2 * page, 'c')).toBe(small)
  expect(memories.take(4 * page, 'd')).toBe(large)
  expect([large.users, small.users]).toEqual([2, 2])
  expect(memories.take(page, 'e').users).toBe(1)
  expect(() => memories.take(5 * page, 'f')).toThrow(MemoryError)
})

it('memory is given back with its last program', () => {
  const { memories } = memoriesOf(4)
  const first = memories.take(4 * page, 'a')
  const second = memories.take(3 * page, 'b')
  expect(second).toBe(first)
  memories.giveBack(first)
  expect(() => memories.take(5 * page, 'c')).toThrow(MemoryError)
  expect(memories.take(page, 'd')).toBe(first)
  memories.giveBack(first)
  memories.giveBack(first)
  expect(memories.take(2 * page, 'e').users).toBe(1)
  expect(memories.take(2 * page, 'f').users).toBe(1)
})

it('what a program needs beside it has to fit in any case', () => {
  const { heap, memories } = memoriesOf(4)
  memories.take(3 * page, 'a')
  expect(() => memories.require(2 * page, [page], 'b')).not.toThrow()
  expect(() => memories.require(2 * page, [page, page], 'b')).toThrow(MemoryError)
  heap.allocate(page, 'c')
  expect(() => memories.require(2 * page, [], 'b')).not.toThrow()
  expect(() => memories.require(2 * page, [1], 'b')).toThrow(MemoryError)
})

it('memory that was given out before is not taken for zeros', async () => {
  const backend = await wasm({ threads: 1 })
  const values = async (of: Variable): Promise<number[]> => [...(await backend.read(of))]
  const [first, zeros, sevens] = [variable([3], [1, 2, 3]), variable([3], 0), variable([3], 7)]
  await backend.compile({ inputs: {}, outputs: { sum: add(first, zeros) } })
  expect(await values(zeros)).toEqual([0, 0, 0])
  await backend.write(zeros, [4, 5, 6])
  backend.release([first, zeros])
  const [later, last] = [variable([3], 0), variable([3], 0)]
  await backend.compile({ inputs: {}, outputs: { sum: add(add(later, last), sevens) } })
  expect([await values(later), await values(last), await values(sevens)]).toEqual([
    [0, 0, 0],
    [0, 0, 0],
    [7, 7, 7],
  ])
  await backend.close()
})
