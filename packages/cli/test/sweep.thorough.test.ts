/** `gentle sweep` with real trainings. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { gentleProcess, main, temporaryFolder } from './command.ts'

interface Ranked {
  readonly trial: number
  readonly settings: Readonly<Record<string, unknown>>
  readonly score: number
  readonly bestEpoch: number
  readonly epochs: number
  readonly rung: number
  readonly run: string
}

interface Told {
  readonly ranking: readonly Ranked[]
  readonly failed: readonly { readonly trial: number; readonly message: string; readonly diverged: boolean }[]
}

/** A ranking without what differs from run to run: times and folders. */
const lasting = ({ ranking }: Told) =>
  ranking.map(({ trial, settings, score, bestEpoch, epochs, rung }) => ({
    trial,
    settings,
    score,
    bestEpoch,
    epochs,
    rung,
  }))

const runJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'))

/** Two classes that a line parts, but for some of their points. */
function table(folder: string, rows = 300): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const [a, b] = [Math.sin(12.9898 * i) * 2, Math.cos(78.233 * i) * 2]
    return `${a.toFixed(4)},${b.toFixed(4)},${Math.sin(2 * a) + b > 0.3 * Math.sin(7 * i) ? 'yes' : 'no'}`
  })
  const file = join(folder, 'rows.csv')
  writeFileSync(file, `a,b,kind\n${lines.join('\n')}\n`)
  return file
}

