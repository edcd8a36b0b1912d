#!/usr/bin/env node
/** The command line of Gentle. */
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { DivergenceError, GentleError, InternalError, MemoryError } from 'gentle-dl'
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
import { classifierNames, networkNames } from './models/networks.ts'
import { normalizeNames } from './models/normalize.ts'
import { compare } from './networks/compare.ts'
import { diff } from './networks/diff.ts'
import { exportModel, formatNames } from './networks/export.ts'
import { show } from './networks/show.ts'
import { summary } from './networks/summary.ts'
import { explain } from './pictures/explain.ts'
import { filter } from './pictures/filter.ts'
import { soundPolicyNames } from './speech/sound-policies.ts'
import { transcribe } from './speech/transcribe.ts'
import { sequenceNetworkNames, sequenceTasks } from './tasks/sequence-tasks.ts'
import { allTaskNames } from './tasks/task-names.ts'
import { exitCodes, UsageError, unknownChoice } from './terminal/usage.ts'
import { allButHead } from './train/freeze.ts'
import { presetNames } from './train/presets.ts'
import { train } from './train/train.ts'
import { pairNames } from './translation/open-pairs.ts'
import { translate } from './translation/translate.ts'
import { version } from './version.ts'

const number = (text: string): number => {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('expected a number.')
  return value
}

/** An option that may be given several times. */
const each = (text: string, before: readonly string[] = []): readonly string[] => [...before, text]

const program = new Command('gentle')
  .description('Deep learning written from scratch: train, evaluate and use neural networks.')
  .version(version)
  .showSuggestionAfterError()
  .exitOverride()
  .configureOutput({ writeErr: () => {} })

const finishWith = (code: number): void => {
  process.exitCode = code
}

const allDataNames = [...dataNames, ...sequenceTasks.flatMap((task) => task.dataNames)]

/** Files that hold a model. */
const modelFiles = "saved by Gentle, ONNX, TensorFlow.js' model.json, Keras' .keras and .h5, Teachable Machine's .zip"
const modelText = `a run folder, a file of a model (${modelFiles}), or the name of a network with --weights`

