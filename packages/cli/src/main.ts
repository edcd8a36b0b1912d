#!/usr/bin/env node
/** The command line of Gentle. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { BackendError, DivergenceError, GentleError, InternalError, MemoryError, StorageError } from 'gentle-dl'
import { speechNetworks } from 'gentle-dl/models'
import { segmentationLosses } from 'gentle-dl/vision'
import { augment } from './data/augment.ts'
import { data } from './data/data.ts'
import { dataNames } from './data/datasets.ts'
import { describe } from './data/describe.ts'
import { policyNames } from './data/policy.ts'
import { evaluateRun } from './evaluate/evaluate.ts'
import { metrics, scoredTasks } from './evaluate/metrics-command.ts'
import { predict } from './evaluate/predict.ts'
import { depthExperiment } from './experiments/depth.ts'
import { featuresExperiment } from './experiments/features.ts'
import { lossExperiment } from './experiments/loss.ts'
import { memoryExperiment } from './experiments/memory.ts'
import { overfittingExperiment } from './experiments/overfitting.ts'
import { shiftExperiment } from './experiments/shift.ts'
import { publishedData } from './fetch/catalogue.ts'
import { getData } from './fetch/data-sets.ts'
import { getWeights, publishedNetworks } from './fetch/weights.ts'
import { classifierNames, networkNames } from './models/networks.ts'
import { normalizeNames } from './models/normalize.ts'
import { compare } from './networks/compare.ts'
import { diff } from './networks/diff.ts'
import { exportModel, formatNames } from './networks/export.ts'
import { show } from './networks/show.ts'
import { summary } from './networks/summary.ts'
import { explain } from './pictures/explain.ts'
import { filter } from './pictures/filter.ts'
import { report } from './report/report-command.ts'
import { runOrders, runs } from './runs/runs.ts'
import { candidatesOf } from './shell/candidates.ts'
import { completionScript, shellNames } from './shell/completion.ts'
import { manualPage } from './shell/manual.ts'
import { soundPolicyNames } from './speech/sound-policies.ts'
import { transcribe } from './speech/transcribe.ts'
import { studio } from './studio/studio.ts'
import { methods } from './sweep/record.ts'
import { varyNames } from './sweep/space.ts'
import { sweep } from './sweep/sweep.ts'
import { monitorNames } from './tasks/monitor.ts'
import { sequenceNetworkNames, sequenceTasks } from './tasks/sequence-tasks.ts'
import { allTaskNames } from './tasks/task-names.ts'
import { commandErrorText, commandOf } from './terminal/command-error.ts'
import { readersGone } from './terminal/readers.ts'
import { note } from './terminal/terminal.ts'
import { exitCodes, linesOf, UsageError, unknownChoice } from './terminal/usage.ts'
import { allButHead } from './train/freeze.ts'
import { lrFind } from './train/lr-find.ts'
import { optimizerNames } from './train/optimizers.ts'
import { presetNames } from './train/presets.ts'
import { scheduleNames } from './train/schedules.ts'
import { train } from './train/train.ts'
import { pairNames } from './translation/open-pairs.ts'
import { translate } from './translation/translate.ts'
import { version } from './version.ts'

const number = (text: string): number => {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('expected a number')
  return value
}

/** An option that may be given several times. */
const each = (text: string, before: readonly string[] = []): readonly string[] => [...before, text]

const program = new Command('gentle')
  .description('Deep learning written from scratch: train, evaluate and use neural networks.')
  .version(version)
  .exitOverride()
  .configureOutput({ writeErr: () => {} })
  .configureHelp({ minWidthToWrap: 20, subcommandTerm: (command) => command.name() })

const finishWith = (code: number): void => {
  process.exitCode = code
}

const allDataNames = [...dataNames, ...sequenceTasks.flatMap((task) => task.dataNames)]

