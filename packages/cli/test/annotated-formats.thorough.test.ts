import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folderOf, maskFiles, sceneList } from '../../gentle/test/data/annotated/written-sets.ts'
import { gentle, temporaryFolder } from './command.ts'

const masks = folderOf(await maskFiles(await sceneList(10)))

describe('sets of files with boxes and masks', () => {
  it('train a segmenter from masks:DIR', async () => {
    const flags = ['--resize', '32', '--epochs', '1', '--threads', '1', '--run-dir', join(temporaryFolder(), 'run')]
    const { code, stdout } = await gentle([
      'train',
      '--task',
      'segment',
      '--data',
      `masks:${masks}`,
      ...flags,
      '--json',
    ])
    expect(code).toBe(0)
    expect(JSON.parse(stdout).test.metrics['pixel accuracy']).toBeGreaterThan(0)
  })
})
