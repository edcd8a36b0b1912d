/** `gentle diff`: its arguments and options. */
import type { Command } from 'commander'
import { diff } from '../networks/diff.ts'
import { finishWith } from './declaration.ts'

export function declare(command: Command): void {
  command
    .argument('<a>', 'a file that `gentle show` reads, or a run folder')
    .argument('<b>', 'another one, of any format')
    .option('--weights-key <name>', 'which weights to use from a checkpoint that holds several, such as state_dict')
    .option('--json', 'print JSON')
    .action(async (a, b, flags) => finishWith(await diff(a, b, flags)))
}
