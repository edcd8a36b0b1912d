/** A part of what `npm run test:kill` tries. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { killRuns } from './kill/kill-runs.ts'

const folder = mkdtempSync(join(tmpdir(), 'gentle-kill-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('trainings that are killed at random moments and resumed come to the same, to the bit', async () => {
  expect(await killRuns({ kills: 2, seed: 2, folder })).toEqual([])
})
