import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { gentle, temporaryFolder } from './command.ts'

it('a run folder is trained in by one process at a time, and taken over from one that is gone', async () => {
  const folder = temporaryFolder()
  const run = join(folder, 'run')
  const train = ['train', 'perceptron', '--data', 'moons', '--epochs', '1', '--run-dir', run, '--quiet']
  expect((await gentle(train)).code).toBe(0)
  const lock = join(run, 'train.lock')
  expect(existsSync(lock)).toBe(false)
  writeFileSync(lock, String(process.ppid))
  const refused = await gentle(['train', '--resume', run, '--epochs', '2'])
  expect(refused.code).toBe(2)
  expect(refused.stderr).toMatch(/process \d+ is training in .*run; wait for it, stop it, or delete .*train\.lock/)
  // A number that was given to another process since.
  writeFileSync(lock, `${process.ppid} 1`)
  const onwards = await gentle(['train', '--resume', run, '--epochs', '2', '--quiet'])
  expect(onwards).toMatchObject({ code: 0, stderr: '' })
  expect(readdirSync(run).filter((name) => name.includes('lock'))).toEqual([])
})