/** Files that hold a model. */
const modelFiles = "saved by Gentle, ONNX, TensorFlow.js' model.json, Keras' .keras and .h5, Teachable Machine's .zip"
const modelText = `a run folder, a file of a model (${modelFiles}), or the name of a network with --weights`

const trainCommand = program
  .command('train')
  .argument('[model]', [...networkNames, ...sequenceNetworkNames()].join(', '))
  .description('train a network and save everything about it in a run folder')
  .optionsGroup('Task and data:')
  .option('--task <name>', `${allTaskNames.join(', ')} (default: classify, or what the network and the table are for)`)
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
    '--ema <decay>',
    'validate and keep a moving average of the weights, such as 0.999; the plain weights are validated beside it',
    number,
  )
  .option(
    '--monitor <metric>',
    `what decides which epoch is the best on validation: ${monitorNames.join(', ')}; of one class, f1:CLASS (default: accuracy or R²)`,
  )
  .option('--patience <epochs>', 'early stopping: end after this many epochs without improvement on validation', number)
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

const sweepCommand = program
  .command('sweep')
  .argument('[model]', [...networkNames, ...sequenceNetworkNames()].join(', '))
  .description('train with different settings and rank them by their scores on validation')
  .option(
    '--vary <name=values>',
    'a setting of gentle train and its values: learning-rate=0.01,0.1, or a range to draw from: learning-rate=log:0.001:0.1, weight-decay=uniform:0:0.1, units=int:16:256; may be repeated',
    each,
  )
  .option(
    '--method <name>',
    'grid: all combinations; random: some, drawn at random; halving: successive halving, which trains all for a few epochs and the best of them for more (default: grid, or random where there is a range)',
  )
  .option('--trials <n>', 'random and halving: how many settings to draw (default: 20)', number)
  .option(
    '--reduction-factor <n>',
    'halving: one of so many trials goes on at each rung, for so many times the epochs (default: 3)',
    number,
  )
  .option('--jobs <n>', 'trials that are trained at once (default: as many as there are threads)', number)
  .option('--threads <n>', 'number of threads, which trials share (default: all cores)', number)
  .option('--sweep-dir <folder>', 'where to save the sweep and its runs (default: runs/sweep/...)')
  .option('--resume <sweep>', 'continue a sweep that was interrupted or killed')
  .option('--json', 'print the ranking as JSON')
  .option('--quiet', 'print only the ranking')
  .addHelpText(
    'after',
    '\nOther options are those of gentle train, the same for all trials: --data, --epochs,\n--seed, --monitor, ... (gentle train --help tells all)',
  )
  .action(async (model, flags) => finishWith(await sweep(model, flags)))

/** What a sweep sees to itself, and checks before a training. */
const ofOneTraining = [
  ...['--run-dir', '--stop-after', '--allow-other-width', '--profile', '--json-lines'],
  ...['--fast-dev-run', '--overfit-batches'],
]

// All else is set for all trials, as for one training.
for (const { flags, long, description, parseArg } of trainCommand.options) {
  const isOwn = sweepCommand.options.some((option) => option.long === long)
  if (isOwn || ofOneTraining.includes(long ?? '')) continue
  const option = new Option(flags, description).hideHelp()
  sweepCommand.addOption(parseArg === undefined ? option : option.argParser(parseArg))
}

program
  .command('report')
  .argument('<run>', 'a run folder, also of a training under way')
  .description('write report.html in a run folder: one page with curves, mistakes, calibration, settings and times')
  .option('--json', 'print JSON')
  .action(async (run, flags) => finishWith(await report(run, flags)))

