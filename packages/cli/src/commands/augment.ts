/** `gentle augment`: its arguments and options. */
import type { Command } from 'commander'
import { augment } from '../data/augment.ts'
import { policyNames } from '../data/policy.ts'
import { finishWith, number } from './declaration.ts'

export function declare(command: Command): void {
  command
    .argument('<image...>', 'PNG, JPEG or WebP files')
    .requiredOption('--policy <policy>', `augmentation policy: ${policyNames.join(', ')}, or JSON, or a JSON file`)
    .requiredOption('--out <file>', 'output file: .png, .jpg or .webp')
    .option('--grid <RxC>', 'rows and columns of the output', '4x4')
    .option('--seed <n>', 'random seed (default: 0)', number)
    .action(async (images, flags) => finishWith(await augment(images, flags)))
}
