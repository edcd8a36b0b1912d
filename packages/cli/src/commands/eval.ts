/** `gentle eval`: its arguments and options. */
import type { Command } from 'commander'
import { policyNames } from '../data/policy.ts'
import { evaluateRun } from '../evaluate/evaluate.ts'
import { normalizeNames } from '../models/normalize.ts'
import { allDataNames } from './data-names.ts'
import { each, finishWith, number } from './declaration.ts'

export function declare(command: Command): void {
  command
    .argument('<run>', 'a run folder or a weights file')
    .option('--data <name>', `${allDataNames.join(', ')} (default: what the run was trained on)`)
    .option('--split <part>', 'train, validation or test (default: test; all of the data where it is new pairs)')
    .option('--label <column>', 'tables: the column with the label, by name or by number from 0 (default: detected)')
    .option(
      '--normalize <name>',
      `normalization of pictures: ${normalizeNames.join(' or ')} (default: as stored with the weights)`,
    )
    .option('--seed <n>', 'random seed of the validation split (default: 0)', number)
    .option('--strict', 'stop at broken data, instead of skipping or repairing it')
    .option(
      '--views <n>',
      'number of augmented views per picture, whose predictions are averaged; needs --augment',
      number,
    )
    .option('--augment <policy>', `augmentation policy: ${policyNames.join(', ')}, or JSON, or a JSON file`)
    .option('--flip', 'localize, detect, segment: average with the prediction for the mirror image')
    .option('--labels <file>', 'class names, one per line, for a model without them')
    .option('--size <name=n>', 'size of a dynamic dimension of an ONNX model, such as height=48; may be repeated', each)
    .option(
      '--out <file>',
      'draw curves as .svg: of classifiers ROC and precision at each recall, of detectors the latter',
    )
    .option('--json', 'print JSON')
    .action(async (run, flags) => finishWith(await evaluateRun(run, flags)))
}