program
  .command('lr-find')
  .argument('[model]', [...networkNames, ...sequenceNetworkNames()].join(', '))
  .description('find a learning rate: train for some steps at rates that grow, and draw the loss over them')
  .option('--task <name>', `${allTaskNames.join(', ')} (default: classify, or what the network and the table are for)`)
  .option('--data <name>', allDataNames.join(', '))
  .option('--label <column>', 'tables: the column with the label, by name or by number from 0 (default: detected)')
  .option('--resize <n>', "resize pictures to n x n (default for image files: the network's usual size)", number)
  .option('--augment <policy>', 'random augmentation, as for gentle train')
  .option('--strict', 'stop at broken data, instead of skipping or repairing it')
  .option('--optimizer <name>', optimizerNames.join(', '))
  .option('--momentum <factor>', 'momentum of sgd and lars', number)
  .option('--weight-decay <factor>', 'weight decay', number)
  .option('--clip-norm <limit>', 'clip the gradients to this global norm', number)
  .option('--batch-size <n>', 'examples per step', number)
  .option('--seed <n>', 'random seed (default: 0)', number)
  .option('--lowest <rate>', 'where the rates begin', number, 1e-5)
  .option('--highest <rate>', 'where they end, unless the loss rises before', number, 1)
  .option('--steps <n>', 'how many rates are tried, a step each', number, 100)
  .option('--out <file>', 'where the curve is drawn, an .svg file', 'lr-find.svg')
  .option('--threads <n>', 'number of threads (default: all cores)', number)
  .option('--json', 'print JSON')
  .option('--quiet', 'print only the result')
  .action(async (model, flags) => finishWith(await lrFind(model, flags)))

program
  .command('eval')
  .argument('<run>', 'a run folder or a weights file')
  .description('evaluate a trained model: loss, accuracy and other metrics')
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

program
  .command('runs')
  .argument('[run...]', 'folders with run folders in them (default: runs); or two run folders or more, to compare')
  .description(
    'list trainings with their scores and curves; compare some: settings, curves, and whether it is more than noise',
  )
  .option('--sort <order>', `${runOrders.join(', ')} (default: when)`)
  .option('--out <file>', 'draw the curves of compared runs, as .svg')
  .option('--json', 'print JSON')
  .action(async (folders, flags) => finishWith(await runs(folders, flags)))

program
  .command('predict')
  .argument('<model>', modelText)
  .argument(
    '[image...]',
    'picture files of any size, folders of them, or globs; for a model of tables a .csv file of rows (default: the test data of the run)',
  )
  .description('classify pictures, find objects in them, or run a model on a tensor')
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

program
  .command('transcribe')
  .argument('<run>', 'a run folder or a weights file of deepspeech')
  .argument(
    '[sound...]',
    'WAV files of any sample rate, and other formats; without them standard input: WAV, or raw samples with --sample-rate',
  )
  .description('turn speech into text')
  .option('--beam-size <n>', 'beam size (default: 32); 1 for greedy decoding', number)
  .option(
    '--language-model <file>',
    'an ARPA file, of words or letters, or none (default: the language model of the run)',
  )
  .option('--sample-rate <n>', 'sample rate in Hz of raw input (16-bit little-endian mono)', number)
  .option('--out <file>', 'draw the spectrogram with the letters above it at their times, as .svg or .png')
  .option('--json', 'print JSON, with the times of words and letters')
  .option('--quiet', 'print only the texts, one per line')
  .action(async (run, sounds, flags) => finishWith(await transcribe(run, sounds, flags)))

program
  .command('translate')
  .argument('<run>', 'a run folder or a weights file of gnmt')
  .argument('[text...]', 'texts to translate; without them, lines of standard input or typed in the terminal')
  .description('translate texts')
  .option('--beam-size <n>', 'beam size (default: 4)', number)
  .option('--n-best <n>', 'number of translations per text (default: 1)', number)
  .option('--length-penalty <alpha>', 'favours longer translations: α of GNMT (default: 0.2)', number)
  .option('--coverage-penalty <beta>', 'penalizes leaving out parts of a text: β of GNMT (default: 0)', number)
  .option('--out <file>', 'draw the attention weights, as .svg')
  .option('--json', 'print JSON')
  .option('--quiet', 'print only the translations, one per line')
  .action(async (run, texts, flags) => finishWith(await translate(run, texts, flags)))

