/** That the tasks with boxes and masks learn by their presets. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gentle, temporaryFolder } from './command.ts'
import { describeTask, scenes, type TaskRun } from './task-runs.ts'

/** Each preset at a size that takes seconds, and a score that it reaches only if it learns. */
const tiny: Readonly<Record<string, TaskRun>> = {
  localize: {
    preset: 'localize-scenes',
    data: scenes('objects=1-1,train=640'),
    more: ['--epochs', '2', '--batch-size', '16'],
    score: 'label correct and IoU >= 0.5',
    min: 0.5,
  },
  detect: {
    preset: 'detect-scenes',
    data: scenes('objects=1-2,train=480'),
    more: ['--epochs', '1', '--batch-size', '8'],
    score: 'AP50',
    min: 0.5,
  },
  segment: {
    preset: 'segment-scenes',
    data: scenes('objects=1-2,train=480'),
    more: ['--epochs', '1', '--batch-size', '8'],
    score: 'mean IoU',
    min: 0.6,
  },
}

for (const [task, run] of Object.entries(tiny)) describeTask(task, run)

describe('gentle train --preset classify-scenes', () => {
  it('learns the label of the one object of a scene', async () => {
    const run = join(temporaryFolder(), 'classify')
    const { code } = await gentle([
      ...['train', '--preset', 'classify-scenes', '--data', scenes('objects=1-1,train=640'), '--epochs', '2'],
      ...['--run-dir', run, '--seed', '1', '--threads', '2'],
    ])
    expect(code).toBe(0)
    const summary = JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8'))
    // Two classes: what does not learn is right by half.
    expect(summary.test.accuracy).toBeGreaterThan(0.9)
  })
})
