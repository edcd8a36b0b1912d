/** `gentle train`: trains a network and keeps everything about it in a run folder. */
import { availableParallelism, cpus } from 'node:os'
import {
  type Backend,
  countParameters,
  createModel,
  crossEntropy,
  DivergedTraining,
  type EpochReport,
  fit,
  type Loss,
  type Model,
  type Shape,
  sizeOf,
  wasm,
} from 'gentle-dl'
import { augmented, classWeights, type Dataset, type Splits } from 'gentle-dl/data'
import { curvesSvg } from './charts.ts'
import { arePoints, openData } from './datasets.ts'
import { checkEnoughPixels } from './enough-pixels.ts'
import { finish } from './finish.ts'
import { frozenNames } from './freeze.ts'
import { watchInterrupts } from './interrupts.ts'
import { commandLine } from './invocation.ts'
import { isBest } from './metrics.ts'
import { networkNamed, takesPoints } from './networks.ts'
import { policyOf, policyText } from './policy.ts'
import { loadPretrained, storedFirst } from './pretrained.ts'
import { resized } from './resize.ts'
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
import { headOf } from './structure.ts'
import { note, percent, progressView, thousands } from './terminal.ts'
import { exitCodes, UsageError } from './usage.ts'
import { version } from './version.ts'
import { readWeightsFile } from './weights-file.ts'

export interface TrainFlags extends Settings {
  readonly config?: string
  readonly runDir?: string
  readonly resume?: string
  /** Refuses an image folder with a broken file. */
  readonly strict?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
}

/** The data that a network is trained on unless told otherwise. */
const usualData = (model: string): string => (takesPoints(model) ? 'moons' : 'mnist')

/** Settings as given, over those of a run that goes on. */
function settingsFor(
  model: string | undefined,
  { config, runDir, resume: _, json: __, quiet: ___, strict: ____, ...flags }: TrainFlags,
  resumed: RunFolder | undefined,
): Settings & { model: string; data: string } {
  const fromFlags = settingsOfFlags({ ...flags, ...(model === undefined ? {} : { model }) })
  const given = { ...(config === undefined ? {} : readConfig(config)), ...fromFlags }
  const stored = resumed?.settings() ?? {}
  if (given.augment !== undefined) given.augment = policyText('--augment', given.augment)
  if (resumed !== undefined) {
    if (runDir !== undefined) throw new UsageError('--run-dir is for a new run; --resume goes on in its own folder')
    checkUnchanged(given, stored, resumed.path)
  }
  const settings = { ...stored, ...given }
  if (settings.model === undefined) throw new UsageError('no model is named; give one, as in: gentle train lenet5')
  return {
    ...settings,
    model: settings.model,
    data: settings.data ?? usualData(settings.model),
  }
}

/** What a run that goes on has done so far. @throws UsageError where that is more than it shall do. */
async function resume(run: RunFolder, { epochs, batchSize }: Plan, examples: number) {
  const progress = await run.loadProgress()
  const done = progress.steps / Math.ceil(examples / batchSize)
  if (done > epochs)
    throw new UsageError(`--epochs is ${epochs}, but ${run.path} has done more; expected at least ${Math.ceil(done)}`)
  return { progress, history: run.history(Math.floor(done)) }
}

/** The data of a training, at the size that is asked for; image files at the network's usual one unless asked. */
async function openSplits(
  { data, seed = 0, validation, resize: size }: Settings & { data: string },
  [, ...usual]: Shape,
  strict: boolean | undefined,
): Promise<Splits> {
  const splits = await openData(data, { seed, validation, size: size ?? (usual as [number, number]), strict })
  if (size === undefined) return splits
  const { train, validation: chosen, test } = splits
  return { train: resized(train, size), validation: resized(chosen, size), test: resized(test, size) }
}