program
  .command('train')
  .argument('[model]', [...networkNames, ...sequenceNetworkNames()].join(', '))
  .description('train a network; everything about it goes to a run folder')
  .option('--task <name>', `${allTaskNames.join(', ')} (classify, or what the network is for)`)
  .option('--preset <name>', `settings that are known to work: ${presetNames.join(', ')}; flags win`)
  .option('--data <name>', allDataNames.join(', '))
  .option('--epochs <n>', 'passes over the training examples', number)
  .option('--batch-size <n>', 'examples a step', number)
  .option('--learning-rate <rate>', 'at its highest', number)
  .option('--schedule <name>', 'constant, linear (to 0) or cosine')
  .option('--optimizer <name>', 'sgd, adam or adamW')
  .option('--momentum <share>', 'of sgd', number)
  .option('--weight-decay <factor>', 'pulls weights towards 0', number)
  .option('--decayed <what>', 'all (parameters), or weights: without biases and norms')
  .option('--clip-norm <limit>', 'largest norm of a gradient', number)
  .option('--warmup <steps>', 'first steps, over which the learning rate grows from 0', number)
  .option('--seed <n>', 'from which all chance derives (0)', number)
  .option('--threads <n>', 'threads that compute (all cores)', number)
  .option('--wide-vectors', 'compute on vectors of 256 bits (AVX2), by a pass that V8 calls experimental')
  .option('--validation <n>', 'training examples to split off for validation', number)
  .option(
    '--test <n>',
    'of pairs and speech: how many to split off for the test, or their share (0.1; a sixth of recordings)',
    number,
  )
  .option(
    '--label <column>',
    'of a table: the column with the classes, its name or its number from 0 (seen by name and content)',
  )
  .option('--resize <n>', "train on pictures of n x n (files: the network's usual size)", number)
  .option('--strict', 'refuse data of which anything is broken, instead of leaving it out or mending it')
  .option(
    '--augment <policy>',
    `changes pictures by chance: ${policyNames.join(', ')}, sounds: ${soundPolicyNames.join(', ')}; JSON or a JSON file`,
  )
  .option('--class-weights <how>', 'none, or balanced: rare classes count as much as frequent ones')
  .option('--loss <name>', `localize: both, giou, smoothL1; segment: ${segmentationLosses.join(', ')}`)
  .option('--rate <n>', 'of speech: samples a second to which all sounds are brought (8000)', number)
  .option('--label-smoothing <share>', 'of pairs: probability that is spread evenly over all pieces', number)
  .option('--pieces <n>', 'of pairs: most pieces of both sides or of each, as in 8000 or characters,100')
  .option(
    '--longest <n>',
    'of pairs: most pieces of a text (128); of speech: most seconds of a sound that is learned from (20); longer ones are left out',
    number,
  )
  .option('--layers <n>', 'recurrent layers; of gnmt, of the encoder and of the decoder', number)
  .option('--units <n>', 'of each recurrent layer', number)
  .option('--pretrained <file>', 'begin with what fits of weights: safetensors, a file of PyTorch, or ONNX')
  .option('--weights-key <name>', 'of those in a checkpoint with several: such as state_dict')
  .option('--freeze <name...>', `parameters that stay: ${allButHead}, names, beginnings of names, or globs`)
  .option('--config <file>', 'settings as JSON; flags win')
  .option('--run-dir <folder>', 'where to keep the run (runs/TASK/...)')
  .option('--resume <run>', 'go on with an interrupted run')
  .option('--profile', 'tell where the time of a step goes, op by op; profile.json is for a trace viewer')
  .option('--json', 'print the summary as JSON')
  .option('--quiet', 'no progress and no report')
  .action(async (model, flags) => finishWith(await train(model, flags)))

program
  .command('eval')
  .argument('<run>', 'a run folder or a weights file')
  .description('loss and accuracy of a trained model')
  .requiredOption('--data <name>', allDataNames.join(', '))
  .option('--split <part>', 'train, validation or test (test; all of other pairs than those of the training)')
  .option(
    '--label <column>',
    'of a table: the column with the classes, its name or its number from 0 (seen by name and content)',
  )
  .option(
    '--normalize <name>',
    `how pictures are prepared: ${normalizeNames.join(' or ')} (as stored with the weights)`,
  )
  .option('--seed <n>', 'by which validation is split off (0)', number)
  .option('--strict', 'refuse data of which anything is broken, instead of leaving it out or mending it')
  .option('--views <n>', 'looks at each picture so often, changed by --augment, and averages', number)
  .option('--augment <policy>', `${policyNames.join(', ')}, JSON or a JSON file`)
  .option('--flips', "looks at each picture's mirror image, too: localization, detection, segmentation")
  .option('--labels <file>', "names of the model's classes, one a line, where it has none")
  .option('--size <name=n>', 'of an axis that an ONNX file leaves open, such as height=48; once for each', each)
  .option('--json', 'print JSON')
  .action(async (run, flags) => finishWith(await evaluateRun(run, flags)))

