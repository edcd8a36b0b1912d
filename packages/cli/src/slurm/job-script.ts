/** The text of a job for SLURM, in which every line is told. */
import { quoted } from '../terminal/invocation.ts'

export interface Job {
  readonly nodes: number
  readonly ntasksPerNode: number
  readonly cpusPerTask: number
  readonly jobName: string
  /** hours:minutes:seconds */
  readonly time?: string
  readonly partition?: string
  readonly account?: string
  /** The run folder. */
  readonly run: string
  /** The training: `train`, a network, options, `--run-dir` among them. */
  readonly words: readonly string[]
  /** Threads of each process, where they are given. */
  readonly threads?: number
  /** The command that wrote it. */
  readonly written: string
}

/** Seconds before its end at which a job is told, so that it saves what it has. */
const warning = 120

const option = (why: string, name: string, value: string | number): string => `# ${why}\n#SBATCH --${name}=${value}\n`

/** A script for bash. */
export function jobScript(job: Job): string {
  const { nodes, ntasksPerNode, cpusPerTask, jobName, time, partition, account, run, words, threads, written } = job
  const ranks = nodes * ntasksPerNode
  const own = threads === undefined ? ' --threads "$SLURM_CPUS_PER_TASK"' : ''
  const resumed = threads === undefined ? own : ` --threads ${threads}`
  return `#!/bin/bash
# A training by ${ranks === 1 ? 'one process' : `${ranks} processes`}, written by:
#   ${written.replaceAll('\n', '\n#   ')}
# Send it off with sbatch; squeue --me tells where it stands, scancel JOB ends it. Sent off again, it goes on where it ended.

${option('What it is called in the queue.', 'job-name', jobName)}\
${account === undefined ? '' : option('Whose time it takes.', 'account', account)}\
${partition === undefined ? '' : option('The part of the cluster.', 'partition', partition)}\
${option('How many machines.', 'nodes', nodes)}\
${option('Processes on each: the ranks of MPI. One for each socket, or group of cores with memory of its own, is a good beginning.', 'ntasks-per-node', ntasksPerNode)}\
${option('Cores of each process, a thread on each.', 'cpus-per-task', cpusPerTask)}\
${time === undefined ? '# Its time is what the cluster gives; a line with --time=08:00:00 asks for another.\n' : option('When its time is up and it is ended, in hours:minutes:seconds.', 'time', time)}\
${option('The signal that Ctrl-C is, and how many seconds before the time is up the processes get it. They end the step under way, save the training, and end.', 'signal', `INT@${warning}`)}\
${option('Where what it prints goes: name-number.log.', 'output', '%x-%j.log')}
# A word that is misspelt, or a command that fails, ends the script.
set -euo pipefail

# The command itself is started, where it is installed here: npx would keep the signal to itself.
PATH="$PWD/node_modules/.bin:$PATH"

# The run folder, the same for all processes: on a disk that all machines have. If a training is in it already, that one goes on.
run=${quoted(run)}
if [ -e "$run/run.json" ]; then
  training=(gentle train --resume "$run"${resumed})
else
  training=(${['gentle', ...words.map(quoted)].join(' ')}${own})
fi

# srun starts one process for each task and tells them of each other. --mpi=pmix is the way in which Open MPI is told; where \`srun --mpi=list\` does not have it,
# "mpirun --bind-to none" in the place of srun and its options starts the same. Each process keeps to its own cores, and where one fails, all are ended.
srun --mpi=pmix --cpus-per-task="$SLURM_CPUS_PER_TASK" --cpu-bind=cores --kill-on-bad-exit=1 "\${training[@]}"
`
}
