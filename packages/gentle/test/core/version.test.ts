import { expect, it } from 'vitest'
import packaged from '../../package.json' with { type: 'json' }
import { version } from '../../src/core/version.ts'

it('knows the version of its package', () => {
  expect(version).toBe(packaged.version)
})
