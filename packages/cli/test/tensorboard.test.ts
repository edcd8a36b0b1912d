/** Event files that cannot be written. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { tensorboardFile } from '../src/train/tensorboard.ts'
import { temporaryFolder } from './command.ts'

const step = { event: 'step', step: 1, loss: 0.5, learningRate: 0.1 } as Parameters<
  ReturnType<typeof tensorboardFile>
>[0]

it('end no training: it is told once, and tried again', () => {
  const folder = join(temporaryFolder(), 'tensorboard')
  const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  try {
    // A file stands where the folder should be.
    writeFileSync(folder, '')
    const keep = tensorboardFile(folder)
    keep(step)
    keep(step)
    expect(told.mock.calls.map(String)).toEqual([
      expect.stringMatching(/warning: .*tensorboard.* cannot be written: .*; the training goes on without/s),
    ])
    rmSync(folder)
    mkdirSync(folder)
    keep(step)
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^events\.out\.tfevents\./)])
  } finally {
    told.mockRestore()
  }
})
