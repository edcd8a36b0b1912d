import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gentleProcess, smallIdxSet, temporaryFolder } from './command.ts'

const folder = smallIdxSet()
const train = ['train', 'lenet5', '--data', `idx:${folder}`, '--epochs', '1', '--batch-size', '20', '--threads', '2']

describe('gentle train --profile', () => {
  it('names vectors of 256 bits where they were asked for', async () => {
    const wide = await gentleProcess([
      ...train,
      '--wide-vectors',
      '--profile',
      '--run-dir',
      join(temporaryFolder(), 'wide'),
    ])
    expect(wide.code).toBe(0)
    expect(wide.stdout).toMatch(/^[\d.]+ ms on wasm, 2 threads, vectors of 256 bits/m)
  })
})
