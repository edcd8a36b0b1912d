/** `gentle summary`: its arguments and options. */
import type { Command } from 'commander'
import { speechNetworks } from 'gentle-dl/models'
import { networkNames } from '../models/networks.ts'
import { summary } from '../networks/summary.ts'
import { each, finishWith, modelFiles, number } from './declaration.ts'

export function declare(command: Command): void {
  command
    .argument(
      '<model>',
      `${[...networkNames, ...Object.keys(speechNetworks)].join(', ')}, a run folder, or a file of a model: ${modelFiles}`,
    )
    .option('--input <HxWxC>', 'input size, such as 224x224x3, or 224 for a square')
    .option('--classes <n>', 'number of classes', number)
    .option('--batch-size <n>', 'batch size for memory and time', number, 1)
    .option('--measure', 'measure the time of each layer, next to the minimum that its FLOPs allow')
    .option('--svg <file>', 'draw the graph of the network')
    .option('--size <name=n>', 'size of a dynamic dimension of an ONNX model, such as height=48; may be repeated', each)
    .option('--json', 'print JSON')
    .action(async (model, flags) => finishWith(await summary(model, flags)))
}
