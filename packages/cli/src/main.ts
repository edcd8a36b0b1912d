#!/usr/bin/env node
/**
 * The command line of Gentle. All commands are named here; what one takes is declared in commands/, and only the command that is asked for is loaded, with what it
 * needs of the library.
 */
import { Command, CommanderError } from 'commander'
import { readersGone } from './terminal/readers.ts'
import { version } from './version.ts'

interface CommandEntry {
  readonly about: string
  /** Declares arguments, options and what it does. */
  load(): Promise<{ declare(command: Command): void }>
  /** Whether it tells about all the others. */
  readonly ofAll?: boolean
  readonly hidden?: boolean
}

const commands: Readonly<Record<string, CommandEntry>> = {
  train: {
    about: 'train a network and save everything about it in a run folder',
    load: () => import('./commands/train.ts'),
  },
  sweep: {
    about: 'train with different settings and rank them by their scores on validation',
    load: () => import('./commands/sweep.ts'),
  },
  slurm: {
    about: 'write the script by which SLURM starts a training by several processes, each line explained',
    load: () => import('./commands/slurm.ts'),
  },
  report: {
    about: 'write report.html in a run folder: one page with curves, mistakes, calibration, settings and times',
    load: () => import('./commands/report.ts'),
  },
  'lr-find': {
    about: 'find a learning rate: train for some steps at rates that grow, and draw the loss over them',
    load: () => import('./commands/lr-find.ts'),
  },
  eval: {
    about: 'evaluate a trained model: loss, accuracy and other metrics',
    load: () => import('./commands/eval.ts'),
  },
  runs: {
    about:
      'list trainings with their scores and curves; compare some: settings, curves, and whether it is more than noise',
    load: () => import('./commands/runs.ts'),
  },
  predict: {
    about: 'classify pictures, find objects in them, or run a model on a tensor',
    load: () => import('./commands/predict.ts'),
  },
  transcribe: { about: 'turn speech into text', load: () => import('./commands/transcribe.ts') },
  translate: { about: 'translate texts', load: () => import('./commands/translate.ts') },
  summary: {
    about: 'show the layers of a network: shapes, parameters, FLOPs, memory',
    load: () => import('./commands/summary.ts'),
  },
  compare: {
    about: 'compare networks: size, cost, time, year and published accuracy, with sources',
    load: () => import('./commands/compare.ts'),
  },
  explain: {
    about: 'show what a network looks at: filters, feature maps, Grad-CAM and occlusion in one picture',
    load: () => import('./commands/explain.ts'),
  },
  augment: { about: 'show what data augmentation does to pictures', load: () => import('./commands/augment.ts') },
  experiment: {
    about: 'run an experiment of the lecture: figures and a chart',
    load: () => import('./commands/experiment.ts'),
  },
  export: {
    about: 'export a trained model to a format that other programs read',
    load: () => import('./commands/export.ts'),
  },
  quantize: {
    about: 'make a trained classifier compute in 8 bits, and show what that costs, layer by layer',
    load: () => import('./commands/quantize.ts'),
  },
  show: {
    about: 'show what is in a file: tensors, operators, the model card, and what Gentle can do with it',
    load: () => import('./commands/show.ts'),
  },
  diff: {
    about: 'compare two models: tensors that only one has, shapes, types and values',
    load: () => import('./commands/diff.ts'),
  },
  data: { about: 'show what is in a data set', load: () => import('./commands/data.ts') },
  weights: { about: 'download pretrained weights', load: () => import('./commands/weights.ts') },
  metrics: { about: 'score the predictions in a file, from any program', load: () => import('./commands/metrics.ts') },
  filter: {
    about: 'convolve a picture with a kernel, by default as conv2 in Octave',
    load: () => import('./commands/filter.ts'),
  },
  studio: {
    about: 'serve the studio, the lecture in a browser, to this machine',
    load: () => import('./commands/studio.ts'),
  },
  completion: {
    about: 'print the script by which a shell completes commands, options, names and files',
    load: () => import('./commands/completion.ts'),
    ofAll: true,
  },
  manual: {
    about: 'print the source of the manual page',
    load: () => import('./commands/manual.ts'),
    ofAll: true,
    hidden: true,
  },
}

const [word = '', next] = process.argv.slice(2)
const asked = word === 'help' ? next : word

const program = new Command('gentle')
  .description('Deep learning written from scratch: train, evaluate and use neural networks.')
  .version(version)
  .exitOverride()
  .configureOutput({ writeErr: () => {} })
  .configureHelp({ minWidthToWrap: 20, subcommandTerm: (command) => command.name() })

if (process.stdout.listenerCount('error') === 0) process.stdout.on('error', readersGone)

try {
  for (const [name, { about, load, hidden = false }] of Object.entries(commands)) {
    const command = program.command(name, { hidden }).description(about)
    if (name === asked || commands[asked ?? '']?.ofAll) (await load()).declare(command)
  }
  const names = Object.keys(commands)
  if (word !== '' && !word.startsWith('-') && word !== 'help' && !names.includes(word)) {
    const { unknownChoice } = await import('./terminal/usage.ts')
    throw unknownChoice('command', word, names)
  }
  await program.parseAsync()
} catch (error) {
  // The version and the help were told.
  if (error instanceof CommanderError && error.exitCode === 0) process.exitCode = 0
  else process.exitCode = (await import('./terminal/report-error.ts')).reportError(error, program)
}
