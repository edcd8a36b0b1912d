/** `gentle train`: trains a network and keeps everything about it in a run folder. */

import { availableParallelism, cpus } from 'node:os'
import {
  type Backend,
  countParameters,
  createModel,
  DivergedTraining,
  type EpochReport,
  type Evaluation,
  fit,
  type Model,
  pretrainedValues,
  readWeightsFile,
  sizeOf,
  type TrainingState,
  wasm,
} from 'gentle-dl'
import type { Splits } from 'gentle-dl/data'
import { type Profile, traceEvents } from 'gentle-dl/inspect'
import { takesPoints } from 'gentle-dl/models'
import type { TaskName } from 'gentle-dl/vision'
import { plotHistory } from 'gentle-dl-plot'
import { policyOf, policyText } from '../data/policy.ts'
import { measurePeakOfThread } from '../networks/measure.ts'
import { annotatedTask } from '../tasks/annotated-tasks.ts'
import { prepareAnnotated } from '../tasks/prepare-annotated.ts'
import { prepareClassification } from '../tasks/prepare-classification.ts'
import type { NamedSettings, Preparation } from '../tasks/task.ts'
import { watchInterrupts } from '../terminal/interrupts.ts'
import { commandLine } from '../terminal/invocation.ts'
import { note, percent, progressView, terminalWidth, thousands } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'
import { version } from '../version.ts'
import { frozenNames } from './freeze.ts'
import { presetNamed } from './presets.ts'
import { loadTold } from './pretrained.ts'
import { profileText } from './profile-text.ts'
import { RunFolder } from './run-folder.ts'
import {
  checkUnchanged,
  optimizerOf,
  type Plan,
  planOf,
  readConfig,
  type Settings,
  settingsOfFlags,
} from './settings.ts'

export interface TrainFlags extends Settings {
  readonly config?: string
  readonly preset?: string
  readonly runDir?: string
  readonly resume?: string
  /** Tells where the time of a step goes. */
  readonly profile?: boolean
  /** Refuses an image folder with a broken file. */
  readonly strict?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
}

/** The data that a network is trained on unless told otherwise. */
function usualData(model: string, task: TaskName = 'classify'): string {
  if (task !== 'classify') return annotatedTask(task).usualData
  return takesPoints(model) ? 'moons' : 'mnist'
}

/** Settings as given, over those of a run that goes on. */
function settingsFor(
  model: string | undefined,
  { config, preset, runDir, resume: _, json: __, quiet: ___, strict: ____, profile: _____, ...flags }: TrainFlags,
  resumed: RunFolder | undefined,
): Settings & { model: string; data: string } {
  const fromFlags = settingsOfFlags({ ...flags, ...(model === undefined ? {} : { model }) })
  const given = {
    ...(preset === undefined ? {} : presetNamed(preset)),
    ...(config === undefined ? {} : readConfig(config)),
    ...fromFlags,
  }
  const stored = resumed?.settings() ?? {}
  if (given.augment !== undefined) given.augment = policyText('--augment', given.augment)
  if (resumed !== undefined) {
    if (runDir !== undefined) throw new UsageError('--run-dir is for a new run; --resume goes on in its own folder')
    checkUnchanged(given, stored, resumed.path)
  }
  const settings = { ...stored, ...given }
  const { task = 'classify' } = settings
  if (task !== 'classify') settings.model ??= annotatedTask(task).usualModel
  if (settings.model === undefined) throw new UsageError('no model is named; give one, as in: gentle train lenet5')
  return {
    ...settings,
    model: settings.model,
    data: settings.data ?? usualData(settings.model, task),
  }
}

/** What a run that goes on has done so far. @throws UsageError where that is more than it shall do. */
async function resume(run: RunFolder, { epochs }: Plan): Promise<TrainingState> {
  const state = await run.loadState()
  const begun = state.position > 0 ? state.epoch : state.epoch - 1
  if (begun > epochs)
    throw new UsageError(`--epochs is ${epochs}, but ${run.path} has done more; expected at least ${begun}`)
  // What was written of epochs whose weights were not is dropped.
  run.writeMetrics(state.history)
  return state
}

