/** `gentle lr-find`: its arguments and options. */
import type { Command } from 'commander'
import { networkNames } from '../models/networks.ts'
import { sequenceNetworkNames } from '../tasks/sequence-tasks.ts'
import { allTaskNames } from '../tasks/task-names.ts'
import { lrFind } from '../train/lr-find.ts'
import { optimizerNames } from '../train/optimizers.ts'
import { allDataNames } from './data-names.ts'
import { finishWith, number } from './declaration.ts'

export function declare(command: Command): void {
  command
    .argument('[model]', [...networkNames, ...sequenceNetworkNames()].join(', '))
    .option(
      '--task <name>',
      `${allTaskNames.join(', ')} (default: classify, or what the network and the table are for)`,
    )
    .option('--data <name>', allDataNames.join(', '))
    .option('--label <column>', 'tables: the column with the label, by name or by number from 0 (default: detected)')
    .option('--resize <n>', "resize pictures to n x n (default for image files: the network's usual size)", number)
    .option('--augment <policy>', 'random augmentation, as for gentle train')
    .option('--strict', 'stop at broken data, instead of skipping or repairing it')
    .option('--optimizer <name>', optimizerNames.join(', '))
    .option('--momentum <factor>', 'momentum of sgd and lars', number)
    .option('--weight-decay <factor>', 'weight decay', number)
    .option('--clip-norm <limit>', 'clip the gradients to this global norm', number)
    .option('--batch-size <n>', 'examples per step', number)
    .option('--seed <n>', 'random seed (default: 0)', number)
    .option('--lowest <rate>', 'where the rates begin', number, 1e-5)
    .option('--highest <rate>', 'where they end, unless the loss rises before', number, 1)
    .option('--steps <n>', 'how many rates are tried, a step each', number, 100)
    .option('--out <file>', 'where the curve is drawn, an .svg file', 'lr-find.svg')
    .option('--threads <n>', 'number of threads (default: all cores)', number)
    .option('--json', 'print JSON')
    .option('--quiet', 'print only the result')
    .action(async (model, flags) => finishWith(await lrFind(model, flags)))
}
