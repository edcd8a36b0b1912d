/** `gentle predict`: its arguments and options. */
import type { Command } from 'commander'
import { policyNames } from '../data/policy.ts'
import { predict } from '../evaluate/predict.ts'
import { normalizeNames } from '../models/normalize.ts'
import { each, finishWith, modelText, number } from './declaration.ts'

export function declare(command: Command): void {
  command
    .argument('<model>', modelText)
    .argument(
      '[image...]',
      'picture files of any size, folders of them, or globs; for a model of tables a .csv file of rows (default: the test data of the run)',
    )
    .option(
      '--weights <file>',
      'weights for the named network: imagenet (downloaded once), or a file: safetensors, PyTorch or ONNX',
    )
    .option('--weights-key <name>', 'which weights to use from a checkpoint that holds several, such as state_dict')
    .option('--data <name>', 'predict the examples of a data set, named as for gentle train')
    .option('--split <part>', 'part of that data: train, validation or test (default: test)')
    .option('--input <file>', 'a float32 tensor [N, C, H, W] as .npy, used without any preprocessing')
    .option('--logits', 'print logits instead of probabilities')
    .option(
      '--normalize <name>',
      `normalization of pictures: ${normalizeNames.join(' or ')} (default: as stored with the weights)`,
    )
    .option('--labels <file>', 'class names, one per line')
    .option('--invert', 'invert the pictures, for digits that are dark on light')
    .option(
      '--views <n>',
      'number of augmented views per picture, whose predictions are averaged; needs --augment',
      number,
    )
    .option('--augment <policy>', `augmentation policy: ${policyNames.join(', ')}, or JSON, or a JSON file`)
    .option('--top <n>', 'number of classes to show', number, 5)
    .option(
      '--out <file>',
      'write the picture with its boxes or mask drawn on it; a folder for several pictures; of tables, a .csv file with the predictions',
    )
    .option('--score-threshold <share>', 'hide objects with a score below this (default: 0.5)', number)
    .option('--flip', 'localize, detect, segment: average with the prediction for the mirror image')
    .option('--size <name=n>', 'size of a dynamic dimension of an ONNX model, such as height=48; may be repeated', each)
    .option('--json', 'print JSON')
    .action(async (model, images, flags) => finishWith(await predict(model, images, flags)))
}