/** What prepares a training of each task. */
function prepare(settings: NamedSettings, strict: boolean): Promise<Preparation> {
  const { task = 'classify' } = settings
  return task === 'classify'
    ? prepareClassification(settings, strict)
    : prepareAnnotated(annotatedTask(task), settings, strict)
}

/** Keeps a profile in the run folder, and prints it: beside the results where those are for a program. */
function tellProfile(profile: Profile, { model, batchSize }: Plan, peak: number, run: RunFolder, flags: TrainFlags) {
  run.write('profile.json', JSON.stringify(traceEvents(profile)))
  if (flags.quiet) return
  const text = profileText(`A step of ${model} on ${batchSize} examples`, profile, peak, terminalWidth())
  if (flags.json) note(text)
  else console.log(text)
  note(
    `${run.file('profile.json')}: each call of a kernel; load it in the Performance panel of a Chromium browser's developer tools, or in chrome://tracing`,
  )
}

/** Runs the command. Gives the exit code. */
export async function train(model: string | undefined, flags: TrainFlags): Promise<number> {
  const resumed = flags.resume === undefined ? undefined : RunFolder.open(flags.resume)
  const settings = settingsFor(model, flags, resumed)
  const { task = 'classify' } = settings
  const prepared = await prepare(settings, flags.strict === true)
  const { splits, network, head } = prepared
  const plan = planOf(settings, prepared.recipe, {
    examples: splits.train.length,
    threads: Math.min(availableParallelism(), 64),
  })
  const optimizer = optimizerOf(plan)
  const learned =
    plan.augment === undefined ? splits.train : prepared.augmented(policyOf('--augment', plan.augment), plan.seed)
  const { inputShape } = splits.train
  // A run that goes on has the weights of its own.
  const pretrained =
    plan.pretrained === undefined || resumed !== undefined
      ? undefined
      : { file: plan.pretrained, ...(await readWeightsFile(plan.pretrained)) }
  const state = resumed && (await resume(resumed, plan))

  const backend = await wasm({ threads: plan.threads, wideVectors: plan.wideVectors })
  const made = await createModel(network, inputShape, {
    seed: plan.seed,
    classes: prepared.classes,
    backend,
    ...(pretrained === undefined ? {} : { firstValues: pretrainedValues(pretrained.tensors, plan.seed) }),
  })
  const frozen = frozenNames(plan.freeze ?? [], [...made.parameters.keys()], head)
  const matching =
    pretrained &&
    (await loadTold(made, pretrained.tensors, {
      file: pretrained.file,
      name: plan.model,
      head,
      quiet: flags.quiet === true,
    }))
  const run = resumed ?? RunFolder.create(task, `${plan.model}-${plan.data.replace(/[^\w-]+/g, '-')}`, flags.runDir)
  run.writeJson('run.json', {
    ...describeRun(plan, splits, backend, resumed?.readJson('run.json')),
    ...(matching === undefined ? {} : { pretrained: { file: plan.pretrained, ...matching } }),
    ...(frozen.size === 0 ? {} : { frozen: [...frozen] }),
  })
  if (!flags.quiet)
    note(
      [
        `${plan.model}: ${thousands(countParameters(made))} parameters${frozen.size === 0 ? '' : `, ${thousands(countFrozen(made, frozen))} of them frozen`}; ${backend.name}`,
        `${plan.data}: ${thousands(splits.train.length)} training, ${thousands(splits.validation.length)} validation, ${thousands(splits.test.length)} test examples`,
        ...(plan.augment === undefined ? [] : [`augmented: ${plan.augment}`]),
      ].join('\n'),
    )

  const peak = flags.profile ? await measurePeakOfThread(backend) : 0
  const started = performance.now()
  const view = progressView(plan.epochs, {
    batchSize: plan.batchSize,
    quiet: flags.quiet === true,
    score: prepared.validate === undefined ? { of: prepared.monitor, name: prepared.scoreName } : undefined,
  })
  const abort = new AbortController()
  const endWatch = watchInterrupts(
    () => abort.abort(),
    () => {
      view.end()
      process.exit(exitCodes.interrupted)
    },
  )
  const earlier = (state?.history ?? []).reduce((sum, epoch) => sum + epoch.seconds, 0)
  try {
    const result = await fit(made, learned, {
      loss: prepared.loss,
      metrics: prepared.metrics,
      monitor: prepared.monitor,
      validation: splits.validation,
      validate: prepared.validate,
      optimizer,
      batchSize: plan.batchSize,
      epochs: plan.epochs,
      seed: plan.seed,
      keep: 'last',
      freeze: (name) => frozen.has(name),
      state,
      signal: abort.signal,
      onStep: (step) => view.step(step),
      onProfile: flags.profile ? (profile) => tellProfile(profile, plan, peak, run, flags) : undefined,
      async onEpoch(report, trainer) {
        run.writeMetrics(trainer.history)
        await run.saveWeights('last', trainer.model, task)
        if (report.best) await run.saveWeights('best', trainer.model, task)
        run.saveState(await trainer.state())
        run.write(
          'curves.svg',
          plotHistory(trainer.history, { metric: prepared.monitor, metricLabel: prepared.scoreName }),
        )
        view.epoch(epochLine(report, plan.epochs, prepared))
      },
    })
    view.end()
    if (result.interrupted) {
      await run.saveWeights('last', result.model, task)
      run.saveState(result.state)
      note(
        `stopped after step ${thousands(result.state.step)}; everything is in ${run.path}\nto go on: ${commandLine('train', '--resume', run.path)}`,
      )
      return exitCodes.interrupted
    }
    const seconds = earlier + (performance.now() - started) / 1000
    return await prepared.finish({ run, plan, backend, history: result.history, seconds, flags })
  } catch (error) {
    view.end()
    if (!(error instanceof DivergedTraining)) throw error
    const epochs = error.history.length
    const kept =
      epochs > 0
        ? `the weights of epoch ${epochs} are in ${run.path}`
        : `no epoch was finished; settings are in ${run.path}`
    note(`gentle: ${error.message.replace(/^training: /, '')}; ${kept}`)
    return exitCodes.failed
  } finally {
    endWatch()
    await backend.close()
  }
}

