import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gentle, temporaryFolder } from './command.ts'

describe('gentle experiment depth', () => {
  it('trains plain and residual nets of both depths, and keeps figures and picture', async () => {
    const folder = join(temporaryFolder(), 'depth')
    const size = ['--examples', '64', '--size', '8', '--epochs', '2', '--seeds', '2']
    const { code, stdout, stderr } = await gentle(['experiment', 'depth', ...size, '--out', folder, '--json'])
    expect(stderr).toContain('resnet56, seed 1: training loss')
    expect(code).toBe(0)
    const { results, epochs } = JSON.parse(stdout)
    expect(epochs).toBe(2)
    expect(results.map(({ network }: { network: string }) => network)).toEqual([
      'plain20',
      'plain56',
      'resnet20',
      'resnet56',
    ])
    for (const { runs } of results) {
      expect(runs).toHaveLength(2)
      expect(runs[0].trainLoss).toHaveLength(2)
      expect(runs[0].trainLoss).not.toEqual(runs[1].trainLoss)
    }
    expect(JSON.parse(readFileSync(join(folder, 'depth.json'), 'utf8')).results).toEqual(results)
    expect(readFileSync(join(folder, 'depth.svg'), 'utf8')).toMatch(/the same with shortcuts.*56 layers/)
  })

  it('refuses points, and numbers that are none, in one line', async () => {
    const folder = join(temporaryFolder(), 'depth')
    const points = await gentle(['experiment', 'depth', '--data', 'moons', '--out', folder])
    expect(points).toMatchObject({ code: 2 })
    expect(points.stderr).toBe('gentle: --data moons has no pictures; expected mnist or a folder of IDX files\n')
    const none = await gentle(['experiment', 'depth', '--epochs', '0', '--out', folder])
    expect(none).toMatchObject({ code: 2, stderr: 'gentle: --epochs is 0; expected a whole number from 1\n' })
    expect(existsSync(folder)).toBe(false)
  })
})
