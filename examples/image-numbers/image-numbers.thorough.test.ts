import { inMemory, mnist, subset } from 'gentle-dl/data'
import { expect, it } from 'vitest'
import { asBytes, channelsFirst, learned, standardised, statistics } from './image-numbers.ts'

const first = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i)

it('puts channels one after the other', () => {
  expect([...channelsFirst(Uint8Array.of(1, 10, 100, 2, 20, 200), 3)]).toEqual([1, 2, 10, 20, 100, 200])
})

it('gives every channel mean 0 and standard deviation 1 by its own mean and deviation', async () => {
  const inputs = Float32Array.of(1, 3, 10, 50, 5, 7, 30, 70)
  const data = inMemory({ inputs, inputShape: [2, 1, 2], targets: Int32Array.of(0, 0) })
  const before = await statistics(data)
  expect(before.means).toEqual([4, 40])
  expect(before.stds).toEqual([Math.sqrt(5), Math.sqrt(500)])
  const after = await statistics(standardised(data, before))
  for (const mean of after.means) expect(mean).toBeCloseTo(0)
  for (const std of after.stds) expect(std).toBeCloseTo(1)
})

it('learns from numbers between 0 and 1 what it does not from bytes', async () => {
  const { train, validation } = await mnist()
  const [few, held] = [subset(train, first(3200)), subset(validation, first(500))]
  const small = await learned(few, held, 0.1)
  const large = await learned(asBytes(few), asBytes(held), 0.1)
  expect(small?.accuracy).toBeGreaterThan(0.75)
  expect(large?.loss ?? Number.POSITIVE_INFINITY).toBeGreaterThan(2 * small!.loss)
})

it('tells of numbers that overflow', async () => {
  const { train } = await mnist()
  expect(await learned(asBytes(subset(train, first(640))), train, 1e30)).toBeUndefined()
})
