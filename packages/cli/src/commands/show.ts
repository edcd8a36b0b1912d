/** `gentle show`: its arguments and options. */
import type { Command } from 'commander'
import { show } from '../networks/show.ts'
import { finishWith } from './declaration.ts'

export function declare(command: Command): void {
  command
    .argument('<file>', 'a file of weights, a model or arrays, from any program; or a run folder')
    .option('--weights-key <name>', 'which weights to use from a checkpoint that holds several, such as state_dict')
    .option('--json', 'print JSON')
    .action(async (file, flags) => finishWith(await show(file, flags)))
}
