/** `gentle metrics`: its arguments and options. */
import type { Command } from 'commander'
import { metrics, scoredTasks } from '../evaluate/metrics-command.ts'
import { finishWith } from './declaration.ts'

export function declare(command: Command): void {
  command
    .requiredOption('--task <name>', scoredTasks.join(' or '))
    .requiredOption('--truth <path>', 'ground truth: COCO annotations')
    .requiredOption(
      '--predictions <path>',
      'predictions: COCO results, a list of { image_id, category_id, bbox, score }',
    )
    .option('--strict', 'stop at broken annotations, instead of skipping or repairing them')
    .option('--curves <file>', 'plot precision against recall for each category, at an IoU of 0.5, as .svg')
    .option('--json', 'print JSON')
    .action(async (flags) => finishWith(await metrics(flags)))
}
