/** `gentle data`: its arguments and options. */
import type { Command } from 'commander'
import { data } from '../data/data.ts'
import { dataNames } from '../data/datasets.ts'
import { describe } from '../data/describe.ts'
import { shard } from '../data/shard.ts'
import { publishedData } from '../fetch/catalogue.ts'
import { getData } from '../fetch/data-sets.ts'
import { pairNames } from '../translation/open-pairs.ts'
import { finishWith, mirrorText, number } from './declaration.ts'

export function declare(command: Command): void {
  command
    .argument('<name>', [...dataNames, ...pairNames, 'speech:DIR', 'speech:MANIFEST'].join(', '))
    .option('--seed <n>', 'random seed of the validation split (default: 0)', number)
    .option('--validation <n>', 'number of examples to hold out for validation', number)
    .option('--strict', 'stop at broken data, instead of skipping or repairing it')
    .option('--label <column>', 'tables: the column with the label, by name or by number from 0 (default: detected)')
    .option('--json', 'print JSON')
    .action((name, flags) => data(name, flags))

  command
    .command('describe')
    .argument('<name>', dataNames.join(', '))
    .description(
      'report classes, sizes, mean and standard deviation, duplicates and broken files, with a contact sheet',
    )
    .option('--seed <n>', 'random seed of the splits (default: 0)', number)
    .option('--validation <n>', 'number of examples to hold out for validation', number)
    .option('--label <column>', 'tables: the column with the label, by name or by number from 0 (default: detected)')
    .option('--resize <n>', 'resize image files to n x n (default: 64; 256 with boxes or masks)', number)
    .option('--strict', 'stop at broken data, instead of skipping or repairing it')
    .option('--out <file>', 'write a contact sheet with some pictures of each class, such as contact-sheet.png')
    .option('--json', 'print JSON')
    .action((name, _, command) => describe(name, command.optsWithGlobals()))

  command
    .command('shard')
    .argument('<folder>', 'a folder of picture files, one folder per class')
    .argument('<out>', 'where the shards go')
    .description('write a folder of pictures as tar shards, as WebDataset reads them, in random order')
    .option('--shard-size <size>', 'size of a shard, such as 1GB (default: 256MB, or smaller so that there are 32)')
    .option('--seed <n>', 'random seed of order and splits (default: 0)', number)
    .option('--validation <n>', 'number of examples to hold out for validation', number)
    .option('--strict', 'stop at broken data, instead of skipping or repairing it')
    .option('--json', 'print JSON')
    .action((folder, out, _, command) => shard(folder, out, command.optsWithGlobals()))

  command
    .command('get')
    .argument('[name...]', `${Object.keys(publishedData).join(', ')}; none: list them all`)
    .description('download published data sets into the cache, checked by SHA-256')
    .option('--mirror <address>', mirrorText)
    .option('--quiet', 'print no progress')
    .action(async (names, flags) => finishWith(await getData(names, flags)))
}