program
  .command('summary')
  .argument(
    '<model>',
    `${[...networkNames, ...Object.keys(speechNetworks)].join(', ')}, a run folder, or a file of a model: ${modelFiles}`,
  )
  .description('show the layers of a network: shapes, parameters, FLOPs, memory')
  .option('--input <HxWxC>', 'input size, such as 224x224x3, or 224 for a square')
  .option('--classes <n>', 'number of classes', number)
  .option('--batch-size <n>', 'batch size for memory and time', number, 1)
  .option('--measure', 'measure the time of each layer, next to the minimum that its FLOPs allow')
  .option('--svg <file>', 'draw the graph of the network')
  .option('--size <name=n>', 'size of a dynamic dimension of an ONNX model, such as height=48; may be repeated', each)
  .option('--json', 'print JSON')
  .action(async (model, flags) => finishWith(await summary(model, flags)))

program
  .command('compare')
  .argument('[model...]', `some of ${classifierNames.join(', ')} (default: those of the lecture)`)
  .description('compare networks: size, cost, time, year and published accuracy, with sources')
  .option('--no-measure', 'do not measure time')
  .option('--svg <file>', 'plot cost against year and accuracy')
  .option('--out <folder>', 'write each chart as a file of its own, and the figures as JSON')
  .option('--json', 'print JSON')
  .action(async (models, flags) => finishWith(await compare(models, flags)))

program
  .command('explain')
  .argument('<run>', 'a run folder or a weights file')
  .argument('<image>', 'a PNG, JPEG or WebP file')
  .description('show what a network looks at: filters, feature maps, Grad-CAM and occlusion in one picture')
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

program
  .command('augment')
  .argument('<image...>', 'PNG, JPEG or WebP files')
  .description('show what data augmentation does to pictures')
  .requiredOption('--policy <policy>', `augmentation policy: ${policyNames.join(', ')}, or JSON, or a JSON file`)
  .requiredOption('--out <file>', 'output file: .png, .jpg or .webp')
  .option('--grid <RxC>', 'rows and columns of the output', '4x4')
  .option('--seed <n>', 'random seed (default: 0)', number)
  .action(async (images, flags) => finishWith(await augment(images, flags)))

const experiment = program.command('experiment').description('run an experiment of the lecture: figures and a chart')

experiment
  .command('depth')
  .description('why shortcuts matter: plain and residual networks of 20 and 56 layers, trained the same way')
  .option('--data <name>', 'mnist or a folder of IDX files', 'mnist')
  .option('--examples <n>', 'training examples, and the maximum of test examples', number, 3000)
  .option('--size <n>', 'picture size, n x n', number, 14)
  .option('--epochs <n>', 'passes over the training examples', number, 8)
  .option('--seeds <n>', 'number of runs of each network, with different seeds', number, 2)
  .option('--threads <n>', 'number of threads (default: all cores)', number)
  .option('--out <folder>', 'where to write the figures and the chart', 'runs/experiment/depth')
  .option('--json', 'print JSON')
  .option('--quiet', 'print no progress')
  .action(async (flags) => finishWith(await depthExperiment(flags)))

experiment
  .command('features')
  .description('from feature engineering to feature learning: pixels, hand-made filters and learned ones')
  .option('--data <name>', 'mnist or another image data set', 'mnist')
  .option('--examples <list>', 'numbers of training examples', '100,1000,10000,55000')
  .option('--steps <n>', 'training steps of each run', number, 3000)
  .option('--seeds <n>', 'number of runs of each kind, with different seeds', number, 3)
  .option('--threads <n>', 'number of threads (default: all cores)', number)
  .option('--out <folder>', 'where to write the figures and the chart', 'runs/experiment/features')
  .option('--json', 'print JSON')
  .option('--quiet', 'print no progress')
  .action(async (flags) => finishWith(await featuresExperiment(flags)))

