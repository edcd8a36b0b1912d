/** `gentle train`: its arguments and options. */
import type { Command } from 'commander'
import { segmentationLosses } from 'gentle-dl/vision'
import { policyNames } from '../data/policy.ts'
import { networkNames } from '../models/networks.ts'
import { normalizeNames } from '../models/normalize.ts'
import { soundPolicyNames } from '../speech/sound-policies.ts'
import { monitorNames } from '../tasks/monitor.ts'
import { sequenceNetworkNames } from '../tasks/sequence-tasks.ts'
import { allTaskNames } from '../tasks/task-names.ts'
import { allButHead } from '../train/freeze.ts'
import { optimizerNames } from '../train/optimizers.ts'
import { presetNames } from '../train/presets.ts'
import { scheduleNames } from '../train/schedules.ts'
import { train } from '../train/train.ts'
import { allDataNames } from './data-names.ts'
import { each, finishWith, number } from './declaration.ts'

export function declare(command: Command): void {
  command
    .argument('[model]', [...networkNames, ...sequenceNetworkNames()].join(', '))
    .optionsGroup('Task and data:')
    .option(
      '--task <name>',
      `${allTaskNames.join(', ')} (default: classify, or what the network and the table are for)`,
    )
    .option('--preset <name>', `settings known to work: ${presetNames.join(', ')}; other options override them`)
    .option('--data <name>', allDataNames.join(', '))
    .option('--label <column>', 'tables: the column with the label, by name or by number from 0 (default: detected)')
    .option('--resize <n>', "resize pictures to n x n (default for image files: the network's usual size)", number)
    .option('--validation <n>', 'number of training examples to hold out for validation', number)
    .option(
      '--test <n>',
      'pairs and speech: how many examples to hold out for testing, or the fraction of them (default: 0.1; speech: a sixth)',
      number,
    )
    .option(
      '--fraction <share>',
      'train on this fraction of the training examples, such as 0.1, chosen by the seed',
      number,
    )
    .option('--strict', 'stop at broken data, instead of skipping or repairing it')
    .option(
      '--augment <policy>',
      `random augmentation: ${policyNames.join(', ')}; of sounds: ${soundPolicyNames.join(', ')}; or JSON, or a JSON file`,
    )
    .option('--class-weights <how>', 'none, or balanced: rare classes weigh as much as frequent ones (default: none)')
    .option('--seed <n>', 'random seed (default: 0)', number)
    .optionsGroup('Training:')
    .option('--epochs <n>', 'passes over the training examples', number)
    .option('--batch-size <n>', 'examples per step', number)
    .option(
      '--base-batch-size <n>',
      'batch size that the learning rate is for; for larger batches it grows in proportion, after a warm-up of 5 epochs (or a fifth of all)',
      number,
    )
    .option('--lr, --learning-rate <rate>', 'learning rate, before the schedule lowers it', number)
    .option(
      '--schedule <name>',
      `learning-rate schedule: ${scheduleNames.join(', ')}; with its options, times in epochs: step:every=30,factor=0.1, multi-step:milestones=30+60 (default: linear, to 0)`,
    )
    .option('--warmup <steps>', 'steps over which the learning rate rises from 0', number)
    .option(
      '--optimizer <name>',
      `${optimizerNames.join(', ')}; the last three need --learning-rate, and so does adam where the recipe is for sgd, or sgd where it is for adam`,
    )
    .option('--momentum <factor>', 'momentum of sgd and lars', number)
    .option('--weight-decay <factor>', 'weight decay', number)
    .option(
      '--decay-parameters <which>',
      'parameters that weight decay applies to: all, or weights (no biases or norm layers) (default: all)',
    )
    .option('--clip-norm <limit>', 'clip the gradients to this global norm', number)
    .option('--clip-value <limit>', 'clip each element of the gradients to this size', number)
    .option(
      '--parameter-group <names:settings>',
      "learning rate or weight decay of some parameters, such as '*.bias:weight-decay=0' or layer1,layer2:rate-factor=0.1; may be repeated",
      each,
    )
    .option('--accumulate <n>', 'batches whose gradients are added up for each update (default: 1)', number)
    .option(
      '--remat',
      'compute values anew for the gradients instead of keeping them: much less memory, somewhat slower, the same weights',
    )
    .option(
      '--micro-batches <n>',
      'micro-batches that a batch is divided into, which ranks compute at once; weights depend on their number, not on the ranks (default: undivided; under mpirun or srun 8, or a power of 2 for more ranks)',
      number,
    )
    .option('--fast-sums', "add gradients of ranks by MPI's own sums, whose last bits depend on the number of ranks")
    .option(
      '--sync-batch-norm',
      'batch norm takes its means and variances over the whole batch, not over each micro-batch; slower, and more memory',
    )
    .option(
      '--ema <decay>',
      'validate and keep a moving average of the weights, such as 0.999; the plain weights are validated beside it',
      number,
    )
    .option(
      '--monitor <metric>',
      `what decides which epoch is the best on validation: ${monitorNames.join(', ')}; of one class, f1:CLASS (default: accuracy or R²)`,
    )
    .option(
      '--patience <epochs>',
      'early stopping: end after this many epochs without improvement on validation',
      number,
    )
    .option('--time <duration>', 'end the training after this time, such as 30m or 8h, with the best weights so far')
    .option('--loss <name>', `localize: both, giou, smoothL1; segment: ${segmentationLosses.join(', ')}`)
    .optionsGroup('Checks before a long training:')
    .option('--fast-dev-run', 'do everything once, with one batch of training, validation and test, and keep nothing')
    .option(
      '--overfit-batches <n>',
      'train and validate on the same n batches, unshuffled and not augmented, and tell whether they are learned by heart',
      number,
    )
    .optionsGroup('Pretrained weights:')
    .option(
      '--pretrained <weights>',
      'start from pretrained weights, where names and shapes match: imagenet (downloaded once), a run folder, or a file: safetensors, PyTorch or ONNX',
    )
    .option('--weights-key <name>', 'which weights to use from a checkpoint that holds several, such as state_dict')
    .option(
      '--normalize <name>',
      `how pictures are prepared for --pretrained weights that do not say: ${normalizeNames.join(' or ')}`,
    )
    .option(
      '--head-epochs <n>',
      'with --pretrained: epochs that train only the new head, first (default: a quarter of all)',
      number,
    )
    .option(
      '--first-layer-rate <share>',
      'with --pretrained: learning rate of the first layer over that of the last; geometric in between (default: 0.3)',
      number,
    )
    .option('--freeze <name...>', `parameters not to train: ${allButHead}, names, prefixes of names, or globs`)
    .optionsGroup('Speech and translation:')
    .option('--sample-rate <n>', 'speech: sample rate in Hz that all sounds are resampled to (default: 8000)', number)
    .option(
      '--max-length <n>',
      'longest training example; longer ones are skipped (default for pairs: 128 tokens; for speech: 20 seconds)',
      number,
    )
    .option('--vocabulary <n>', 'pairs: vocabulary size, for both sides or for each, such as 8000 or characters,100')
    .option(
      '--label-smoothing <share>',
      'pairs: label smoothing, the probability spread evenly over the vocabulary',
      number,
    )
    .option('--layers <n>', 'recurrent layers; gnmt: of the encoder and of the decoder', number)
    .option('--units <n>', 'units of each recurrent layer', number)
    .optionsGroup('Run:')
    .option('--config <file>', 'settings as a JSON file; options override it')
    .option('--run-dir <folder>', 'where to save the run (default: runs/TASK/...)')
    .option('--resume <run>', 'continue an interrupted run')
    .option('--stop-after <epoch>', 'save and stop after this epoch of all; --resume continues', number)
    .option(
      '--allow-other-width',
      'with --resume: continue also where numbers have other last bits, without 256-bit vectors or fused multiply-add',
    )
    .option(
      '--save-every <interval>',
      'checkpoints within an epoch: every so many steps, such as 200, or after a time, such as 30s or 5m (default: 2m); one after each epoch in any case',
    )
    .option('--keep <n>', 'keep the last n checkpoints, in weights/checkpoints', number)
    .option('--license <name>', "license of the weights, by SPDX's name, such as MIT or CC-BY-4.0; kept in their files")
    .option(
      '--detect-anomaly',
      'where the loss or weights become NaN or infinite, name the op, its layer, forward or backward, and the examples; slower',
    )
    .option('--profile', 'report the time of each op in a step, and write profile.json for a trace viewer')
    .option('--threads <n>', 'number of threads (default: all cores)', number)
    .option(
      '--data-workers <n>',
      'threads that decode and augment pictures in files beside those that train; 0: none (default: one for four cores, 1 to 4; 0 for fewer than 1,000 pictures)',
      number,
    )
    .option('--wide-vectors', 'compute with 256-bit vectors (AVX2) without the check that decides otherwise')
    .option('--no-wide-vectors', 'compute with 128-bit vectors, as browsers do')
    .option(
      '--strict-numerics',
      'the same weights to the bit on every machine: no fused multiply-add and no vectors of 256 bits, and so slower',
    )
    .option('--json', 'print the summary as JSON')
    .option(
      '--json-lines',
      'print every event as a line of JSON: start, step (at most ten a second), epoch, checkpoint, end',
    )
    .option('--tensorboard', 'write event files for TensorBoard to the folder tensorboard/ of the run')
    .option('--quiet', 'print no progress and no report')
    .helpOption('-h, --help', 'display help for command')
    .action(async (model, flags) => finishWith(await train(model, flags)))
}
