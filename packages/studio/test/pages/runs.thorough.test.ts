import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bestOfRun, type RecordedRun, readRun, settingsOfRuns } from 'gentle-dl/inspect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { winnerOf } from '../../src/pages/runs/compare.ts'
import { epochs, settingsFor, trainExamples } from '../../src/pages/runs/examples.ts'
import { program } from '../../src/pages/runs/program.ts'
import { printed } from './run-program.ts'

describe('the three examples', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gentle-examples-'))
  const settings = { vary: 'units', seed: 3 } as const
  const latest = new Map<string, RecordedRun>()
  let tells = 0
  beforeAll(async () => {
    await trainExamples(settings, (told) => {
      tells++
      latest.set(told.name, readRun(told))
    })
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('are runs like those of the command line, told of after each epoch', () => {
    expect([...latest.keys()]).toEqual(settingsFor('units').map(({ name }) => name))
    expect(tells).toBe(3 * (epochs + 1))
    const runs = [...latest.values()]
    expect(runs.every(({ finished, epochs: { length } }) => finished && length === epochs)).toBe(true)
    expect(settingsOfRuns(runs).filter(({ differs }) => differs)).toEqual([
      { name: 'units', values: ['1', '4', '32'], differs: true },
    ])
    // One neuron draws one line, which cannot part two moons.
    expect(winnerOf(runs, 'loss')).not.toBe(runs[0])
  })

  it('end when they are stopped', async () => {
    const stop = new AbortController()
    let run: RecordedRun | undefined
    await trainExamples(
      settings,
      (told) => {
        run = readRun(told)
        if (run.epochs.length === 2) stop.abort()
      },
      stop.signal,
    )
    expect(run).toMatchObject({ finished: false, epochs: [1, 2] })
  })

  it('are what the shown program trains, and keeps as runs that the page can read', async () => {
    const before = process.cwd()
    process.chdir(folder)
    try {
      const text = await printed(program(settings))
      for (const [name, run] of latest) {
        const { value, epoch } = bestOfRun(run, 'loss')!
        expect(text).toContain(`${name}: validation loss ${value.toFixed(4)} in epoch ${epoch}`)
        const read = async (file: string) => [file, await readFile(join(folder, 'runs', name, file), 'utf8')] as const
        expect(existsSync(join(folder, 'runs', name, 'weights'))).toBe(true)
        const kept = readRun({
          name,
          changed: 0,
          pictures: [],
          files: Object.fromEntries([await read('metrics.csv'), await read('run.json')]),
        })
        expect(bestOfRun(kept, 'loss')).toEqual(bestOfRun(run, 'loss'))
      }
    } finally {
      process.chdir(before)
    }
  })
})
