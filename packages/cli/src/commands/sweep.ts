/** `gentle sweep`: its arguments and options. */
import { Command, Option } from 'commander'
import { networkNames } from '../models/networks.ts'
import { sweep } from '../sweep/sweep.ts'
import { sequenceNetworkNames } from '../tasks/sequence-tasks.ts'
import { each, finishWith, number } from './declaration.ts'
import { declare as declareTraining } from './train.ts'

/** What a sweep sees to itself, and checks before a training. */
const ofOneTraining = [
  ...['--run-dir', '--stop-after', '--allow-other-width', '--profile', '--json-lines'],
  ...['--fast-dev-run', '--overfit-batches'],
]

export function declare(command: Command): void {
  command
    .argument('[model]', [...networkNames, ...sequenceNetworkNames()].join(', '))
    .option(
      '--vary <name=values>',
      'a setting of gentle train and its values: learning-rate=0.01,0.1, or a range to draw from: learning-rate=log:0.001:0.1, weight-decay=uniform:0:0.1, units=int:16:256; may be repeated',
      each,
    )
    .option(
      '--method <name>',
      'grid: all combinations; random: some, drawn at random; halving: successive halving, which trains all for a few epochs and the best of them for more (default: grid, or random where there is a range)',
    )
    .option('--trials <n>', 'random and halving: how many settings to draw (default: 20)', number)
    .option(
      '--reduction-factor <n>',
      'halving: one of so many trials goes on at each rung, for so many times the epochs (default: 3)',
      number,
    )
    .option('--jobs <n>', 'trials that are trained at once (default: as many as there are threads)', number)
    .option('--threads <n>', 'number of threads, which trials share (default: all cores)', number)
    .option('--sweep-dir <folder>', 'where to save the sweep and its runs (default: runs/sweep/...)')
    .option('--resume <sweep>', 'continue a sweep that was interrupted or killed')
    .option('--json', 'print the ranking as JSON')
    .option('--quiet', 'print only the ranking')
    .addHelpText(
      'after',
      '\nOther options are those of gentle train, the same for all trials: --data, --epochs,\n--seed, --monitor, ... (gentle train --help tells all)',
    )
    .action(async (model, flags) => finishWith(await sweep(model, flags)))

  // All else is set for all trials, as for one training.
  const training = new Command('train')
  declareTraining(training)
  for (const { flags, long, description, parseArg } of training.options) {
    const isOwn = command.options.some((option) => option.long === long)
    if (isOwn || ofOneTraining.includes(long ?? '')) continue
    const option = new Option(flags, description).hideHelp()
    command.addOption(parseArg === undefined ? option : option.argParser(parseArg))
  }
}
