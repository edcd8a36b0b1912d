/** `gentle slurm`: the script by which a cluster's queue starts a training by several processes. */
import { existsSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { commandErrorText } from '../terminal/command-error.ts'
import { commandLine } from '../terminal/invocation.ts'
import { writeOutput } from '../terminal/output-file.ts'
import { note, print } from '../terminal/terminal.ts'
import { UsageError } from '../terminal/usage.ts'
import { jobScript } from './job-script.ts'

export interface SlurmFlags {
  readonly nodes?: number
  readonly ntasksPerNode?: number
  readonly cpusPerTask: number
  readonly time?: string
  readonly partition?: string
  readonly account?: string
  readonly jobName?: string
  readonly out?: string
}

/** Runs the command. @param words what is trained, as it would be typed behind `gentle`: train resnet50 --data DIR */
export async function slurm(words: readonly string[], flags: SlurmFlags): Promise<void> {
  const { nodes = 1, ntasksPerNode = 1, cpusPerTask, out } = flags
  for (const [name, value] of Object.entries({ nodes, 'ntasks-per-node': ntasksPerNode, 'cpus-per-task': cpusPerTask }))
    if (!Number.isInteger(value) || value < 1)
      throw new UsageError(`--${name} is ${value}; expected a whole number of at least 1`)
  for (const name of ['partition', 'account', 'jobName'] as const)
    if (flags[name] !== undefined && !/^[\w.@,-]+$/.test(flags[name]))
      throw new UsageError(
        `--${name === 'jobName' ? 'job-name' : name} is ${JSON.stringify(flags[name])}; expected a name as SLURM has them, of letters, digits, - and _`,
      )
  const { model, runDir, threads } = await trainingIn(words)
  const jobName = flags.jobName ?? model ?? 'gentle'
  const script = jobScript({
    ...flags,
    nodes,
    ntasksPerNode,
    jobName,
    time: flags.time === undefined ? undefined : clockOf(flags.time),
    run: runDir ?? `runs/${jobName}`,
    words: runDir === undefined ? [...words, '--run-dir', `runs/${jobName}`] : words,
    threads,
    written: commandLine('slurm', ...givenWords()),
  })
  if (out === undefined) {
    process.stdout.write(script)
    return
  }
  if (existsSync(out)) throw new UsageError(`--out ${out} is there already; name another file, or delete it`)
  writeOutput('--out', out, script, 0o755)
  print(`wrote ${out}; read it, and send it off by: sbatch ${out}`)
  if (nodes * ntasksPerNode === 1) note('it is for one process; --nodes and --ntasks-per-node make it several')
}

/** The words behind `gentle slurm`, as they were given. */
const givenWords = (): string[] => process.argv.slice(process.argv.indexOf('slurm') + 1)

/** A time as SLURM has it: `8h` is 08:00:00. */
function clockOf(text: string): string {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([smh])$/.exec(text) ?? []
  const seconds = Math.round(Number(number) * { s: 1, m: 60, h: 3600 }[unit as 's' | 'm' | 'h'])
  if (!(seconds >= 60))
    throw new UsageError(`--time is ${text}; expected a time of at least a minute, such as 30m or 8h`)
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')
}

/** What of a training the script needs to know. @throws UsageError for words that `gentle train` would refuse, as long before the queue comes to them. */
async function trainingIn([name, ...words]: readonly string[]) {
  if (name !== 'train')
    throw new UsageError(
      `only trainings run as several processes; expected -- train ..., such as ${commandLine('slurm', '--cpus-per-task', '8', '--', 'train', 'resnet50', '--data', 'DIR')}`,
    )
  const { declare } = await import('../commands/train.ts')
  const program = new Command('gentle').exitOverride().configureOutput({ writeErr: () => {} })
  const command = program.command('train')
  declare(command)
  // Help is not for a queue.
  command.helpOption(false)
  let model: string | undefined
  command.action((named) => {
    model = named
  })
  try {
    await command.parseAsync(words, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    throw new UsageError(`gentle train: ${commandErrorText(error, program, ['train', ...words])}`)
  }
  const { resume, runDir, data, threads, config, preset } = command.opts()
  if (resume !== undefined)
    throw new UsageError(
      'leave --resume out and name the run with --run-dir: the script goes on with one that is there',
    )
  if (data === undefined && config === undefined && preset === undefined)
    throw new UsageError('gentle train: no data given; name it with --data')
  const { settingsFor } = await import('../train/choose-settings.ts')
  settingsFor(model, command.opts(), undefined)
  return { model, runDir: runDir as string | undefined, threads: threads as number | undefined }
}