/** Number of learned numbers that stay as they are. */
const countFrozen = ({ parameters }: Model, frozen: ReadonlySet<string>): number =>
  [...frozen].reduce((total, name) => total + sizeOf(parameters.get(name)!.shape), 0)

function epochLine(
  { epoch, train: learned, validation, examplesPerSecond, best }: EpochReport,
  epochs: number,
  { monitor, scoreName }: Preparation,
): string {
  const scoreOf = (part: Evaluation): string => {
    const score = part[monitor]
    const named = monitor === 'accuracy' ? '' : `${scoreName} `
    return score === undefined ? '' : ` ${named}${percent(Math.max(0, score))}`
  }
  const checked = validation === undefined ? '' : `  validation ${validation.loss.toFixed(4)}${scoreOf(validation)}`
  return `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}  train ${learned.loss.toFixed(4)}${scoreOf(learned)}${checked}  ${thousands(examplesPerSecond)}/s${best ? '  best' : ''}`
}

/** run.json: of a run that goes on, what is there and what changed. */
function describeRun(
  plan: Plan,
  { train, validation, test }: Splits,
  backend: Backend,
  earlier?: Record<string, unknown>,
) {
  const now = new Date().toISOString()
  const made = {
    command: process.argv.slice(2),
    versions: { gentle: version, node: process.versions.node },
    machine: {
      platform: process.platform,
      architecture: process.arch,
      processor: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
    },
    examples: { train: train.length, validation: validation.length, test: test.length },
    backend: backend.name,
    started: now,
  }
  return { ...(earlier === undefined ? made : { ...earlier, resumed: now }), settings: plan }
}
