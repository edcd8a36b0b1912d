/** `gentle studio`: its arguments and options. */
import type { Command } from 'commander'
import { studio } from '../studio/studio.ts'
import { number } from './declaration.ts'

export function declare(command: Command): void {
  command
    .option('--port <n>', 'port to listen on; 0: any that is free (default: 7117)', number)
    .option('--open', 'open it in the browser')
    .option('--runs <folder>', 'show the run folders below it, and watch those that train')
    .action((flags) => studio(flags))
}
