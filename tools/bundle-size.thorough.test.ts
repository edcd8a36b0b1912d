/** What a page loads before it begins to train stays small: what only some programs need is loaded for those. */
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { gzippedBytes, loadedFirst } from '../bench/bundle.ts'

const entry = fileURLToPath(new URL('../bench/bundles/gentle.ts', import.meta.url))

it('what a page loads before it trains LeNet-5 is at most 69 KB, gzip', async () => {
  const files = await loadedFirst(entry)
  const bytes = files.reduce((sum, code) => sum + gzippedBytes(code), 0)
  expect(bytes).toBeLessThanOrEqual(69_000)
  expect(bytes).toBeGreaterThan(40_000)
})
