/** `gentle train`: trains a network and keeps everything about it in a run folder. */
import { existsSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import {
  type AnyModel,
  type Backend,
  type Checkpoints,
  countParameters,
  DivergedTraining,
  type EpochReport,
  namedAsNetwork,
  parameterShapes,
  pretrainedHead,
  pretrainedValues,
  type RankTimes,
  type RunFolder,
  reference,
  runTraining,
  stepsOf,
  type Trainer,
} from 'gentle-dl'
import type { AnyDataset, Dataset, DividedWork, NamedDataset } from 'gentle-dl/data'
import { type Profile, type RunScore, traceEvents } from 'gentle-dl/inspect'
import { takesPoints } from 'gentle-dl/models'
import { targetsOf } from '../data/datasets.ts'
import { digestsOf } from '../data/digest.ts'
import { networkNamed, networkNames } from '../models/networks.ts'
import { checkKey } from '../models/open-model.ts'
import { measurePeakOfThread } from '../networks/measure.ts'
import { reportAtEnd } from '../report/write-report.ts'
import { checkRegression } from '../tasks/prepare-regression.ts'
import { sequenceTasks } from '../tasks/sequence-tasks.ts'
import type { NamedSettings, Once, Preparation } from '../tasks/task.ts'
import type { AnyTaskName } from '../tasks/task-names.ts'
import { checkLimits } from '../tasks/used-examples.ts'
import { watchInterrupts } from '../terminal/interrupts.ts'
import { commandLine, commandLineOfRanks } from '../terminal/invocation.ts'
import { type ProgressView, progressView } from '../terminal/progress.ts'
import { note, print, terminalWidth, thousands } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'
import { amongRanks, type Company } from './among-ranks.ts'
import { cardOf, saveMeasured } from './card.ts'
import { checkSameData, openBackend } from './check-resumed.ts'
import { networkFor } from './choose-network.ts'
import { settingsFor, type TrainFlags } from './choose-settings.ts'
import { describeRun } from './describe-run.ts'
import { modelFor, trainerFor } from './either-kind.ts'
import { epochLines } from './epoch-lines.ts'
import { fastDevRun } from './fast-dev-run.ts'
import { checkFineTuning, fineTuningSettings, frozenIn } from './fine-tuning.ts'
import { frozenNames } from './freeze.ts'
import { lossWatch } from './loss-watch.ts'
import { overfitSettings, overfitText } from './overfit.ts'
import { prepare, type Resumed } from './prepare.ts'
import { loadAndReport, type Pretrained } from './pretrained.ts'
import { type PretrainedSource, pretrainedSource } from './pretrained-source.ts'
import { profileText } from './profile-text.ts'
import { rankTimesText } from './rank-times-text.ts'
import { checkpointsOf, repairRun, secondsIn } from './run-checkpoints.ts'
import { createRun, describedRun, lockRun, openRun, runFormat } from './run-folder.ts'
import { highestRate, optimizerOf, type Plan, planOf, type Settings } from './settings.ts'
import { tensorboardFile } from './tensorboard.ts'
import { type EventStream, eventStream, linesOnOutput } from './train-events.ts'
import { beginning } from './train-text.ts'

/** A training with everything read that it needs, before anything is made for it. */
interface Planned {
  readonly flags: TrainFlags
  readonly task: AnyTaskName
  readonly plan: Plan
  readonly prepared: Preparation
  /** The training examples, changed at random where that is asked for. */
  readonly learned: AnyDataset
  readonly resumed?: Resumed
  /** The folder of a run that goes on, or starts again because nothing was saved of it. */
  readonly run?: RunFolder
  /** Weights to begin with; a run that goes on has its own. */
  readonly pretrained?: Pretrained
}

/** A training with its model and its folder. */
interface Begun extends WithTrainer {
  readonly run: RunFolder
  readonly checkpoints: Checkpoints
  readonly events: EventStream
}

/** @throws UsageError where a run that goes on has done more than it shall do. */
function checkResumed({ run, state }: Resumed, { epochs }: Plan): void {
  const begun = state.position > 0 ? state.epoch : state.epoch - 1
  if (begun > epochs)
    throw new UsageError(
      `--epochs is ${epochs}, but ${run.path} has already been trained for longer; expected at least ${begun}`,
    )
}

const alone: Once = (work) => work()

/** Chooses a network for data alone, and tells which and why. */
async function withNetwork(
  model: string | undefined,
  flags: TrainFlags,
  once: Once,
): Promise<{ readonly model: string | undefined; readonly flags: TrainFlags }> {
  const { data, task = 'classify', resume, preset, config, pretrained } = flags
  const isAlone = [resume, preset, config, pretrained].every((each) => each === undefined)
  if (model !== undefined || data === undefined || task !== 'classify' || !isAlone || isSequenceData(data))
    return { model, flags }
  const { model: chosen, size, why } = await once(() => networkFor(data, flags))
  if (!flags.quiet) note(`${chosen}, as no network is named: ${why}`)
  return { model: chosen, flags: { ...flags, resize: flags.resize ?? size } }
}

/** Whether data is named that networks of sequences learn. */
const isSequenceData = (data: string): boolean =>
  sequenceTasks.some(({ dataNames }) => dataNames.some((name) => data.startsWith(`${name.split(':')[0]}:`)))

/** The task of a table: regression where its labels are numbers to predict, unless a task is named. */
function withTask(settings: NamedSettings, { quiet }: TrainFlags): NamedSettings {
  const { task, model, data, label } = settings
  if (task !== undefined || !takesPoints(model) || targetsOf(data, label) === 'classes') return settings
  if (!quiet) note('the labels are numbers to predict: --task regress (--task classify takes each for a class)')
  return { ...settings, task: 'regress' }
}

/** What is read and computed for a training before its plan: the data, the network, what weights it begins with. */
interface Groundwork {
  readonly flags: TrainFlags
  readonly settings: NamedSettings
  readonly prepared: Preparation
  readonly run?: RunFolder
  readonly resumed?: Resumed
  readonly pretrained?: Pretrained
}

type Settled = Pick<Groundwork, 'flags' | 'settings' | 'run'>

/** What is set and asked for. @throws UsageError for what is none or does not go together, before anything is read. */
async function settle(named: string | undefined, given: TrainFlags, once: Once = alone): Promise<Settled> {
  if (given.json && given.jsonLines)
    throw new UsageError('--json-lines does not go with --json: its last line has the summary')
  const { stopAfter = 1 } = given
  if (!Number.isInteger(stopAfter) || stopAfter < 1)
    throw new UsageError(`--stop-after is ${stopAfter}; expected a whole number of epochs of at least 1`)
  const { model, flags } = await withNetwork(named, given, once)
  const run = flags.resume === undefined ? undefined : openRun(flags.resume)
  const settings = withTask(settingsFor(model, flags, run), flags)
  checkLimits(settings)
  if (settings.task === 'regress') checkRegression(settings)
  // Before anything is computed, and again with what was chosen.
  checkFineTuning(settings)
  return { flags, settings, ...(run === undefined ? {} : { run }) }
}

/** @param options `trials`: how short trainings are made that choose settings nobody gave, where the task does that; undefined where they are not; `divide`: as `Opening` has it */
async function groundworkFor(
  { flags, settings, run }: Settled,
  { trials, divide }: { readonly trials?: Once; readonly divide?: DividedWork | undefined } = {},
): Promise<Groundwork> {
  const resumed = run?.hasState() ? { run, state: run.loadState() } : undefined
  if (run !== undefined && resumed === undefined && flags.quiet !== true)
    note(`${run.path} was stopped before its first epoch was saved; it starts again from its first step`)
  const source = resumed === undefined ? await sourceOf(settings, flags) : undefined
  const prepared = await prepare(settings, { ...flags, trials, divide }, resumed, source)
  return {
    flags,
    settings,
    prepared,
    ...(run === undefined ? {} : { run }),
    ...(resumed === undefined ? {} : { resumed }),
    ...(source === undefined ? {} : { pretrained: readPretrained(source, prepared) }),
  }
}

/** @throws UsageError for settings that do not go together. */
function planFor({ settings, prepared, pretrained, run }: Omit<Groundwork, 'flags'>, company?: Company): Plan {
  const { splits, recipe } = prepared
  const tuning =
    pretrained === undefined || (settings.task ?? 'classify') !== 'classify'
      ? {}
      : fineTuningSettings(settings, recipe, {
          examples: splits.train.length,
          newHead: hasNewHead(pretrained, prepared),
        })
  const threads = company?.threads ?? Math.min(availableParallelism(), 64)
  const defaults = { augment: prepared.defaultAugment, ...prepared.defaultSettings, ...tuning }
  const whatever = settings.overfitBatches === undefined ? {} : overfitSettings(settings, recipe)
  const ranks = { ...settings, ...(company === undefined ? {} : dividedFor(company, settings, run)) }
  const plan = planOf({ ...ranks, ...whatever }, defaults, recipe, { examples: splits.train.length, threads })
  checkFineTuning(plan)
  return plan
}

/**
 * Micro-batches that ranks compute, and their threads, which are another number where others share the machine.
 * @throws UsageError for a run that goes on and was trained on whole batches.
 */
function dividedFor({ ranks, threads }: Company, settings: NamedSettings, run: RunFolder | undefined): Settings {
  if (run !== undefined && settings.microBatches === undefined)
    throw new UsageError(
      `${run.path} was trained on whole batches, which ranks cannot divide and come to the same weights; continue it without mpirun, or begin a new run`,
    )
  const own = run === undefined ? settings.threads : undefined
  const microBatches = settings.microBatches ?? Math.max(8, 2 ** Math.ceil(Math.log2(ranks.size)))
  return { microBatches, threads: own ?? threads }
}

/** Settles everything that the training depends on. @param company the processes that train together, where there are others */
export async function planTraining(named: string | undefined, given: TrainFlags, company?: Company): Promise<Planned> {
  const once: Once = company === undefined ? alone : (work) => company.ofFirst(work)
  const ground = await groundworkFor(await settle(named, given, once), { trials: once, divide: company?.divide })
  const { flags, settings, prepared, resumed } = ground
  const plan = planFor(ground, company)
  if (flags.profile && (plan.accumulate ?? 1) > 1)
    throw new UsageError('--profile tells of steps of one batch; leave --accumulate out')
  if (flags.profile && plan.syncBatchNorm)
    throw new UsageError(
      '--profile tells of steps of one program, and --sync-batch-norm makes many of it; leave one of the two out',
    )
  if (plan.syncBatchNorm && plan.microBatches === undefined)
    throw new UsageError(
      '--sync-batch-norm is for batches that are divided, by --micro-batches or ranks of mpirun; of others batch norm takes the statistics of the whole batch anyway: leave it out',
    )
  if (plan.syncBatchNorm && plan.remat)
    throw new UsageError(
      '--sync-batch-norm cuts the step at each batch norm and keeps what goes on from there, --remat keeps less of a step in one piece; leave one of the two out',
    )
  if (resumed !== undefined) {
    checkResumed(resumed, plan)
    await checkSameData(resumed.run, plan, prepared)
  }
  const { augment } = plan
  return {
    ...ground,
    task: settings.task ?? 'classify',
    plan,
    learned: augment === undefined ? prepared.splits.train : await prepared.augmented(augment, plan.seed),
  }
}

/** Settings that change nothing of what is read and computed before a plan is made. */
export const ofPlansAlone: readonly (keyof Settings)[] = [
  'epochs',
  'batchSize',
  'baseBatchSize',
  'learningRate',
  'schedule',
  'optimizer',
  'momentum',
  'weightDecay',
  'decayParameters',
  'clipNorm',
  'clipValue',
  'parameterGroup',
  'warmup',
  'ema',
  'accumulate',
  'microBatches',
  'syncBatchNorm',
  'fastSums',
  'patience',
  'headEpochs',
  'firstLayerRate',
  'freeze',
]

/** @throws UsageError for what only an optimizer refuses, or the names of a network's parameters. */
function checkParameters(plan: Plan, { network, splits: { train }, head }: Preparation): void {
  const shapes =
    'applyInputs' in network
      ? parameterShapes(network, (train as NamedDataset).inputs)
      : parameterShapes(network, (train as Dataset).inputShape)
  const names = [...shapes.keys()]
  optimizerOf(plan, names, stepsOf(train.length, plan.batchSize, plan.accumulate))
  frozenNames(plan.freeze ?? [], names, head)
}

/** What one of several trainings would do, and what it is worth by which score. */
export interface PlannedTraining {
  readonly plan: Plan
  readonly score: RunScore
  /** How many examples it is validated on. */
  readonly validation: number
  /** Whether short trainings would choose its augmentation. */
  readonly triesAugment: boolean
}

/**
 * What trainings would do that differ in some settings, but for what short trials would choose; what they have in common is read once.
 * @throws UsageError for one that would be refused.
 */
export async function planTrainings(
  trainings: readonly { readonly model: string | undefined; readonly flags: TrainFlags }[],
): Promise<readonly PlannedTraining[]> {
  const groups = new Map<string, { readonly index: number; readonly settled: Settled }[]>()
  for (const [index, { model, flags }] of trainings.entries()) {
    const given = { ...flags, quiet: true }
    const common = Object.entries(given).filter(([name]) => !ofPlansAlone.includes(name as never))
    const key = JSON.stringify([model, ...common])
    const group = groups.get(key) ?? []
    const first = group[0]?.settled
    // The data, which chose network and task for the first, is not looked at again.
    const chosen = first && { ...given, resize: first.flags.resize, task: first.settings.task ?? 'classify' }
    group.push({ index, settled: await settle(first?.settings.model ?? model, chosen ?? given) })
    groups.set(key, group)
  }
  const planned: PlannedTraining[] = []
  // Each group's data goes before the next is read: all together they may be more than memory holds.
  for (const group of groups.values()) {
    const ground = await groundworkFor(group[0].settled)
    const { monitor, scoreName, isShare = true, splits, recipe } = ground.prepared
    for (const { index, settled } of group) {
      const plan = planFor({ ...ground, ...settled })
      checkParameters(plan, ground.prepared)
      planned[index] = {
        plan,
        score: { monitor, name: scoreName, isShare },
        validation: splits.validation.length,
        triesAugment: plan.augment === undefined && 'augment' in recipe,
      }
    }
  }
  return planned
}

/** Where the weights come from that a new training begins with. */
async function sourceOf(
  settings: NamedSettings,
  { weightsKey, quiet }: TrainFlags,
): Promise<PretrainedSource | undefined> {
  const { pretrained, model, task = 'classify' } = settings
  checkKey(weightsKey, '--pretrained', pretrained)
  if (pretrained === undefined) return undefined
  const inputShape = networkNames.includes(model) ? networkNamed(model).inputShape : []
  return pretrainedSource(pretrained, settings, { inputShape, key: weightsKey, quiet: quiet === true, task })
}

/** A file's weights under the names of the network that is trained. */
function readPretrained(
  { file, weights }: PretrainedSource,
  { network, splits, head, classes }: Preparation,
): Pretrained {
  const { tensors: stored, ...read } = weights
  const { tensors, changes } =
    'applyInputs' in network
      ? { tensors: stored, changes: [] }
      : namedAsNetwork(network, (splits.train as Dataset).inputShape, stored, file)
  return {
    file,
    ...pretrainedHead(tensors, head, { stored: read.classes, wanted: classes }),
    source: { ...read, changes },
  }
}

/** Whether some of the head starts afresh: it is not in the file, or of other classes. */
function hasNewHead({ tensors }: Pretrained, { head, classes }: Preparation): boolean {
  return [...head].some(([name, axis]) => tensors.get(name)?.shape[axis] !== classes?.length)
}

/** A training with its model, before a folder is made for it. */
interface WithTrainer extends Planned {
  readonly backend: Backend
  readonly trainer: Trainer<AnyModel>
  /** Names of the parameters that stay as they are. */
  readonly frozen: ReadonlySet<string>
  readonly matching: Awaited<ReturnType<typeof loadAndReport>> | undefined
  readonly company: Company | undefined
}

async function withTrainer(planned: Planned, backend: Backend, company: Company | undefined): Promise<WithTrainer> {
  const { flags, plan, prepared, resumed, pretrained } = planned
  const { splits, network, head, classes } = prepared
  const quiet = flags.quiet === true
  const model = await modelFor(network, splits.train, {
    seed: plan.seed,
    classes,
    backend,
    ...(pretrained === undefined ? {} : { initialValues: pretrainedValues(pretrained.tensors, plan.seed) }),
  })
  const frozen = frozenNames(plan.freeze ?? [], [...model.parameters.keys()], head)
  const matching = pretrained && (await loadAndReport(model, pretrained, { name: plan.model, head, quiet }))
  const steps = stepsOf(splits.train.length, plan.batchSize, plan.accumulate)
  const optimizer = optimizerOf(plan, model.parameters.keys(), steps)
  const { loss, metrics, monitor, monitorBetter, shortestFirst } = prepared
  const trainer = await trainerFor(model, planned.learned, {
    loss,
    metrics,
    monitor,
    monitorBetter,
    ...(plan.overfitBatches === undefined ? { shortestFirst } : { shuffle: false }),
    optimizer,
    batchSize: plan.batchSize,
    epochs: plan.epochs,
    ema: plan.ema,
    accumulate: plan.accumulate,
    microBatches: plan.microBatches,
    syncBatchNorm: plan.syncBatchNorm,
    remat: plan.remat,
    fastSums: plan.fastSums,
    ranks: company?.ranks,
    detectAnomaly: flags.detectAnomaly && reference(),
    seed: plan.seed,
    freeze: frozenIn(frozen, plan, head),
  })
  if (resumed !== undefined) await trainer.restore(resumed.state)
  return { ...planned, backend, trainer, frozen, matching, company }
}

/** Makes the run folder, and tells what is trained. @param locks what releases a new folder is added to */
async function begin(made: WithTrainer, locks: (() => Promise<void>)[]): Promise<Begun> {
  const { flags, task, plan, prepared, resumed, pretrained, backend, trainer, frozen, matching, company } = made
  const { splits } = prepared
  const { model } = trainer
  const quiet = flags.quiet === true
  const earlier = resumed && describedRun(resumed.run)
  const folder =
    made.run === undefined
      ? await createRun(task, `${plan.model}-${plan.data.replace(/[^\w-]+/g, '-')}`, flags.runDir)
      : undefined
  if (folder !== undefined) locks.push(folder.release)
  const run = folder?.run ?? made.run!
  const described = {
    ...describeRun(plan, prepared, backend, company?.ranks.size, earlier),
    // A run of a version that wrote none gets them: that the data is the same is seen from here on.
    ...(earlier?.digests === undefined ? { digests: await digestsOf(prepared.compared ?? splits) } : {}),
    ...(matching === undefined ? {} : { pretrained: { file: pretrained!.file, ...matching } }),
    ...(frozen.size === 0 ? {} : { frozen: [...frozen] }),
    ...(prepared.purpose.preprocessing === undefined ? {} : { preprocessing: prepared.purpose.preprocessing }),
  }
  run.writeJson('run.json', described, { sync: true })
  const kept = { ...prepared, purpose: { ...prepared.purpose, card: cardOf(plan, described) } }
  // What it said of an earlier end holds no more.
  rmSync(run.file('diverged.json'), { force: true })
  prepared.keep?.(run)
  if (!quiet) note(beginning(plan, prepared, model, frozen, backend, company?.ranks.size))
  if (resumed !== undefined) await repairRun(run, resumed.state, model, kept)
  if (earlier !== undefined && earlier.format === undefined)
    note(`${run.file('run.json')} was of an earlier format; it is of format ${runFormat} now`)
  // A run that goes on is told of as it was.
  const board = run.file('tensorboard')
  const events = eventStream([
    ...(flags.jsonLines ? [linesOnOutput()] : []),
    ...(flags.tensorboard || existsSync(board) ? [tensorboardFile(board)] : []),
  ])
  const checkpoints = checkpointsOf(run, plan, kept, (step) => events.tell({ event: 'checkpoint', step }))
  events.tell({
    event: 'start',
    run: run.path,
    task,
    settings: plan,
    examples: { train: splits.train.length, validation: splits.validation.length, test: splits.test.length },
    parameters: countParameters(model),
    step: trainer.stepsDone,
    steps: trainer.steps,
    epochs: plan.epochs,
  })
  return { ...made, run, checkpoints, events }
}

/** Keeps a profile in the run folder, and prints it: beside the results where those are for a program. */
function printProfile(profile: Profile, peak: number, { plan: { model, batchSize }, run, flags }: Begun): void {
  run.write('profile.json', JSON.stringify(traceEvents(profile)))
  if (flags.quiet) return
  const text = profileText(`One step of ${model} with a batch of ${batchSize}`, profile, peak, terminalWidth())
  if (flags.json || flags.jsonLines) note(text)
  else print(text)
  note(
    `${run.file('profile.json')}: a trace of all kernel calls; open it in the Performance panel of Chromium's developer tools, or in chrome://tracing`,
  )
}

/** Prints how ranks spend the time of a step: beside the results where those are for a program. */
function printRankTimes(times: readonly RankTimes[], { flags }: Begun): void {
  if (flags.quiet) return
  if (flags.json || flags.jsonLines) note(rankTimesText(times))
  else print(rankTimesText(times))
}

/** Trains, and keeps what comes of it. Gives whether all is done. @param peak FLOP/s of a thread, where the time of a step is told */
async function learn(begun: Begun, peak: number, view: ProgressView, abort: AbortController): Promise<boolean> {
  const { flags, task, plan, prepared, trainer, checkpoints, events } = begun
  const { stopAfter = plan.epochs } = flags
  if (trainer.epoch > stopAfter) abort.abort()
  const watch = lossWatch(
    { learningRate: highestRate(plan) },
    task === 'classify' ? prepared.classes?.length : undefined,
  )
  const lines = epochLines(plan.epochs, prepared, { inTerminal: process.stderr.isTTY === true })
  const showLine = (text: string | undefined): void => {
    if (text !== undefined) view.line(text)
  }
  const isDone = await runTraining<AnyModel>(trainer, {
    patience: plan.patience,
    seconds: plan.time === undefined ? undefined : secondsIn(plan.time),
    validation: prepared.splits.validation as NamedDataset,
    validate: prepared.validate,
    checkpoints,
    signal: abort.signal,
    onStep(step) {
      view.step(step, trainer.secondsWaited)
      events.step(step, trainer.secondsWaited)
      showLine(watch(step))
    },
    onProfile: flags.profile ? (profile) => printProfile(profile, peak, begun) : undefined,
    onEpoch(report) {
      showLine(lines.next(report))
      events.tell({ event: 'epoch', step: trainer.stepsDone, ...report })
      if (report.epoch >= stopAfter) abort.abort()
    },
  })
  showLine(lines.last())
  if (flags.profile && plan.microBatches !== undefined) printRankTimes(await trainer.rankTimes(), begun)
  return isDone
}

/** Tells that the time was over before the epochs, and where that leaves the schedule. */
function timeText({ time, epochs, schedule }: Plan, history: readonly EpochReport[]): string {
  const { epoch, learningRate } = history.at(-1)!
  const rest =
    schedule === 'constant'
      ? ''
      : `; by the schedule, ${schedule}, the learning rate had come to ${Number(learningRate.toPrecision(3))}, for it goes to the end of all epochs: fewer --epochs let it arrive`
  return `the ${time} of --time are over in epoch ${epoch} of ${epochs}, which is validated and counts${rest}`
}

/** How a run goes on. */
const continuing = ({ run, company }: Begun): string =>
  company === undefined
    ? `to continue:\n  ${commandLine('train', '--resume', run.path)}`
    : `to continue, on any number of ranks:\n  ${commandLineOfRanks(company.ranks.size, 'train', '--resume', run.path)}`

/** Tells how a training goes on that was interrupted, or was to stop there. */
function reportStopped(begun: Begun, isInterrupted: boolean): number {
  const { run, trainer } = begun
  const { stopAfter } = begun.flags
  const where = trainer.epoch - 1 === stopAfter ? `epoch ${stopAfter}` : `step ${thousands(trainer.stepsDone)}`
  note(`stopped after ${where}; the run is saved in ${run.path}; ${continuing(begun)}`)
  return isInterrupted ? exitCodes.interrupted : exitCodes.done
}

/**
 * Tells how a training goes on whose step has not ended a while after it was to stop: mpirun, which says so when a rank has ended, too, kills what is left.
 */
function reportLate(begun: Begun): void {
  const { run, checkpoints, resumed } = begun
  const saved = checkpoints.savedStep < 0 ? resumed?.state.step : checkpoints.savedStep
  const kept =
    saved === undefined ? 'no checkpoint was written yet' : `step ${thousands(saved)} is saved in ${run.path}`
  note(
    `all are to end, but the step under way has not ended yet: it is long, or a rank is gone; ${kept}; ${continuing(begun)}`,
  )
}

/** So long a step may take to end before that is told, in milliseconds: half of the time after which mpirun kills, at least. */
const late = 500

/** Tells why a training ended whose numbers are none any more, what is left of it, and how to find where it began. */
function reportDiverged(
  { message, step, epoch, examples, anomaly, cause }: DivergedTraining,
  { run, trainer, checkpoints, resumed, flags }: Begun,
): number {
  // JSON has no infinities.
  const found = anomaly && { ...anomaly, value: String(anomaly.value), of: anomaly.of?.map(String) }
  run.writeJson('diverged.json', { step, epoch, examples, anomaly: found, message })
  const saved = checkpoints.savedStep < 0 ? resumed?.state.step : checkpoints.savedStep
  const best =
    trainer.best === undefined
      ? ''
      : `, the best, of epoch ${trainer.best.epoch}, in ${run.file('weights/best.safetensors')}`
  const kept =
    saved === undefined
      ? `no checkpoint was written; the settings are in ${run.path}`
      : `the weights of step ${thousands(saved)} are in ${run.path}${best}`
  const isOpen = !flags.detectAnomaly && anomaly === undefined && cause === undefined
  const next = isOpen
    ? `; to find the op where it begins:\n  ${commandLine('train', '--resume', run.path, '--detect-anomaly')}`
    : ''
  note(`gentle: ${message.replace(/^training: /, '').replace(/; detectAnomaly finds .*$/, '')}; ${kept}${next}`)
  return exitCodes.failed
}

/** Trains to the end, to an interrupt, or to a loss that is not a number. Gives the exit code. */
async function trainToEnd(begun: Begun): Promise<number> {
  const { flags, plan, prepared, resumed, backend, trainer, run, events } = begun
  const end = (state: 'finished' | 'stopped' | 'diverged' | 'failed', rest: object = {}): void =>
    events.tell({ event: 'end', state, step: trainer.stepsDone, ...rest })
  const peak = flags.profile ? await measurePeakOfThread(backend) : 0
  const started = performance.now()
  const view = progressView(plan.epochs, {
    batchSize: plan.batchSize * trainer.accumulate,
    quiet: flags.quiet === true,
    score:
      prepared.validate === undefined && prepared.monitor !== 'loss'
        ? { of: prepared.monitor, name: prepared.scoreName, isShare: prepared.isShare ?? true }
        : undefined,
  })
  const abort = new AbortController()
  let isInterrupted = false
  let lateness: NodeJS.Timeout | undefined
  const endWatch = watchInterrupts(
    () => {
      isInterrupted = true
      abort.abort()
      if (begun.company !== undefined) lateness = setTimeout(() => reportLate(begun), late)
    },
    () => {
      view.end()
      process.exit(exitCodes.interrupted)
    },
  )
  try {
    const isDone = await learn(begun, peak, view, abort)
    clearTimeout(lateness)
    view.end()
    if (
      plan.time !== undefined &&
      trainer.epoch <= trainer.epochs &&
      performance.now() - started >= 1000 * secondsIn(plan.time)
    )
      note(timeText(plan, trainer.history))
    if (!isDone) {
      end('stopped')
      return reportStopped(begun, isInterrupted)
    }
    const earlier = (resumed?.state.history ?? []).reduce((sum, epoch) => sum + epoch.seconds, 0)
    const seconds = earlier + (performance.now() - started) / 1000
    // Standard output is the events' alone.
    const shown = flags.jsonLines ? { ...flags, json: false, quiet: true } : flags
    const code = await prepared.finish({ run, plan, backend, history: trainer.history, seconds, flags: shown })
    saveMeasured(run, prepared)
    await reportAtEnd(run, prepared, backend, shown)
    if (plan.overfitBatches !== undefined) note(overfitText(trainer.history, prepared))
    end('finished', flags.jsonLines ? { summary: run.readJson('summary.json') } : {})
    return code
  } catch (error) {
    view.end()
    end(error instanceof DivergedTraining ? 'diverged' : 'failed', { message: (error as Error).message })
    if (error instanceof DivergedTraining) return reportDiverged(error, begun)
    throw error
  } finally {
    clearTimeout(lateness)
    endWatch()
    trainer.dispose()
  }
}

/**
 * Trains as one of several ranks that is not the first: it computes its share, and leaves telling and keeping what comes of it to that one. Gives the exit code.
 */
async function follow({ flags, plan, prepared, trainer }: WithTrainer): Promise<number> {
  const { stopAfter = plan.epochs } = flags
  const abort = new AbortController()
  if (trainer.epoch > stopAfter) abort.abort()
  let isInterrupted = false
  const endWatch = watchInterrupts(
    () => {
      isInterrupted = true
      abort.abort()
    },
    () => process.exit(exitCodes.interrupted),
  )
  try {
    await runTraining<AnyModel>(trainer, {
      patience: plan.patience,
      seconds: plan.time === undefined ? undefined : secondsIn(plan.time),
      validation: prepared.splits.validation as NamedDataset,
      validate: prepared.validate,
      signal: abort.signal,
      // As the first does, whose times are told beside.
      onProfile: flags.profile ? () => {} : undefined,
      onEpoch({ epoch }) {
        if (epoch >= stopAfter) abort.abort()
      },
    })
    if (flags.profile) await trainer.rankTimes()
    return isInterrupted && !trainer.done ? exitCodes.interrupted : exitCodes.done
  } catch (error) {
    // The first tells of it.
    if (error instanceof DivergedTraining) return exitCodes.failed
    throw error
  } finally {
    endWatch()
    trainer.dispose()
  }
}

/** Runs the command. Gives the exit code. */
export const train = (model: string | undefined, flags: TrainFlags): Promise<number> =>
  amongRanks(flags, (own, company) =>
    own.fastDevRun ? fastDevRun(own, (within) => trainHere(model, within, company)) : trainHere(model, own, company),
  )

async function trainHere(model: string | undefined, flags: TrainFlags, company: Company | undefined): Promise<number> {
  const locks: (() => Promise<void>)[] = []
  const isFirst = company?.isFirst !== false
  const each: Company['each'] = company === undefined ? (work) => work() : (work) => company.each(work)
  try {
    const planned = await each(async () => {
      if (flags.resume !== undefined && isFirst) locks.push(await lockRun(openRun(flags.resume).path))
      return planTraining(model, flags, company)
    })
    const { plan, resumed, prepared } = planned
    await company?.agree(plan, prepared, flags)
    const open = (): Promise<Backend> => openBackend(plan, resumed?.run, flags.allowOtherWidth === true)
    const isNewHere = company !== undefined && resumed === undefined
    const backend = isNewHere ? await company.backend(plan) : await each(open)
    try {
      const made = await each(() => withTrainer(planned, backend, company))
      const begun = await each(async () => (isFirst ? await begin(made, locks) : undefined))
      return await (begun === undefined ? follow(made) : trainToEnd(begun))
    } finally {
      await backend.close()
    }
  } finally {
    for (const release of locks) await release()
  }
}