/** Runs the command. Gives the exit code. */
export async function train(model: string | undefined, flags: TrainFlags): Promise<number> {
  const resumed = flags.resume === undefined ? undefined : RunFolder.open(flags.resume)
  const settings = settingsFor(model, flags, resumed)
  const network = networkNamed(settings.model)
  const splits = await openSplits(settings, network.inputShape, flags.strict)
  const purpose = { classes: splits.train.classes?.length ?? 1, points: arePoints(splits) }
  const plan = planOf(settings, network.recipe(purpose), {
    examples: splits.train.length,
    threads: Math.min(availableParallelism(), 64),
  })
  const optimizer = optimizerOf(plan)
  const learned =
    plan.augment === undefined
      ? splits.train
      : augmented(splits.train, policyOf('--augment', plan.augment), { seed: plan.seed })
  const { inputShape } = splits.train
  const layer = network.build(purpose)
  checkEnoughPixels(plan.model, layer, inputShape)
  const head = new Set(headOf((classes) => network.build({ ...purpose, classes }), inputShape).keys())
  // A run that goes on has the weights of its own.
  const pretrained =
    plan.pretrained === undefined || resumed !== undefined
      ? undefined
      : { file: plan.pretrained, ...(await readWeightsFile(plan.pretrained, '--pretrained')) }
  const { progress, history } = resumed
    ? await resume(resumed, plan, splits.train.length)
    : { progress: undefined, history: [] as EpochReport[] }

  const backend = await wasm({ threads: plan.threads })
  const made = await createModel(layer, inputShape, {
    seed: plan.seed,
    classes: splits.train.classes,
    backend,
    ...(pretrained === undefined ? {} : { firstValues: storedFirst(pretrained.tensors, plan.seed) }),
  })
  const frozen = frozenNames(plan.freeze ?? [], [...made.parameters.keys()], head)
  const matching =
    pretrained &&
    (await loadPretrained(made, pretrained.tensors, {
      file: pretrained.file,
      name: plan.model,
      head,
      quiet: flags.quiet === true,
    }))
  const run = resumed ?? RunFolder.create(`${plan.model}-${plan.data.replace(/[^\w-]+/g, '-')}`, flags.runDir)
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

  const started = performance.now()
  const view = progressView(plan.epochs, plan.batchSize, flags.quiet === true)
  const abort = new AbortController()
  const endWatch = watchInterrupts(
    () => abort.abort(),
    () => {
      view.end()
      process.exit(exitCodes.interrupted)
    },
  )
  const earlier = history.reduce((sum, epoch) => sum + epoch.seconds, 0)
  try {
    const result = await fit(made, learned, {
      loss: lossOf(plan, splits.train),
      validation: splits.validation,
      optimizer,
      batchSize: plan.batchSize,
      epochs: plan.epochs,
      seed: plan.seed,
      keep: 'last',
      freeze: (name) => frozen.has(name),
      progress,
      signal: abort.signal,
      onStep: (step) => view.step(step),
      async onEpoch(epoch, trained, progressNow) {
        const best = isBest(epoch.validation, history)
        history.push({ ...epoch, best })
        await run.addMetrics(epoch)
        await run.saveWeights('last', trained)
        if (best) await run.saveWeights('best', trained)
        run.saveProgress(await progressNow(), trained)
        run.write('curves.svg', curvesSvg(history))
        view.epoch(epochLine(epoch, plan.epochs, best))
      },
    })
    view.end()
    if (result.interrupted) {
      await run.saveWeights('last', result.model)
      run.saveProgress(result.progress, result.model)
      note(
        `stopped after step ${thousands(result.progress.steps)}; everything is in ${run.path}\nto go on: ${commandLine('train', '--resume', run.path)}`,
      )
      return exitCodes.interrupted
    }
    return await finish(run, plan, splits, backend, history, earlier + (performance.now() - started) / 1000, flags)
  } catch (error) {
    view.end()
    if (!(error instanceof DivergedTraining)) throw error
    const kept =
      history.length > 0
        ? `the weights of epoch ${history.length} are in ${run.path}`
        : `no epoch was finished; settings are in ${run.path}`
    note(`gentle: ${error.message.replace(/^fit: /, '')}; ${kept}`)
    return exitCodes.failed
  } finally {
    endWatch()
    await backend.close()
  }
}

/** The cross-entropy, with classes weighted as asked for. */
function lossOf({ classWeights: weighting }: Plan, train: Dataset): Loss {
  if (weighting !== 'balanced') return crossEntropy
  const weights = classWeights(train)
  return (logits, labels) => crossEntropy(logits, labels, { classWeights: weights })
}

/** Number of learned numbers that stay as they are. */
const countFrozen = ({ parameters }: Model, frozen: ReadonlySet<string>): number =>
  [...frozen].reduce((total, name) => total + sizeOf(parameters.get(name)!.shape), 0)

function epochLine(
  { epoch, train: learned, validation, imagesPerSecond }: EpochReport,
  epochs: number,
  best: boolean,
): string {
  const checked =
    validation === undefined ? '' : `  validation ${validation.loss.toFixed(4)} ${percent(validation.accuracy)}`
  return `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}  train ${learned.loss.toFixed(4)} ${percent(learned.accuracy)}${checked}  ${thousands(imagesPerSecond)}/s${best ? '  best' : ''}`
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
