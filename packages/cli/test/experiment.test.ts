import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gentle, temporaryFolder } from './command.ts'

describe('gentle experiment depth', () => {
  it('refuses points, and numbers that are none, in one line', async () => {
    const folder = join(temporaryFolder(), 'depth')
    const points = await gentle(['experiment', 'depth', '--data', 'moons', '--out', folder])
    expect(points).toMatchObject({ code: 2 })
    expect(points.stderr).toBe('gentle: --data moons has no pictures; expected mnist or a folder of IDX files\n')
    const none = await gentle(['experiment', 'depth', '--epochs', '0', '--out', folder])
    expect(none).toMatchObject({ code: 2, stderr: 'gentle: --epochs is 0; expected a whole number of at least 1\n' })
    expect(existsSync(folder)).toBe(false)
  })
})