program
  .command('predict')
  .argument('<model>', modelText)
  .argument('[image...]', 'PNG, JPEG or WebP files of any size')
  .description('what a trained model takes pictures for, or what it makes of a tensor')
  .option('--weights <file>', 'weights of the network named: safetensors, a file of PyTorch, or ONNX')
  .option('--weights-key <name>', 'of those in a checkpoint with several: such as state_dict')
  .option('--input <file>', 'a float32 tensor [N, C, H, W] as .npy, run as it is')
  .option('--logits', 'print what the network gives, before it becomes probabilities')
  .option(
    '--normalize <name>',
    `how pictures are prepared: ${normalizeNames.join(' or ')} (as stored with the weights)`,
  )
  .option('--labels <file>', 'names of the classes, one a line')
  .option('--invert', 'the pictures are dark on light')
  .option('--views <n>', 'looks at each picture so often, changed by --augment, and averages', number)
  .option('--augment <policy>', `${policyNames.join(', ')}, JSON or a JSON file`)
  .option('--top <n>', 'classes to tell', number, 5)
  .option('--out <file>', 'the picture with boxes or mask drawn over it; with several pictures, a folder')
  .option('--least-score <share>', 'objects that are less sure are not told (0.5)', number)
  .option('--flips', "looks at each picture's mirror image, too: localization, detection, segmentation")
  .option('--size <name=n>', 'of an axis that an ONNX file leaves open, such as height=48; once for each', each)
  .option('--json', 'print JSON')
  .action(async (model, images, flags) => finishWith(await predict(model, images, flags)))

program
  .command('transcribe')
  .argument('<run>', 'a run folder or a weights file of deepspeech')
  .argument(
    '[sound...]',
    'WAV files of any rate, and others; else what comes through standard input: WAV, or raw samples with --rate',
  )
  .description('what is said in sounds')
  .option(
    '--beam <n>',
    'beginnings of texts that are looked at together (32); 1: the likeliest letter of each step',
    number,
  )
  .option('--language-model <file>', 'ARPA, of words or letters; none: what is heard alone (that of the run)')
  .option('--rate <n>', 'of raw samples (16 bits, little endian, one channel): how many a second', number)
  .option('--out <file>', 'draw the spectrogram with the letters over it at their times, as .svg or .png')
  .option('--json', 'print JSON, with the times of words and letters')
  .option('--quiet', 'print texts alone, a line each')
  .action(async (run, sounds, flags) => finishWith(await transcribe(run, sounds, flags)))

program
  .command('translate')
  .argument('<run>', 'a run folder or a weights file of gnmt')
  .argument('[text...]', 'what to translate; else lines of standard input, or of a terminal as they are typed')
  .description('what a trained model makes of texts')
  .option('--beam <n>', 'hypotheses that are looked at together (4)', number)
  .option('--best <n>', 'translations of each text (1)', number)
  .option('--length-penalty <alpha>', 'the more, the longer the translations: α of GNMT (0.2)', number)
  .option('--coverage-penalty <beta>', 'the more, the less of a text is passed over: β of GNMT (0)', number)
  .option('--out <file>', 'draw what each piece of the translation looked at, as .svg')
  .option('--json', 'print JSON')
  .option('--quiet', 'print translations alone, a line each')
  .action(async (run, texts, flags) => finishWith(await translate(run, texts, flags)))

program
  .command('summary')
  .argument(
    '<model>',
    `${[...networkNames, ...Object.keys(speechNetworks)].join(', ')}, a run folder, or a file of a model: ${modelFiles}`,
  )
  .description("a network's layers and what they cost")
  .option('--input <HxWxC>', 'size of an example, such as 224x224x3')
  .option('--classes <n>', 'outputs', number)
  .option('--batch <n>', 'examples for which memory is told and time is measured', number, 1)
  .option('--measure', "measure each layer's time, beside the least that its FLOPs allow")
  .option('--svg <file>', "draw the network's graph")
  .option('--size <name=n>', 'of an axis that an ONNX file leaves open, such as height=48; once for each', each)
  .option('--json', 'print JSON')
  .action(async (model, flags) => finishWith(await summary(model, flags)))

program
  .command('compare')
  .argument('[model...]', `some of ${classifierNames.join(', ')} (those of the lecture)`)
  .description('networks side by side: size, cost, time, year and accuracy, each with its source')
  .option('--no-measure', 'do not measure their time')
  .option('--svg <file>', 'draw cost against year and accuracy')
  .option('--out <folder>', 'keep the pictures one by one, and the figures as JSON')
  .option('--json', 'print JSON')
  .action(async (models, flags) => finishWith(await compare(models, flags)))

