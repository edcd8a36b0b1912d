import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gentle, temporaryFolder } from './command.ts'

const folder = temporaryFolder()
const training = ['--', 'train', 'resnet20', '--data', "it's/train-{000..099}.tar", '--batch-size', '512']
const cluster = [
  '--nodes',
  '4',
  '--ntasks-per-node',
  '2',
  '--cpus-per-task',
  '16',
  '--time',
  '90m',
  '--partition',
  'cpu',
]

/** The options that SLURM reads, by name. */
const optionsOf = (script: string): Record<string, string> =>
  Object.fromEntries([...script.matchAll(/^#SBATCH --([\w-]+)=(.*)$/gm)].map(([, name, value]) => [name, value]))

describe('gentle slurm', () => {
  it('writes a script whose options are those that were asked for', async () => {
    const { code, stdout } = await gentle(['slurm', ...cluster, ...training])
    expect(code).toBe(0)
    expect(optionsOf(stdout)).toEqual({
      'job-name': 'resnet20',
      partition: 'cpu',
      nodes: '4',
      'ntasks-per-node': '2',
      'cpus-per-task': '16',
      time: '01:30:00',
      signal: 'INT@120',
      output: '%x-%j.log',
    })
    // SLURM reads no options behind the first command, and each line has one above that explains it.
    const lines = stdout.split('\n')
    const first = lines.findIndex((line) => line !== '' && !line.startsWith('#'))
    for (const [i, line] of lines.entries())
      if (line.startsWith('#SBATCH'))
        expect([i < first, lines[i - 1]]).toEqual([true, expect.stringMatching(/^# .*\.$/)])
  })

  it('starts the training by srun, and goes on with the one that is there', async () => {
    const out = join(folder, 'job.slurm')
    const written = await gentle(['slurm', ...cluster, '--out', out, ...training, '--run-dir', join(folder, 'a run')])
    expect(written.stdout.trim()).toBe(`wrote ${out}; read it, and send it off by: sbatch ${out}`)
    // In the place of srun, what tells the words that it was given.
    const bin = join(folder, 'bin')
    mkdirSync(bin)
    writeFileSync(join(bin, 'srun'), '#!/bin/sh\nprintf "%s\\n" "$@"\n')
    chmodSync(join(bin, 'srun'), 0o755)
    const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, SLURM_CPUS_PER_TASK: '16' }
    const run = () => execFileSync('bash', [out], { cwd: folder, env, encoding: 'utf8' }).trimEnd().split('\n')
    const start = ['--mpi=pmix', '--cpus-per-task=16', '--cpu-bind=cores', '--kill-on-bad-exit=1', 'gentle', 'train']
    expect(run()).toEqual([
      ...start,
      ...['resnet20', '--data', "it's/train-{000..099}.tar", '--batch-size', '512'],
      ...['--run-dir', join(folder, 'a run'), '--threads', '16'],
    ])
    mkdirSync(join(folder, 'a run'))
    writeFileSync(join(folder, 'a run', 'run.json'), '{}')
    expect(run()).toEqual([...start, '--resume', join(folder, 'a run'), '--threads', '16'])
    // Without what SLURM sets, it ends before anything is started.
    const { SLURM_CPUS_PER_TASK: _, ...outside } = env
    expect(spawnSync('bash', [out], { cwd: folder, env: outside }).status).toBe(1)
  })

  it('keeps threads that are given, and writes over no file', async () => {
    const out = join(folder, 'threads.slurm')
    await gentle(['slurm', '--cpus-per-task', '8', '--out', out, ...training, '--threads', '4'])
    const script = readFileSync(out, 'utf8')
    expect(script).toContain('--batch-size 512 --threads 4 --run-dir runs/resnet20)')
    expect(script).toContain('gentle train --resume "$run" --threads 4)')
    const again = await gentle(['slurm', '--cpus-per-task', '8', '--out', out, ...training])
    expect([again.code, again.stderr.trim()]).toEqual([
      2,
      `gentle: --out ${out} is there already; name another file, or delete it`,
    ])
    expect(existsSync(out)).toBe(true)
  })

  it.each([
    [['eval', 'RUN'], 'only trainings run as several processes'],
    [['train', 'resnet20', '--data', 'DIR', '--epochs', 'many'], "gentle train: --epochs is 'many'; expected a number"],
    [['train', 'resnet20', '--dat', 'DIR'], "gentle train: unknown option '--dat'; did you mean --data?"],
    [['train', 'resnet22', '--data', 'DIR'], "unknown model 'resnet22'; did you mean resnet20?"],
    [['train', 'resnet20', '--data', 'DIR', '--epochs', '0'], '--epochs is 0; expected'],
    [['train', 'resnet20', '--help'], "gentle train: unknown option '--help'"],
    [['train', '--resume', 'RUN'], 'leave --resume out and name the run with --run-dir'],
    [['train', 'resnet20'], 'gentle train: no data given'],
  ])('refuses %j before a queue does', async (words, message) => {
    const { code, stdout, stderr } = await gentle(['slurm', '--cpus-per-task', '8', '--', ...words])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
  })

  it('tells where the training stands, and that a file cannot be written', async () => {
    const [, ...words] = training
    const loose = await gentle(['slurm', '--cpus-per-task', '8', ...words])
    expect(loose.stderr.trim()).toBe(
      "gentle: unknown option '--data'; expected gentle slurm [options] -- train [model] [options]",
    )
    const out = join(folder, 'nowhere', 'job.slurm')
    const { code, stderr } = await gentle(['slurm', '--cpus-per-task', '8', '--out', out, ...training])
    expect([code, stderr.trim()]).toEqual([2, `gentle: --out ${out} cannot be written: no such folder`])
  })

  it('refuses numbers and names that SLURM would', async () => {
    const refusal = async (...args: string[]) => (await gentle(['slurm', ...args, ...training])).stderr.trim()
    expect(await refusal()).toContain('slurm needs --cpus-per-task')
    expect(await refusal('--cpus-per-task', '0')).toBe(
      'gentle: --cpus-per-task is 0; expected a whole number of at least 1',
    )
    expect(await refusal('--cpus-per-task', '8', '--time', '8')).toContain(
      '--time is 8; expected a time of at least a minute',
    )
    expect(await refusal('--cpus-per-task', '8', '--partition', 'a b')).toContain('expected a name as SLURM has them')
  })
})
