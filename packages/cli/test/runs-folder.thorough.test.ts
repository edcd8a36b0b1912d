import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { RunsFolder } from '../src/runs/runs-folder.ts'
import { temporaryFolder } from './command.ts'

it('refuses a folder with more folders in it than it looks into', async () => {
  const many = join(temporaryFolder(), 'many')
  for (let i = 0; i <= 5000; i++) mkdirSync(join(many, String(i)), { recursive: true })
  await expect((await RunsFolder.open(many)).list()).rejects.toThrow(
    "'many' has more than 5,000 folders in it; give a folder nearer to the runs",
  )
})
