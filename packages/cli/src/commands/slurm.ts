/** `gentle slurm`: its arguments and options. */
import type { Command } from 'commander'
import { slurm } from '../slurm/slurm.ts'
import { number } from './declaration.ts'

export function declare(command: Command): void {
  command
    .usage('[options] -- train [model] [options]')
    .argument('<command...>', 'behind --, the training: -- train resnet50 --data DIR --batch-size 1024')
    .option('--nodes <n>', 'machines (default: 1)', number)
    .option('--ntasks-per-node <n>', 'processes on each machine (default: 1)', number)
    .requiredOption('--cpus-per-task <n>', 'cores of each process, such as those of a socket', number)
    .option('--time <duration>', "when it is ended, such as 30m or 8h (default: the cluster's)")
    .option('--partition <name>', 'part of the cluster')
    .option('--account <name>', 'whose time it takes')
    .option('--job-name <name>', 'what it is called in the queue (default: the network)')
    .option('--out <file>', 'where the script goes (default: printed)')
    .action((words, flags) => slurm(words, flags))
}
