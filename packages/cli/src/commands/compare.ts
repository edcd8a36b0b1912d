/** `gentle compare`: its arguments and options. */
import type { Command } from 'commander'
import { classifierNames } from '../models/networks.ts'
import { compare } from '../networks/compare.ts'
import { finishWith } from './declaration.ts'

export function declare(command: Command): void {
  command
    .argument('[model...]', `some of ${classifierNames.join(', ')} (default: those of the lecture)`)
    .option('--no-measure', 'do not measure time')
    .option('--svg <file>', 'plot cost against year and accuracy')
    .option('--out <folder>', 'write each chart as a file of its own, and the figures as JSON')
    .option('--json', 'print JSON')
    .action(async (models, flags) => finishWith(await compare(models, flags)))
}