experiment
  .command('shift')
  .description('how networks trained on centred digits cope with shifted ones')
  .option('--data <name>', 'mnist or another image data set', 'mnist')
  .option('--examples <n>', 'training examples, and the maximum of test examples', number, 20_000)
  .option('--epochs <n>', 'passes over the training examples', number, 4)
  .option('--seeds <n>', 'number of runs of each network, with different seeds', number, 3)
  .option('--threads <n>', 'number of threads (default: all cores)', number)
  .option('--out <folder>', 'where to write the figures and the chart', 'runs/experiment/shift')
  .option('--json', 'print JSON')
  .option('--quiet', 'print no progress')
  .action(async (flags) => finishWith(await shiftExperiment(flags)))

experiment
  .command('loss')
  .description('how empirical loss approaches a known expected loss as examples are added')
  .option('--examples <list>', 'numbers of examples', '10,30,100,300,1000,3000,10000,30000,100000')
  .option('--seeds <n>', 'number of random sets of each size', number, 10)
  .option('--threads <n>', 'number of threads (default: all cores)', number)
  .option('--out <folder>', 'where to write the figures and the chart', 'runs/experiment/loss')
  .option('--json', 'print JSON')
  .option('--quiet', 'print no progress')
  .action(async (flags) => finishWith(await lossExperiment(flags)))

experiment
  .command('memory')
  .description('how many steps plain recurrent networks, LSTMs and GRUs remember, when adding and copying')
  .option('--distances <list>', 'numbers of steps to remember over', '10,20,50,100')
  .option('--units <n>', 'units of the recurrent layer', number, 64)
  .option('--symbols <n>', 'number of symbols to copy', number, 3)
  .option('--steps <n>', 'training steps of each run', number, 1200)
  .option('--seeds <n>', 'number of runs of each kind, with different seeds', number, 1)
  .option('--threads <n>', 'number of threads (default: all cores)', number)
  .option('--out <folder>', 'where to write the figures and the chart', 'runs/experiment/memory')
  .option('--json', 'print JSON')
  .option('--quiet', 'print no progress')
  .action(async (flags) => finishWith(await memoryExperiment(flags)))

experiment
  .command('overfitting')
  .description('one network on few and many pictures: without regularization, with dropout, weight decay, augmentation')
  .option('--data <name>', 'mnist or another image data set', 'mnist')
  .option('--examples <list>', 'numbers of training examples', '100,1000,10000')
  .option('--steps <n>', 'training steps of each run', number, 2000)
  .option('--seeds <n>', 'number of runs of each kind, with different seeds', number, 3)
  .option('--threads <n>', 'number of threads (default: all cores)', number)
  .option('--out <folder>', 'where to write the figures and the chart', 'runs/experiment/overfitting')
  .option('--json', 'print JSON')
  .option('--quiet', 'print no progress')
  .action(async (flags) => finishWith(await overfittingExperiment(flags)))

program
  .command('export')
  .argument('<model>', modelText)
  .description('export a trained model to a format that other programs read')
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

program
  .command('show')
  .argument('<file>', 'a file of weights, a model or arrays, from any program; or a run folder')
  .description('show what is in a file: tensors, operators, the model card, and what Gentle can do with it')
  .option('--weights-key <name>', 'which weights to use from a checkpoint that holds several, such as state_dict')
  .option('--json', 'print JSON')
  .action(async (file, flags) => finishWith(await show(file, flags)))

program
  .command('diff')
  .argument('<a>', 'a file that `gentle show` reads, or a run folder')
  .argument('<b>', 'another one, of any format')
  .description('compare two models: tensors that only one has, shapes, types and values')
  .option('--weights-key <name>', 'which weights to use from a checkpoint that holds several, such as state_dict')
  .option('--json', 'print JSON')
  .action(async (a, b, flags) => finishWith(await diff(a, b, flags)))