program
  .command('explain')
  .argument('<run>', 'a run folder or a weights file')
  .argument('<image>', 'a PNG, JPEG or WebP file')
  .description('what a network looks at: filters, feature maps, Grad-CAM, occlusion, as one picture')
  .option('--out <file>', 'where to write it: .png, .jpg or .webp', 'explain.png')
  .option('--class <name>', 'the class to explain (the likeliest)')
  .option('--layers <name...>', 'whose maps are shown (six, from the first to the last)')
  .option(
    '--normalize <name>',
    `how the picture is prepared: ${normalizeNames.join(' or ')} (as stored with the weights)`,
  )
  .option('--invert', 'the picture is dark on light')
  .option('--size <name=n>', 'of an axis that an ONNX file leaves open, such as height=48; once for each', each)
  .option('--json', 'print JSON')
  .action(async (run, image, flags) => finishWith(await explain(run, image, flags)))

program
  .command('augment')
  .argument('<image...>', 'PNG, JPEG or WebP files')
  .description('what a policy of augmentation makes of pictures')
  .requiredOption('--policy <policy>', `${policyNames.join(', ')}, JSON or a JSON file`)
  .requiredOption('--out <file>', 'where to write the sheet: .png, .jpg or .webp')
  .option('--grid <RxC>', 'rows and columns of the sheet', '6x6')
  .option('--seed <n>', 'from which all chance derives (0)', number)
  .action(async (images, flags) => finishWith(await augment(images, flags)))

const experiment = program
  .command('experiment')
  .description('experiments of the lecture, each with its figures and its picture')

experiment
  .command('depth')
  .description('why shortcuts matter: plain and residual networks of 20 and 56 layers, trained alike')
  .option('--data <name>', 'mnist or a folder of IDX files', 'mnist')
  .option('--examples <n>', 'training examples, and at most as many test examples', number, 3000)
  .option('--size <n>', 'pictures of n x n', number, 14)
  .option('--epochs <n>', 'passes over the training examples', number, 8)
  .option('--seeds <n>', 'trainings of each network', number, 2)
  .option('--threads <n>', 'threads that compute (all cores)', number)
  .option('--out <folder>', 'where to keep figures and picture', 'runs/experiment/depth')
  .option('--json', 'print JSON')
  .option('--quiet', 'no progress')
  .action(async (flags) => finishWith(await depthExperiment(flags)))

experiment
  .command('features')
  .description('no more feature engineering: pixels, filters made by hand, and learned ones')
  .option('--data <name>', 'mnist or another set of pictures', 'mnist')
  .option('--examples <list>', 'numbers of training examples', '100,1000,10000,55000')
  .option('--steps <n>', 'steps of each training', number, 3000)
  .option('--seeds <n>', 'trainings of each kind', number, 3)
  .option('--threads <n>', 'threads that compute (all cores)', number)
  .option('--out <folder>', 'where to keep figures and picture', 'runs/experiment/features')
  .option('--json', 'print JSON')
  .option('--quiet', 'no progress')
  .action(async (flags) => finishWith(await featuresExperiment(flags)))

experiment
  .command('shift')
  .description('networks that learned from digits in the middle, as the digits move')
  .option('--data <name>', 'mnist or another set of pictures', 'mnist')
  .option('--examples <n>', 'training examples, and at most as many test examples', number, 20_000)
  .option('--epochs <n>', 'passes over the training examples', number, 4)
  .option('--seeds <n>', 'trainings of each network', number, 3)
  .option('--threads <n>', 'threads that compute (all cores)', number)
  .option('--out <folder>', 'where to keep figures and picture', 'runs/experiment/shift')
  .option('--json', 'print JSON')
  .option('--quiet', 'no progress')
  .action(async (flags) => finishWith(await shiftExperiment(flags)))

