/** `gentle export`: its arguments and options. */
import type { Command } from 'commander'
import { exportModel, formatNames } from '../networks/export.ts'
import { finishWith, modelText, number } from './declaration.ts'

export function declare(command: Command): void {
  command
    .argument('<model>', modelText)
    .requiredOption('--format <name>', formatNames.join(' or '))
    .requiredOption('--out <file>', 'output file; for tfjs a folder, which gets model.json and weights.bin')
    .option(
      '--weights <file>',
      'weights for the named network: imagenet (downloaded once), or a file: safetensors, PyTorch or ONNX',
    )
    .option('--weights-key <name>', 'which weights to use from a checkpoint that holds several, such as state_dict')
    .option('--input <HxWxC>', 'input size, for a named network')
    .option('--opset <n>', 'ONNX opset, 13 to 22 (default: 13, which most programs read)', number)
    .option('--license <name>', "license of the weights, by SPDX's name, such as MIT (default: as the model has it)")
    .action(async (model, flags) => finishWith(await exportModel(model, flags)))
}