const dataCommand = program
  .command('data')
  .argument('<name>', [...dataNames, ...pairNames, 'speech:DIR', 'speech:MANIFEST'].join(', '))
  .description('show what is in a data set')
  .option('--seed <n>', 'random seed of the validation split (default: 0)', number)
  .option('--validation <n>', 'number of examples to hold out for validation', number)
  .option('--strict', 'stop at broken data, instead of skipping or repairing it')
  .option('--label <column>', 'tables: the column with the label, by name or by number from 0 (default: detected)')
  .option('--json', 'print JSON')
  .action((name, flags) => data(name, flags))

dataCommand
  .command('describe')
  .argument('<name>', dataNames.join(', '))
  .description('report classes, sizes, mean and standard deviation, duplicates and broken files, with a contact sheet')
  .option('--seed <n>', 'random seed of the splits (default: 0)', number)
  .option('--validation <n>', 'number of examples to hold out for validation', number)
  .option('--label <column>', 'tables: the column with the label, by name or by number from 0 (default: detected)')
  .option('--resize <n>', 'resize image files to n x n (default: 64; 256 with boxes or masks)', number)
  .option('--strict', 'stop at broken data, instead of skipping or repairing it')
  .option('--out <file>', 'write a contact sheet with some pictures of each class, such as contact-sheet.png')
  .option('--json', 'print JSON')
  .action((name, _, command) => describe(name, command.optsWithGlobals()))

const mirrorText =
  'base address of a mirror to download from, such as http://192.168.0.2:8000/ (default: GENTLE_MIRROR, or none)'

dataCommand
  .command('get')
  .argument('[name...]', `${Object.keys(publishedData).join(', ')}; none: list them all`)
  .description('download published data sets into the cache, checked by SHA-256')
  .option('--mirror <address>', mirrorText)
  .option('--quiet', 'print no progress')
  .action(async (names, flags) => finishWith(await getData(names, flags)))

program
  .command('weights')
  .description('download pretrained weights')
  .command('get')
  .argument('[network...]', `${publishedNetworks.join(', ')}; none: list them all`)
  .description('download published ImageNet weights into the cache, checked by SHA-256')
  .option('--mirror <address>', mirrorText)
  .option('--quiet', 'print no progress')
  .action(async (networks, flags) => finishWith(await getWeights(networks, flags)))

program
  .command('metrics')
  .description('score the predictions in a file, from any program')
  .requiredOption('--task <name>', scoredTasks.join(' or '))
  .requiredOption('--truth <path>', 'ground truth: COCO annotations')
  .requiredOption('--predictions <path>', 'predictions: COCO results, a list of { image_id, category_id, bbox, score }')
  .option('--strict', 'stop at broken annotations, instead of skipping or repairing them')
  .option('--curves <file>', 'plot precision against recall for each category, at an IoU of 0.5, as .svg')
  .option('--json', 'print JSON')
  .action(async (flags) => finishWith(await metrics(flags)))

program
  .command('filter')
  .argument('[image]', 'a picture, read as numbers from 0 to 255; or numbers as .npy or .csv')
  .description('convolve a picture with a kernel, by default as conv2 in Octave')
  .option('--kernel <rows>', "the numbers of the kernel, such as '1 0 -1; 1 0 -1; 1 0 -1'")
  .option('--preset <name>', 'a named kernel, such as sobel-x or gaussian:size=7,sigma=2')
  .option('--list', 'list the presets and their numbers')
  .option('--out <file>', 'output file: .png, .jpg or .webp; .npy or .csv for the raw numbers')
  .option('--channels <how>', 'grey: convert to grey first; each: filter every channel separately', 'grey')
  .option('--stride <SxT>', 'stride in pixels, down x across (default: 1)')
  .option('--dilation <SxT>', 'dilation in pixels, down x across (default: 1)')
  .option('--shape <name>', 'size of the result: full, same or valid (default: full)')
  .option(
    '--operation <name>',
    'convolution, which rotates the kernel by 180 degrees, or correlation (default: convolution)',
  )
  .option('--padding <name>', 'padding beyond the edge: zero, reflect, replicate or wrap (default: zero)')
  .option('--abs', 'take absolute values')
  .option('--normalize', 'rescale the result so that its minimum is 0 and its maximum 1')
  .option('--explain <X,Y>', 'print how the value of one output pixel is computed')
  .action(async (image, flags) => finishWith(await filter(image, flags)))