describe('gentle sweep', () => {
  it('trains all combinations as gentle train would, and ranks them by their best score on validation', async () => {
    const folder = temporaryFolder()
    const data = table(folder)
    const dir = join(folder, 'sweep')
    const vary = ['--vary', 'learning-rate=0.001,0.03', '--vary', 'batch-size=16,64']
    const { code, stdout, stderr } = await gentleProcess([
      'sweep',
      'mlp',
      ...['--data', data, '--epochs', '4', '--sweep-dir', dir, '--json', ...vary],
    ])
    expect(code, stderr).toBe(0)
    const told: Told = JSON.parse(stdout)
    expect(told.ranking).toHaveLength(4)
    const scores = told.ranking.map(({ score }) => score)
    expect(scores).toEqual([...scores].sort((a, b) => b - a))
    const best = told.ranking[0]
    const alone = join(folder, 'alone')
    const { learningRate, batchSize } = best.settings
    await gentleProcess([
      'train',
      'mlp',
      ...['--data', data, '--epochs', '4', '--run-dir', alone, '--threads', '1', '--quiet'],
      ...['--learning-rate', String(learningRate), '--batch-size', String(batchSize)],
    ])
    const weights = (run: string): Buffer => readFileSync(join(run, 'weights', 'best.safetensors'))
    expect(weights(best.run).equals(weights(alone))).toBe(true)
    const { validation, test } = runJson(join(best.run, 'summary.json'))
    expect(best.score).toBe(validation.accuracy)
    expect(JSON.stringify(told)).not.toContain(JSON.stringify(test))
    expect(stderr).toMatch(/trial 4 of 4|trial 3 of 4/)
    expect(existsSync(join(dir, 'sweep.svg'))).toBe(true)
  })

  it('names trials that fail, and ranks the others; where all fail, it fails', async () => {
    const folder = temporaryFolder()
    const common = [
      'sweep',
      'mlp',
      '--data',
      table(folder),
      '--epochs',
      '3',
      '--optimizer',
      'sgd',
      '--schedule',
      'constant',
    ]
    const [some, all] = [join(folder, 'some'), join(folder, 'all')]
    const { code, stdout, stderr } = await gentleProcess([
      ...common,
      ...['--vary', 'learning-rate=0.05,1e30', '--sweep-dir', some],
    ])
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/trial 2 failed: .*(NaN|infinite|Infinity).* \(learning-rate 1e\+30\)/)
    expect(stdout).toMatch(/best: trial 1/)
    const none = await gentleProcess([...common, ...['--vary', 'learning-rate=1e30,1e31', '--sweep-dir', all]])
    expect(none.code).toBe(1)
    expect(none.stdout).toMatch(/no trial has a score/)
    const again = await gentleProcess(['sweep', '--resume', some])
    expect(again.stdout).toBe(stdout)
  })

  it('chooses augmentation once for all trials, as each training would by itself', async () => {
    const folder = temporaryFolder()
    const pictures = join(folder, 'pictures')
    for (const [name, red] of [
      ['dark', 60],
      ['light', 150],
    ] as const) {
      mkdirSync(join(pictures, name), { recursive: true })
      for (let i = 0; i < 24; i++) {
        const bytes = Uint8Array.from({ length: 28 * 28 * 3 }, (_, at) =>
          at % 3 === 0 ? red : (at * (i + 7) * 31) % 200,
        )
        const raw = { width: 28, height: 28, channels: 3 } as const
        await sharp(bytes, { raw })
          .png()
          .toFile(join(pictures, name, `${i}.png`))
      }
    }
    const common = ['lenet5', '--data', `images:${pictures}`, '--epochs', '2', '--resize', '28', '--quiet']
    const dir = join(folder, 'sweep')
    const swept = await gentleProcess(['sweep', ...common, '--vary', 'learning-rate=0.001,0.01', '--sweep-dir', dir])
    expect(swept.code, swept.stderr).toBe(0)
    const alone = join(folder, 'alone')
    await gentleProcess(['train', ...common, '--learning-rate', '0.01', '--run-dir', alone])
    const settings = (run: string) => ({ ...runJson(join(run, 'run.json')).settings, threads: 0 })
    expect(settings(join(dir, 'trial-2'))).toEqual(settings(alone))
    expect(settings(alone).augment).toMatch(/^modest/)
    for (const trial of ['trial-1', 'trial-2'])
      expect(readFileSync(join(dir, `${trial}.log`), 'utf8')).not.toContain('short trials')
    const weights = (run: string): Buffer => readFileSync(join(run, 'weights', 'last.safetensors'))
    expect(weights(join(dir, 'trial-2')).equals(weights(alone))).toBe(true)
  })

  it('halves as told: those left at each rung are the best, and nothing is trained twice', async () => {
    const folder = temporaryFolder()
    const dir = join(folder, 'sweep')
    const { code, stdout, stderr } = await gentleProcess([
      'sweep',
      'mlp',
      ...['--data', table(folder), '--epochs', '8', '--method', 'halving', '--reduction-factor', '2', '--trials', '5'],
      ...['--vary', 'learning-rate=log:1e-4:0.3', '--seed', '3', '--sweep-dir', dir, '--json'],
    ])
    expect(code, stderr).toBe(0)
    const told: Told = JSON.parse(stdout)
    expect(told.ranking.map(({ epochs }) => epochs)).toEqual([8, 4, 2, 2, 2])
    const { trials, rungs } = runJson(join(dir, 'sweep.json'))
    expect(rungs).toEqual([
      { epochs: 2, trials: 5 },
      { epochs: 4, trials: 2 },
      { epochs: 8, trials: 1 },
    ])
    const firsts = trials.map(({ results }: { results: { score: number }[] }) => results[0].score)
    const went = told.ranking.slice(0, 2).map(({ trial }) => firsts[trial - 1])
    const stayed = told.ranking.slice(2).map(({ trial }) => firsts[trial - 1])
    expect(Math.min(...went)).toBeGreaterThanOrEqual(Math.max(...stayed))
    for (const { run, epochs } of told.ranking) {
      const metrics = readFileSync(join(run, 'metrics.csv'), 'utf8').trimEnd().split('\n')
      expect(metrics).toHaveLength(epochs + 1)
      expect(existsSync(join(run, 'summary.json'))).toBe(epochs === 8)
    }
    // The schedule is that of the whole training from the first epoch on.
    const alone = join(folder, 'alone')
    await gentleProcess([
      'train',
      'mlp',
      ...['--data', join(folder, 'rows.csv'), '--epochs', '8', '--seed', '3', '--run-dir', alone, '--quiet'],
      ...['--learning-rate', String(told.ranking[0].settings.learningRate)],
    ])
    const weights = (run: string): Buffer => readFileSync(join(run, 'weights', 'last.safetensors'))
    expect(weights(told.ranking[0].run).equals(weights(alone))).toBe(true)
  })

  it('stops at Ctrl-C, saves what there is, and goes on', async () => {
    const folder = temporaryFolder()
    const dir = join(folder, 'sweep')
    const args = ['sweep', 'mlp', '--data', table(folder), '--epochs', '60', '--sweep-dir', dir]
    let isTold = false
    const stopped = await gentleProcess([...args, '--vary', 'learning-rate=0.01,0.02,0.03', '--jobs', '1'], {
      onNote(text, kill) {
        if (isTold || !text.includes('trial 1 of 3')) return
        isTold = true
        kill('SIGINT')
      },
    })
    expect(stopped.code).toBe(130)
    expect(stopped.stderr).toMatch(
      /stopped with 1 of 3 trials done; .* to continue:\n {2}npx gentle sweep --resume .*sweep\n/,
    )
    expect(existsSync(join(dir, 'sweep.lock'))).toBe(false)
    const done = await gentleProcess(['sweep', '--resume', dir, '--json'])
    expect(done.code, done.stderr).toBe(0)
    expect(JSON.parse(done.stdout).ranking).toHaveLength(3)
    expect(done.stderr).not.toContain('trial 1 of 3')
  })
})