experiment
  .command('loss')
  .description('empirical loss closing in on an expected loss that is known')
  .option('--examples <list>', 'numbers of examples', '10,30,100,300,1000,3000,10000,30000,100000')
  .option('--seeds <n>', 'sets of examples of each size', number, 10)
  .option('--threads <n>', 'threads that compute (all cores)', number)
  .option('--out <folder>', 'where to keep figures and picture', 'runs/experiment/loss')
  .option('--json', 'print JSON')
  .option('--quiet', 'no progress')
  .action(async (flags) => finishWith(await lossExperiment(flags)))

experiment
  .command('memory')
  .description('how many steps plain recurrent networks, LSTMs and GRUs remember: adding and copying')
  .option('--distances <list>', 'steps over which something has to be remembered', '10,20,50,100')
  .option('--units <n>', 'of the recurrent layer', number, 64)
  .option('--symbols <n>', 'that have to be copied', number, 3)
  .option('--steps <n>', 'steps of each training', number, 1200)
  .option('--seeds <n>', 'trainings of each kind', number, 1)
  .option('--threads <n>', 'threads that compute (all cores)', number)
  .option('--out <folder>', 'where to keep figures and picture', 'runs/experiment/memory')
  .option('--json', 'print JSON')
  .option('--quiet', 'no progress')
  .action(async (flags) => finishWith(await memoryExperiment(flags)))

experiment
  .command('overfitting')
  .description('one network on few and on many pictures: bare, with dropout, weight decay, augmentation')
  .option('--data <name>', 'mnist or another set of pictures', 'mnist')
  .option('--examples <list>', 'numbers of training examples', '100,1000,10000')
  .option('--steps <n>', 'steps of each training', number, 2000)
  .option('--seeds <n>', 'trainings of each kind', number, 3)
  .option('--threads <n>', 'threads that compute (all cores)', number)
  .option('--out <folder>', 'where to keep figures and picture', 'runs/experiment/overfitting')
  .option('--json', 'print JSON')
  .option('--quiet', 'no progress')
  .action(async (flags) => finishWith(await overfittingExperiment(flags)))

program
  .command('export')
  .argument('<model>', modelText)
  .description('a trained model as a file that others read')
  .requiredOption('--format <name>', formatNames.join(' or '))
  .requiredOption('--out <file>', 'where to write it; for tfjs a folder, of model.json and weights.bin')
  .option('--weights <file>', 'weights of the network named: safetensors, a file of PyTorch, or ONNX')
  .option('--weights-key <name>', 'of those in a checkpoint with several: such as state_dict')
  .option('--input <HxWxC>', 'size of an example, for a network named')
  .option('--opset <n>', "ONNX's operator set, 13 to 22 (13, which most programs read)", number)
  .action(async (model, flags) => finishWith(await exportModel(model, flags)))

program
  .command('show')
  .argument('<file>', 'weights, a model or arrays, whoever wrote them; or a run folder')
  .description('what is in a file: tensors, operators, what it says of itself, what Gentle can do with it')
  .option('--weights-key <name>', 'of those in a checkpoint with several: such as state_dict')
  .option('--json', 'print JSON')
  .action(async (file, flags) => finishWith(await show(file, flags)))

program
  .command('diff')
  .argument('<a>', 'a file as `gentle show` takes it, or a run folder')
  .argument('<b>', 'another, of the same format or not')
  .description('how two models differ: what only one has, shapes, types, and values by how much')
  .option('--weights-key <name>', 'of those in a checkpoint with several: such as state_dict')
  .option('--json', 'print JSON')
  .action(async (a, b, flags) => finishWith(await diff(a, b, flags)))

const dataCommand = program
  .command('data')
  .argument('<name>', [...dataNames, ...pairNames, 'speech:DIR', 'speech:MANIFEST'].join(', '))
  .description('what is in a data set')
  .option('--seed <n>', 'by which validation is split off (0)', number)
  .option('--validation <n>', 'examples to split off', number)
  .option('--strict', 'refuse data of which anything is broken, instead of leaving it out or mending it')
  .option(
    '--label <column>',
    'of a table: the column with the classes, its name or its number from 0 (seen by name and content)',
  )
  .option('--json', 'print JSON')
  .action((name, flags) => data(name, flags))

