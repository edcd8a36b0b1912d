/** Event files that cannot be written. */
import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
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
      expect.stringMatching(
        /warning: .*tensorboard.* cannot be written: .*; the training goes on, and tries again with each event to come/s,
      ),
    ])
    rmSync(folder)
    mkdirSync(folder)
    keep(step)
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^events\.out\.tfevents\./)])
  } finally {
    told.mockRestore()
  }
})

it('have no piece of a record in them that a full disk cut off', () => {
  const folder = join(temporaryFolder(), 'tensorboard')
  const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  try {
    const keep = tensorboardFile(folder)
    const file = join(folder, readdirSync(folder)[0])
    const begun = readFileSync(file).length
    keep(step)
    const whole = readFileSync(file)
    // The disk takes a piece of the next record, and then no more.
    appendFileSync(file, whole.subarray(begun, begun + 7))
    renameSync(folder, `${folder}-aside`)
    writeFileSync(folder, '')
    keep(step)
    rmSync(folder)
    renameSync(`${folder}-aside`, folder)
    keep(step)
    const kept = readFileSync(file)
    expect(kept.subarray(0, whole.length)).toEqual(whole)
    expect(kept).toHaveLength(whole.length + (whole.length - begun))
  } finally {
    told.mockRestore()
  }
})
