/** A tenth of what `npm run soak` does. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { growth, soak } from './soak/soak.ts'

const folder = mkdtempSync(join(tmpdir(), 'gentle-soak-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('a long training and many models leave nothing behind: heap, memory, threads and open files', async () => {
  expect(await soak({ steps: 10_000, cycles: 100, folder: join(folder, 'run') })).toEqual([])
})

it('what grows is named', () => {
  const before = { heap: 1e7, buffers: 1000, wasm: 65_536, threads: 8, handles: 20 }
  const looked = [before, before, { ...before, heap: 2e7, handles: 22 }]
  expect(growth('steps', looked)).toEqual([
    'steps: heap grew from 10000000 to 20000000',
    'steps: handles grew from 20 to 22',
  ])
})
