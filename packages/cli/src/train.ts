/** `gentle train`: trains a network and keeps everything about it in a run folder. */
import { readFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import {
  type Backend,
  confusion,
  countParameters,
  createModel,
  DivergedTraining,
  type EpochReport,
  type Evaluation,
  evaluate,
  fit,
  loadModel,
  type Model,
  sizeOf,
  wasm,
} from 'gentle-dl'
import type { Splits } from 'gentle-dl/data'
import { confusionSvg, curvesSvg } from './charts.ts'
import { arePoints, openData } from './datasets.ts'
import { writeImage } from './images.ts'
import { watchInterrupts } from './interrupts.ts'
import { commandLine } from './invocation.ts'
import { networkNamed } from './networks.ts'
import { arePictures, report } from './report.ts'
import { RunFolder } from './run-folder.ts'
import { checkSettings, optimizerOf, readConfig, type Settings } from './settings.ts'
import { note, percent, progressView, thousands } from './terminal.ts'
import { exitCodes, UsageError } from './usage.ts'
import { version } from './version.ts'

export interface TrainFlags extends Settings {
  readonly config?: string
  readonly runDir?: string
  readonly resume?: string
  readonly json?: boolean
  readonly quiet?: boolean
}

/** The figures of a finished run: summary.json. */
export interface RunSummary {
  readonly model: string
  readonly data: string
  readonly task: 'classify'
  readonly seed: number
  readonly epochs: number
  /** The epoch whose weights are the best, and were tested. */
  readonly bestEpoch: number
  readonly threads: number
  readonly parameters: number
  readonly train: Evaluation
  readonly validation: Evaluation
  readonly test: Evaluation
  readonly imagesPerSecond: number
  readonly seconds: number
}

/** Settings that a run is made of, all of them decided. */
interface Plan {
  readonly settings: Settings
  readonly model: string
  readonly data: string
  readonly seed: number
  readonly epochs: number
  readonly batchSize: number
}

function planOf(
  model: string | undefined,
  flags: TrainFlags,
  stored: Settings,
): Settings & { model: string; data: string } {
  const { config, runDir: _, resume: __, json: ___, quiet: ____, ...given } = flags
  const fromFlags = checkSettings({ ...given, ...(model === undefined ? {} : { model }) }, 'flags')
  const settings = { ...stored, ...(config === undefined ? {} : readConfig(config)), ...fromFlags }
  if (settings.model === undefined) throw new UsageError('no model is named; give one, as in: gentle train lenet5')
  return {
    ...settings,
    model: settings.model,
    data: settings.data ?? (settings.model === 'lenet5' ? 'mnist' : 'moons'),
  }
}

/** Runs the command. Gives the exit code. */
export async function train(model: string | undefined, flags: TrainFlags): Promise<number> {
  const resumed = flags.resume === undefined ? undefined : RunFolder.open(flags.resume)
  const stored =
    resumed === undefined ? {} : checkSettings(resumed.readJson('run.json').settings, resumed.file('run.json'))
  const settings = planOf(model, flags, stored)
  const network = networkNamed(settings.model)
  const seed = settings.seed ?? 0
  const splits = await openData(settings.data, { seed, validation: settings.validation })
  const purpose = { classes: splits.train.classes?.length ?? 1, points: arePoints(splits) }
  const recipe = network.recipe(purpose)
  const optimizer = optimizerOf(settings, recipe)
  const plan: Plan = {
    settings,
    model: settings.model,
    data: settings.data,
    seed,
    epochs: settings.epochs ?? recipe.epochs,
    batchSize: Math.min(settings.batchSize ?? recipe.batchSize, splits.train.length),
  }

  const backend = await wasm({ threads: settings.threads ?? availableParallelism() })
  const made = await createModel(network.build(purpose), splits.train.inputShape, {
    seed,
    classes: splits.train.classes,
    backend,
  })
  const run = resumed ?? RunFolder.create(`${plan.model}-${plan.data.replace(/[^\w-]+/g, '-')}`, flags.runDir)
  if (resumed === undefined) run.writeJson('run.json', describeRun(plan, backend))
  const progress = await resumed?.loadProgress()
  if (!flags.quiet)
    note(
      [
        `${plan.model}: ${thousands(countParameters(made))} parameters; ${backend.name}`,
        `${plan.data}: ${thousands(splits.train.length)} training, ${thousands(splits.validation.length)} validation, ${thousands(splits.test.length)} test examples`,
      ].join('\n'),
    )

  const started = performance.now()
  const view = progressView(plan.epochs, plan.batchSize, flags.quiet === true || flags.json === true)
  const abort = new AbortController()
  const endWatch = watchInterrupts(
    () => abort.abort(),
    () => {
      view.end()
      process.exit(exitCodes.interrupted)
    },
  )
  const history: EpochReport[] = []
  try {
    const result = await fit(made, splits.train, {
      validation: splits.validation,
      optimizer,
      batchSize: plan.batchSize,
      epochs: plan.epochs,
      seed,
      keep: 'last',
      progress,
      signal: abort.signal,
      onStep: (step) => view.step(step),
      async onEpoch(epoch, trained, progressNow) {
        const best = isBest(epoch, run)
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
    return await finish(run, plan, splits, backend, history, (performance.now() - started) / 1000, flags)
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

/** Whether an epoch's validation beats all epochs before it in the run, those before an interruption included. */
function isBest({ validation }: EpochReport, run: RunFolder): boolean {
  if (validation === undefined) return true
  return run
    .validations()
    .every(
      (earlier) =>
        validation.accuracy > earlier.accuracy ||
        (validation.accuracy === earlier.accuracy && validation.loss < earlier.loss),
    )
}

function epochLine(
  { epoch, train: learned, validation, imagesPerSecond }: EpochReport,
  epochs: number,
  best: boolean,
): string {
  const checked =
    validation === undefined ? '' : `  validation ${validation.loss.toFixed(4)} ${percent(validation.accuracy)}`
  return `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}  train ${learned.loss.toFixed(4)} ${percent(learned.accuracy)}${checked}  ${thousands(imagesPerSecond)}/s${best ? '  best' : ''}`
}

function describeRun({ settings, model, data, seed, epochs, batchSize }: Plan, backend: Backend) {
  return {
    command: process.argv.slice(2),
    settings: { ...settings, model, data, seed, epochs, batchSize },
    versions: { gentle: version, node: process.versions.node },
    machine: {
      platform: process.platform,
      architecture: process.arch,
      processor: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
    },
    backend: backend.name,
    started: new Date().toISOString(),
  }
}

/** Looks at the test set once, with the best weights, and tells everything. */
async function finish(
  run: RunFolder,
  plan: Plan,
  splits: Splits,
  backend: Backend,
  history: readonly EpochReport[],
  seconds: number,
  flags: TrainFlags,
): Promise<number> {
  const best: Model = await loadModel(await readFile(run.file('weights/best.safetensors')), {
    name: 'best weights',
    backend,
  })
  const test = await evaluate(best, splits.test)
  const validation = await evaluate(best, splits.validation)
  const matrix = await confusion(best, splits.test)
  const last = history.at(-1)
  const trained = history.reduce((sum, epoch) => sum + epoch.seconds, 0)
  const summary: RunSummary = {
    model: plan.model,
    data: plan.data,
    task: 'classify',
    seed: plan.seed,
    epochs: plan.epochs,
    bestEpoch: bestEpochOf(run),
    threads: backend.threads,
    parameters: countParameters(best),
    train: last?.train ?? (await evaluate(best, splits.train)),
    validation,
    test,
    imagesPerSecond: trained > 0 ? Math.round((history.length * splits.train.length) / trained) : 0,
    seconds: Number(seconds.toFixed(2)),
  }
  run.writeJson('summary.json', summary)
  run.write('confusion.svg', confusionSvg(matrix.counts, splits.test.classes ?? []))
  if (arePictures(splits.test)) {
    const pixels = new Float32Array(sizeOf(splits.test.inputShape))
    splits.test.read([0], pixels, new Int32Array(1))
    await writeImage(run.file('example.png'), pixels, splits.test.inputShape)
  }
  if (flags.json) console.log(JSON.stringify(summary, null, 2))
  else if (!flags.quiet) console.log(report(summary, run.path, splits.test, matrix))
  return exitCodes.done
}

function bestEpochOf(run: RunFolder): number {
  const [first, ...others] = run.validations()
  return others.reduce(
    (best, epoch) =>
      epoch.accuracy > best.accuracy || (epoch.accuracy === best.accuracy && epoch.loss < best.loss) ? epoch : best,
    first,
  ).epoch
}
