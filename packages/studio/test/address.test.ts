import { afterAll, expect, it, vi } from 'vitest'

const location = { hash: '#/perceptron' }
const replaceState = vi.fn((_: unknown, __: string, next: string) => {
  location.hash = next
})
vi.stubGlobal('location', location)
vi.stubGlobal('history', { replaceState })
vi.stubGlobal('addEventListener', () => {})
const { replaceAddress } = await import('../src/app/address.ts')
afterAll(() => vi.unstubAllGlobals())

it("writes a page's state into its address", () => {
  replaceAddress({ page: 'perceptron', query: 'step=3' })
  expect(location.hash).toBe('#/perceptron?step=3')
})

it('leaves the address to the page to which somebody has gone on, though the one before comes to rest only then', () => {
  location.hash = '#/cost'
  replaceAddress({ page: 'perceptron', query: 'step=4' })
  expect(location.hash).toBe('#/cost')
})