/** When a sweep or one of its trainings last kept something, in milliseconds since 1970. */
function lastKept(dir: string): number {
  const files = (existsSync(dir) ? readdirSync(dir) : []).flatMap((name) => [
    join(dir, name, 'weights', 'progress.safetensors'),
    join(dir, name, 'summary.json'),
  ])
  const times = [join(dir, 'sweep.json'), ...files].map(
    (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0,
  )
  return Math.max(...times)
}

/** Runs a sweep until it keeps something, and kills it some milliseconds later, without a word. Gives whether it had come to its end. */
async function killed(args: readonly string[], dir: string, later: number): Promise<boolean> {
  const before = lastKept(dir)
  const child = spawn(process.execPath, [main, ...args], { stdio: 'ignore' })
  let code: number | null | undefined
  const ended = new Promise<void>((resolve) =>
    child.on('close', (how) => {
      code = how
      resolve()
    }),
  )
  while (code === undefined && lastKept(dir) === before) await pause(20)
  await Promise.race([ended, pause(later)])
  if (code !== undefined) {
    expect(code).toBe(0)
    return true
  }
  child.kill('SIGKILL')
  await ended
  return false
}

/** The trainings in a sweep's folder that still go on, by the numbers of their processes. */
const trainings = (dir: string): number[] =>
  (existsSync(dir) ? readdirSync(dir) : [])
    .map((name) => join(dir, name, 'train.lock'))
    .filter((lock) => existsSync(lock))
    .map((lock) => Number(readFileSync(lock, 'utf8').split(' ')[0]))

function killTrainings(dir: string): void {
  for (const number of trainings(dir))
    try {
      process.kill(number, 'SIGKILL')
    } catch {
      // It has just ended.
    }
}

describe('a sweep that is killed', () => {
  it('again and again, with its trainings or without, goes on and ends with the same ranking', async () => {
    const folder = temporaryFolder()
    const data = table(folder, 3000)
    const [calm, shaken] = [join(folder, 'calm'), join(folder, 'shaken')]
    const begin = (dir: string): string[] => [
      'sweep',
      'mlp',
      ...['--data', data, '--epochs', '40', '--method', 'halving', '--reduction-factor', '2', '--trials', '4'],
      ...['--vary', 'learning-rate=log:1e-4:0.1', '--vary', 'optimizer=sgd,adam', '--seed', '5'],
      ...['--sweep-dir', dir, '--json', '--save-every', '50'],
    ]
    const undisturbed = await gentleProcess(begin(calm))
    expect(undisturbed.code, undisturbed.stderr).toBe(0)
    let kills = 0
    for (; kills < 8; kills++) {
      const args = existsSync(join(shaken, 'sweep.json')) ? ['sweep', '--resume', shaken] : begin(shaken)
      if (await killed(args, shaken, (kills * 370) % 1000)) break
      if (kills % 2 === 0) killTrainings(shaken)
    }
    expect(kills).toBeGreaterThan(3)
    const { code, stdout, stderr } = await gentleProcess(['sweep', '--resume', shaken, '--json'])
    expect(code, stderr).toBe(0)
    expect(lasting(JSON.parse(stdout))).toEqual(lasting(JSON.parse(undisturbed.stdout)))
    const [{ run }] = JSON.parse(stdout).ranking as Ranked[]
    const weights = (path: string): Buffer => readFileSync(join(path, 'weights', 'best.safetensors'))
    expect(weights(run).equals(weights(run.replace('shaken', 'calm')))).toBe(true)
    expect(trainings(shaken)).toEqual([])
  })

  it('while its trainings go on, waits for them where it goes on at once', async () => {
    const folder = temporaryFolder()
    const dir = join(folder, 'sweep')
    const begin = ['sweep', 'mlp', '--data', table(folder, 4000), '--epochs', '900', '--sweep-dir', dir]
    const args = [...begin, '--vary', 'learning-rate=0.01,0.02', '--jobs', '2']
    const child = spawn(process.execPath, [main, ...args], { stdio: 'ignore' })
    const ended = new Promise((resolve) => child.on('close', resolve))
    while (trainings(dir).length < 2) await pause(50)
    child.kill('SIGKILL')
    await ended
    const going = trainings(dir)
    expect(going).toHaveLength(2)
    const { code, stderr, stdout } = await gentleProcess(['sweep', '--resume', dir, '--json'])
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(new RegExp(`trial 1 is still trained by process ${going[0]}; waiting for it`))
    expect((JSON.parse(stdout) as Told).ranking).toHaveLength(2)
    // Their runs are those that were begun first.
    for (const trial of [1, 2]) expect(runJson(join(dir, `trial-${trial}`, 'run.json')).resumed).toBeUndefined()
  })

  it('is not run by two at a time', async () => {
    const folder = temporaryFolder()
    const dir = join(folder, 'sweep')
    const args = ['sweep', 'mlp', '--data', table(folder, 4000), '--epochs', '60', '--sweep-dir', dir]
    const first = gentleProcess([...args, '--vary', 'learning-rate=0.01', '--quiet'])
    while (!existsSync(join(dir, 'sweep.json'))) await pause(50)
    const second = await gentleProcess(['sweep', '--resume', dir])
    expect(second.code).toBe(2)
    expect(second.stderr).toMatch(
      /^gentle: process \d+ is sweeping in .*; wait for it, stop it, or delete .*sweep\.lock/,
    )
    expect((await first).code).toBe(0)
  })
})
