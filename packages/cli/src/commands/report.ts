/** `gentle report`: its arguments and options. */
import type { Command } from 'commander'
import { report } from '../report/report-command.ts'
import { finishWith } from './declaration.ts'

export function declare(command: Command): void {
  command
    .argument('<run>', 'a run folder, also of a training under way')
    .option('--json', 'print JSON')
    .action(async (run, flags) => finishWith(await report(run, flags)))
}
