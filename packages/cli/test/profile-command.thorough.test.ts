import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { gentle, type Outcome, smallIdxSet, temporaryFolder } from './command.ts'

const folder = smallIdxSet()
const train = ['train', 'lenet5', '--data', `idx:${folder}`, '--epochs', '1', '--batch-size', '20', '--threads', '2']

describe('gentle train --profile', () => {
  const run = join(temporaryFolder(), 'run')
  let outcome: Outcome
  beforeAll(async () => {
    outcome = await gentle([...train, '--profile', '--run-dir', run])
  })

  it('prints the heaviest kernels with their layers and rates, the rest, and what each thread does', () => {
    expect(outcome.code).toBe(0)
    const lines = outcome.stdout.split('\n')
    expect(lines[0]).toBe('One step of lenet5 with a batch of 20')
    expect(lines).toContainEqual(expect.stringMatching(/^kernel +of +calls +ms +share +GFLOP\/s +of peak +GB\/s$/))
    expect(lines).toContainEqual(
      expect.stringMatching(/^conv2d \+ add \+ tanh +3 +3 +[\d.]+ +[\d.]+ % +[\d.]+ +[\d.]+ % +[\d.]+$/),
    )
    expect(lines).toContainEqual(expect.stringMatching(/^\d+ others /))
    expect(lines).toContainEqual(expect.stringMatching(/^waiting /))
    for (const thread of [0, 1])
      expect(lines).toContainEqual(expect.stringMatching(RegExp(`^ +${thread} +[\\d.]+ +[\\d.]+ % `)))
    expect(outcome.stdout).toMatch(
      /^[\d.]+ ms on wasm, 2 threads.*: [\d.]+ GFLOP\/s, [\d.]+ % of the [\d.]+ GFLOP\/s of large/m,
    )
    expect(outcome.stdout).toContain('Test accuracy')
  })

  it('keeps the trace in the run folder, and says how to open it', () => {
    expect(outcome.stderr).toContain(`${run}/profile.json`)
    expect(outcome.stderr).toContain('chrome://tracing')
    const { traceEvents } = JSON.parse(readFileSync(join(run, 'profile.json'), 'utf8'))
    const names = traceEvents.map(({ name }: { name: string }) => name)
    expect(names).toContain('conv2d + add + tanh (0)')
    expect(new Set(traceEvents.map(({ tid }: { tid: number }) => tid))).toEqual(new Set([0, 1]))
  })

  it('ends with the same network as without, and the settings tell nothing of it', async () => {
    const plain = join(temporaryFolder(), 'plain')
    await gentle([...train, '--run-dir', plain, '--quiet'])
    const figures = (path: string) => {
      const {
        examplesPerSecond: _,
        seconds: __,
        ...rest
      } = JSON.parse(readFileSync(join(path, 'summary.json'), 'utf8'))
      return rest
    }
    expect(figures(run)).toEqual(figures(plain))
    const settings = (path: string) => JSON.parse(readFileSync(join(path, 'run.json'), 'utf8')).settings
    expect(settings(run)).toEqual(settings(plain))
    expect(existsSync(join(plain, 'profile.json'))).toBe(false)
  })

  it('keeps standard output for the summary with --json', async () => {
    const { stdout, stderr } = await gentle([
      ...train,
      '--profile',
      '--json',
      '--run-dir',
      join(temporaryFolder(), 'a'),
    ])
    expect(JSON.parse(stdout).model).toBe('lenet5')
    expect(stderr).toContain('One step of lenet5')
  })
})