dataCommand
  .command('describe')
  .argument('<name>', dataNames.join(', '))
  .description('classes, sizes, mean and deviation, duplicates, broken files, and a sheet of pictures')
  .option('--seed <n>', 'by which parts are split off (0)', number)
  .option('--validation <n>', 'examples to split off', number)
  .option(
    '--label <column>',
    'of a table: the column with the classes, its name or its number from 0 (seen by name and content)',
  )
  .option('--resize <n>', 'look at image files at n x n (64; 256 with boxes or masks)', number)
  .option('--strict', 'refuse data of which anything is broken, instead of leaving it out or mending it')
  .option('--out <file>', 'write some pictures of every class as one, such as contact-sheet.png')
  .option('--json', 'print JSON')
  .action((name, _, command) => describe(name, command.optsWithGlobals()))

program
  .command('metrics')
  .description('how good predictions in files are, whoever made them')
  .requiredOption('--task <name>', scoredTasks.join(' or '))
  .requiredOption('--truth <path>', 'COCO annotations')
  .requiredOption('--predictions <path>', 'COCO results: a list of { image_id, category_id, bbox, score }')
  .option('--strict', 'refuse a truth of which anything is left out or mended')
  .option('--curves <file>', 'draw precision and recall of each category, at an IoU of 0.5, as .svg')
  .option('--json', 'print JSON')
  .action(async (flags) => finishWith(await metrics(flags)))

program
  .command('filter')
  .argument('[image]', 'a picture, whose numbers are its bytes, 0 to 255; or numbers as .npy or .csv')
  .description("slide a kernel over a picture, by default as Octave's conv2")
  .option('--kernel <rows>', "its numbers, such as '1 0 -1; 1 0 -1; 1 0 -1'")
  .option('--preset <name>', 'a kernel by name, such as sobel-x or gaussian:size=7,sigma=2')
  .option('--list', 'print the presets with their numbers')
  .option('--out <file>', '.png, .jpg or .webp; .npy or .csv for the raw numbers')
  .option('--channels <how>', 'grey: turn colours to grey first; each: every channel on its own', 'grey')
  .option('--stride <SxT>', 'pixels from window to window, down x across (1)')
  .option('--dilation <SxT>', 'pixels from weight to weight, down x across (1)')
  .option('--shape <name>', 'full, same or valid (full)')
  .option('--operation <name>', 'convolution, which turns the kernel by 180 degrees, or correlation (convolution)')
  .option('--padding <name>', 'beyond the edge: zero, reflect, replicate or wrap (zero)')
  .option('--abs', 'take absolute values')
  .option('--normalize', 'stretch the result: its least number becomes 0, its largest 1')
  .option('--explain <X,Y>', 'print how the number of one output pixel comes about')
  .action(async (image, flags) => finishWith(await filter(image, flags)))

/** Tells an error in one line and gives the exit code. */
function tell(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.done
    const line = error.message
      .replace(/^error: /, '')
      .replace(/\n+\(?/g, '; ')
      .replace(/\)$/, '')
    process.stderr.write(error.code === 'commander.help' ? `${program.helpInformation()}` : `gentle: ${line}\n`)
    return exitCodes.usage
  }
  const [line] = (error instanceof Error ? error.message : String(error)).split('\n')
  process.stderr.write(`gentle: ${line}\n`)
  const ours = error instanceof UsageError || error instanceof GentleError
  const failed = error instanceof DivergenceError || error instanceof MemoryError || error instanceof InternalError
  return ours && !failed ? exitCodes.usage : exitCodes.failed
}

try {
  const [word] = process.argv.slice(2)
  const commands = program.commands.map((command) => command.name())
  if (word !== undefined && !word.startsWith('-') && word !== 'help' && !commands.includes(word))
    throw unknownChoice('command', word, commands)
  await program.parseAsync()
} catch (error) {
  process.exitCode = tell(error)
}
