/** `gentle experiment`: its arguments and options. */
import type { Command } from 'commander'
import { finishWith, number } from './declaration.ts'

export function declare(command: Command): void {
  command
    .command('depth')
    .description('why shortcuts matter: plain and residual networks of 20 and 56 layers, trained the same way')
    .option('--data <name>', 'mnist or a folder of IDX files', 'mnist')
    .option('--examples <n>', 'training examples, and the maximum of test examples', number, 3000)
    .option('--size <n>', 'picture size, n x n', number, 14)
    .option('--epochs <n>', 'passes over the training examples', number, 8)
    .option('--seeds <n>', 'number of runs of each network, with different seeds', number, 2)
    .option('--threads <n>', 'number of threads (default: all cores)', number)
    .option('--out <folder>', 'where to write the figures and the chart', 'runs/experiment/depth')
    .option('--json', 'print JSON')
    .option('--quiet', 'print no progress')
    .action(async (flags) => {
      const { depthExperiment } = await import('../experiments/depth.ts')
      finishWith(await depthExperiment(flags))
    })

  command
    .command('features')
    .description('from feature engineering to feature learning: pixels, hand-made filters and learned ones')
    .option('--data <name>', 'mnist or another image data set', 'mnist')
    .option('--examples <list>', 'numbers of training examples', '100,1000,10000,55000')
    .option('--steps <n>', 'training steps of each run', number, 3000)
    .option('--seeds <n>', 'number of runs of each kind, with different seeds', number, 3)
    .option('--threads <n>', 'number of threads (default: all cores)', number)
    .option('--out <folder>', 'where to write the figures and the chart', 'runs/experiment/features')
    .option('--json', 'print JSON')
    .option('--quiet', 'print no progress')
    .action(async (flags) => {
      const { featuresExperiment } = await import('../experiments/features.ts')
      finishWith(await featuresExperiment(flags))
    })

  command
    .command('shift')
    .description('how networks trained on centred digits cope with shifted ones')
    .option('--data <name>', 'mnist or another image data set', 'mnist')
    .option('--examples <n>', 'training examples, and the maximum of test examples', number, 20_000)
    .option('--epochs <n>', 'passes over the training examples', number, 4)
    .option('--seeds <n>', 'number of runs of each network, with different seeds', number, 3)
    .option('--threads <n>', 'number of threads (default: all cores)', number)
    .option('--out <folder>', 'where to write the figures and the chart', 'runs/experiment/shift')
    .option('--json', 'print JSON')
    .option('--quiet', 'print no progress')
    .action(async (flags) => {
      const { shiftExperiment } = await import('../experiments/shift.ts')
      finishWith(await shiftExperiment(flags))
    })

  command
    .command('loss')
    .description('how empirical loss approaches a known expected loss as examples are added')
    .option('--examples <list>', 'numbers of examples', '10,30,100,300,1000,3000,10000,30000,100000')
    .option('--seeds <n>', 'number of random sets of each size', number, 10)
    .option('--threads <n>', 'number of threads (default: all cores)', number)
    .option('--out <folder>', 'where to write the figures and the chart', 'runs/experiment/loss')
    .option('--json', 'print JSON')
    .option('--quiet', 'print no progress')
    .action(async (flags) => {
      const { lossExperiment } = await import('../experiments/loss.ts')
      finishWith(await lossExperiment(flags))
    })

  command
    .command('memory')
    .description('how many steps plain recurrent networks, LSTMs and GRUs remember, when adding and copying')
    .option('--distances <list>', 'numbers of steps to remember over', '10,20,50,100')
    .option('--units <n>', 'units of the recurrent layer', number, 64)
    .option('--symbols <n>', 'number of symbols to copy', number, 3)
    .option('--steps <n>', 'training steps of each run', number, 1200)
    .option('--seeds <n>', 'number of runs of each kind, with different seeds', number, 1)
    .option('--threads <n>', 'number of threads (default: all cores)', number)
    .option('--out <folder>', 'where to write the figures and the chart', 'runs/experiment/memory')
    .option('--json', 'print JSON')
    .option('--quiet', 'print no progress')
    .action(async (flags) => {
      const { memoryExperiment } = await import('../experiments/memory.ts')
      finishWith(await memoryExperiment(flags))
    })

  command
    .command('overfitting')
    .description(
      'one network on few and many pictures: without regularization, with dropout, weight decay, augmentation',
    )
    .option('--data <name>', 'mnist or another image data set', 'mnist')
    .option('--examples <list>', 'numbers of training examples', '100,1000,10000')
    .option('--steps <n>', 'training steps of each run', number, 2000)
    .option('--seeds <n>', 'number of runs of each kind, with different seeds', number, 3)
    .option('--threads <n>', 'number of threads (default: all cores)', number)
    .option('--out <folder>', 'where to write the figures and the chart', 'runs/experiment/overfitting')
    .option('--json', 'print JSON')
    .option('--quiet', 'print no progress')
    .action(async (flags) => {
      const { overfittingExperiment } = await import('../experiments/overfitting.ts')
      finishWith(await overfittingExperiment(flags))
    })
}