program
  .command('studio')
  .description('serve the studio, the lecture in a browser, to this machine')
  .option('--port <n>', 'port to listen on; 0: any that is free (default: 7117)', number)
  .option('--open', 'open it in the browser')
  .option('--runs <folder>', 'show the run folders below it, and watch those that train')
  .action((flags) => studio(flags))

program
  .command('completion')
  .argument('<shell>', shellNames.join(', '))
  .description('print the script by which a shell completes commands, options, names and files')
  .action((shell) => {
    const data = [...allDataNames, ...pairNames]
    const names = {
      options: {
        '--data': data,
        '--task': allTaskNames,
        '--preset': presetNames,
        '--augment': [...policyNames, ...soundPolicyNames],
        '--policy': policyNames,
        '--normalize': normalizeNames,
        '--format': formatNames,
        '--optimizer': optimizerNames,
        '--schedule': scheduleNames,
        '--monitor': monitorNames,
        '--split': ['train', 'validation', 'test'],
        '--freeze': [allButHead],
        'gentle runs --sort': runOrders,
        'gentle train --pretrained': ['imagenet'],
        'gentle metrics --task': scoredTasks,
        'gentle sweep --method': methods,
        'gentle sweep --vary': varyNames.map((name) => `${name}=`),
      },
      arguments: {
        'gentle train': [...networkNames, ...sequenceNetworkNames()],
        'gentle lr-find': [...networkNames, ...sequenceNetworkNames()],
        'gentle sweep': [...networkNames, ...sequenceNetworkNames()],
        'gentle predict': networkNames,
        'gentle export': networkNames,
        'gentle summary': [...networkNames, ...Object.keys(speechNetworks)],
        'gentle compare': classifierNames,
        'gentle data': data,
        'gentle data describe': dataNames,
        'gentle data get': Object.keys(publishedData),
        'gentle weights get': publishedNetworks,
        'gentle completion': shellNames,
      },
    }
    process.stdout.write(completionScript(shell, candidatesOf(program, names)))
  })

program
  .command('manual', { hidden: true })
  .description('print the source of the manual page')
  .action(() => void process.stdout.write(manualPage(program)))

/** Tells an error in one line and gives the exit code. */
function reportError(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.done
    const words = process.argv.slice(2)
    if (error.code === 'commander.help')
      process.stderr.write(commandOf(program, words).helpInformation({ error: true }))
    else note(`gentle: ${commandErrorText(error, program, words)}`)
    return exitCodes.usage
  }
  if (error instanceof UsageError) {
    note(linesOf(error))
    return exitCodes.usage
  }
  const [line] = (error instanceof Error ? error.message : String(error)).split('\n')
  note(`gentle: ${line}`)
  const failed = [BackendError, DivergenceError, InternalError, MemoryError, StorageError].some(
    (type) => error instanceof type,
  )
  return error instanceof GentleError && !failed ? exitCodes.usage : exitCodes.failed
}

if (process.stdout.listenerCount('error') === 0) process.stdout.on('error', readersGone)

try {
  const [word] = process.argv.slice(2)
  const commands = program.commands.map((command) => command.name())
  if (word !== undefined && !word.startsWith('-') && word !== 'help' && !commands.includes(word))
    throw unknownChoice('command', word, commands)
  await program.parseAsync()
} catch (error) {
  process.exitCode = reportError(error)
}
