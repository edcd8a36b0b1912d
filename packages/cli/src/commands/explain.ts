/** `gentle explain`: its arguments and options. */
import type { Command } from 'commander'
import { normalizeNames } from '../models/normalize.ts'
import { explain } from '../pictures/explain.ts'
import { each, finishWith } from './declaration.ts'

export function declare(command: Command): void {
  command
    .argument('<run>', 'a run folder or a weights file')
    .argument('<image>', 'a PNG, JPEG or WebP file')
    .option('--out <file>', 'output file: .png, .jpg or .webp', 'explain.png')
    .option('--class <name>', 'class to explain (default: the predicted one)')
    .option('--layers <name...>', 'layers whose feature maps are shown (default: six, from first to last)')
    .option(
      '--normalize <name>',
      `normalization of the picture: ${normalizeNames.join(' or ')} (default: as stored with the weights)`,
    )
    .option('--invert', 'invert the picture, for a digit that is dark on light')
    .option('--size <name=n>', 'size of a dynamic dimension of an ONNX model, such as height=48; may be repeated', each)
    .option('--json', 'print JSON')
    .action(async (run, image, flags) => finishWith(await explain(run, image, flags)))
}
