/** `gentle quantize`: its arguments and options. */
import type { Command } from 'commander'
import { calibrations } from 'gentle-dl'
import { dataNames } from '../data/datasets.ts'
import { quantizeRun } from '../evaluate/quantize.ts'
import { finishWith, number } from './declaration.ts'

export function declare(command: Command): void {
  command
    .argument('<run>', 'a run folder or a weights file of a classifier')
    .requiredOption('--out <file>', 'output file, .safetensors, which predict, eval, show and export read')
    .option('--data <name>', `${dataNames.join(', ')} (default: what the run was trained on)`)
    .option('--calibration <how>', `how ranges of activations are chosen: ${calibrations.join(', ')} (default: mse)`)
    .option('--examples <n>', 'training examples from which ranges are chosen (default: 512)', number)
    .option('--json', 'print JSON')
    .action(async (run, flags) => finishWith(await quantizeRun(run, flags)))
}
