/** `gentle runs`: its arguments and options. */
import type { Command } from 'commander'
import { runOrders, runs } from '../runs/runs.ts'
import { finishWith } from './declaration.ts'

export function declare(command: Command): void {
  command
    .argument('[run...]', 'folders with run folders in them (default: runs); or two run folders or more, to compare')
    .option('--sort <order>', `${runOrders.join(', ')} (default: when)`)
    .option('--out <file>', 'draw the curves of compared runs, as .svg')
    .option('--json', 'print JSON')
    .action(async (folders, flags) => finishWith(await runs(folders, flags)))
}
