/** `gentle quantize`: its arguments and options. */
import type { Command } from 'commander'
import { calibrations } from 'gentle-dl'
import { dataNames } from '../data/datasets.ts'
import { defaultRate } from '../evaluate/fine-tune.ts'
import { quantizeRun } from '../evaluate/quantize.ts'
import { finishWith, number } from './declaration.ts'

export function declare(command: Command): void {
  command
    .argument('<run>', 'a run folder or a weights file of a classifier')
    .requiredOption('--out <file>', 'output file, .safetensors, which predict, eval, show and export read')
    .option('--data <name>', `${dataNames.join(', ')} (default: what the run was trained on)`)
    .option('--calibration <how>', `how ranges of activations are chosen: ${calibrations.join(', ')} (default: mse)`)
    .option('--examples <n>', 'training examples from which ranges are chosen (default: 512)', number)
    .option('--fine-tune <epochs>', 'train so many epochs in 8 bits, on plain examples, and keep the best', number)
    .option(
      '--lr, --learning-rate <rate>',
      `learning rate of the fine-tuning, which falls to 0 (default: ${defaultRate})`,
      number,
    )
    .option('--json', 'print JSON')
    .action(async (run, flags) => finishWith(await quantizeRun(run, flags)))
}
