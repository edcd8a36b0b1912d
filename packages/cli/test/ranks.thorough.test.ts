/** `gentle train` under a real mpirun, also where a rank is stopped or killed. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { hasMpirun, runRanks, type Started, startRanks, unlessThere } from '../../gentle/test/distributed/mpirun.ts'

const folder = mkdtempSync(join(tmpdir(), 'gentle-ranks-'))
afterAll(() => rmSync(folder, { recursive: true }))
const main = 'packages/cli/src/main.ts'

const few = [
  'lenet5',
  '--data',
  'mnist',
  '--fraction',
  '0.05',
  '--batch-size',
  '128',
  '--epochs',
  '3',
  '--threads',
  '1',
]
const weightsOf = (run: string): string => readFileSync(join(run, 'weights', 'last.safetensors')).toString('base64')

const long = [...few.slice(0, -3), '400', '--threads', '1']

/** A run that nobody disturbs, made once. */
async function undisturbed(): Promise<string> {
  const run = join(folder, 'undisturbed')
  if (!existsSync(run)) await runRanks(1, [main, 'train', ...long, '--stop-after', '20', '--run-dir', run])
  return run
}

async function until(what: () => boolean): Promise<void> {
  for (let waited = 0; !what(); waited += 50) {
    if (waited > 120_000) throw new Error('it never came')
    await sleep(50)
  }
}

/** A training that is under way, with a checkpoint. */
async function underWay(run: string): Promise<Started> {
  const started = startRanks(3, [main, 'train', ...long, '--save-every', '5', '--run-dir', run])
  await until(() => existsSync(join(run, 'weights', 'progress.safetensors')))
  return started
}

describe.runIf(hasMpirun)(`gentle train by several ranks${unlessThere}`, () => {
  it('comes to the weights of one process, and goes on with another number of ranks', async () => {
    const [alone, two, several] = ['alone', 'two', 'several'].map((name) => join(folder, name))
    await runRanks(1, [main, 'train', ...few, '--run-dir', alone])
    const { code, notes, output } = await runRanks(2, [main, 'train', ...few, '--run-dir', two, '--profile'], {
      NO_COLOR: '',
    })
    expect(code, notes).toBe(0)
    expect(weightsOf(two)).toBe(weightsOf(alone))
    expect(notes).toMatch(/wasm, 1 thread, .*, on each of 2 ranks$/m)
    // mpirun gives a terminal to what writes into a file.
    expect(output).not.toContain('\u001b')
    expect(JSON.parse(readFileSync(join(two, 'run.json'), 'utf8'))).toMatchObject({
      ranks: 2,
      settings: { microBatches: 8 },
    })
    await runRanks(4, [main, 'train', ...few, '--run-dir', several, '--stop-after', '1'])
    await runRanks(3, [main, 'train', '--resume', several])
    expect(weightsOf(several)).toBe(weightsOf(alone))
  })

  it('tells for each rank how it spends a step', async () => {
    const { output } = await runRanks(2, [main, 'train', ...few, '--run-dir', join(folder, 'profiled'), '--profile'])
    const [profile, table] = output.split('Milliseconds of a step, by rank')
    expect(profile).toMatch(/^16 of 128 examples of a step of lenet5: a micro-batch/)
    // A terminal of no known width takes 80 columns; columns stay aligned.
    expect(profile).toMatch(/^thread +busy ms +share/m)
    const lines = profile.split('\n').filter((line) => /^conv2d/.test(line))
    expect(lines.every((line) => / {3}/.test(line))).toBe(true)
    expect(table).toMatch(/^\r?\nrank +step +computing +waiting for others +exchanging +meanwhile +not computing/)
    expect(table.match(/^ *[01]( +\d+\.\d\d){5} +\d+\.\d %/gm)?.length).toBe(2)
  })

  it('tells a wrong setting once', async () => {
    const { code, notes } = await runRanks(3, [
      main,
      'train',
      ...few,
      '--run-dir',
      join(folder, 'wrong'),
      '--micro-batches',
      '2',
    ])
    expect(code).toBe(2)
    expect(notes.match(/microBatches is 2, but there are 3 ranks/g)?.length).toBe(1)
  })

  it.each([
    ['killed', 'SIGKILL', 1, /rank 1 with PID \d+ on node .* exited on signal 9/],
    ['stopped', 'SIGSTOP', 1, /^gentle: rank 1 \(process \d+ on .*\) has not answered for \d+ seconds/m],
    ['stopped', 'SIGSTOP', 0, /^gentle: rank 0 \(process \d+ on .*\) has not answered for \d+ seconds/m],
  ] as const)(
    'ends within seconds where a rank is %s (%s to rank %i), and goes on to the same weights',
    async (what, signal, rank, told) => {
      const run = join(folder, `${what}-${rank}`)
      const started = await underWay(run)
      process.kill(started.process(rank), signal)
      const begun = performance.now()
      const { code, notes } = await started.ended
      expect((performance.now() - begun) / 1000).toBeLessThan(15)
      expect(code).not.toBe(0)
      expect(notes).toMatch(told)
      if (what === 'killed')
        expect(notes).toMatch(
          /step [\d,]+ is saved in .*; to continue, on any number of ranks:\s+mpirun -n 3 node_modules\/.bin\/gentle train --resume /,
        )
      const { code: after, notes: rest } = await runRanks(2, [main, 'train', '--resume', run, '--stop-after', '20'])
      expect(after, rest).toBe(0)
      expect(weightsOf(run)).toBe(weightsOf(await undisturbed()))
    },
  )

  it('saves where mpirun is interrupted', async () => {
    const run = join(folder, 'interrupted')
    const started = await underWay(run)
    started.mpirun.kill('SIGINT')
    const { code, notes } = await started.ended
    expect(code).not.toBe(0)
    expect(notes).toMatch(
      /stopped after step [\d,]+; the run is saved in .*; to continue, on any number of ranks:\s+mpirun -n 3 node_modules\/.bin\/gentle train --resume /,
    )
  })
})
