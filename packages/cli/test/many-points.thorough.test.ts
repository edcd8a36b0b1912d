/** Points by the hundred thousand, in batches larger than those of an evaluation. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { gentle, temporaryFolder } from './command.ts'
import { outlineOf } from './report-pages.ts'

const folder = temporaryFolder()
const table = join(folder, 'points.csv')
const rows = Array.from({ length: 150_000 }, (_, i) => `${i % 577},${i % 419},${i % 577 > i % 419 ? 'a' : 'b'}`)
writeFileSync(table, `x,y,class\n${rows.join('\n')}\n`)

it('they are shown', async () => {
  const { code, stdout } = await gentle(['data', table])
  expect(code).toBe(0)
  expect(stdout).toMatch(/a+ *\n/)
})

it('they are trained on, to the report with the times of a step', async () => {
  const run = join(folder, 'run')
  const flags = ['--epochs', '1', '--batch-size', '1000', '--run-dir', run, '--quiet']
  const { code } = await gentle(['train', 'perceptron', '--data', table, ...flags])
  expect(code).toBe(0)
  const outline = outlineOf(readFileSync(join(run, 'report.html'), 'utf8'))
  expect(outline).toContain("h3: Where a step's time goes")
})
