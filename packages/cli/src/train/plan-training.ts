/** Plans trainings: what is asked for, the data, the network, and the settings that they come to, before anything is made. */
import { availableParallelism } from 'node:os'
import { namedAsNetwork, parameterShapes, pretrainedHead, type RunFolder, stepsOf } from 'gentle-dl'
import type { AnyDataset, Dataset, DividedWork, NamedDataset } from 'gentle-dl/data'
import type { RunScore } from 'gentle-dl/inspect'
import { takesPoints } from 'gentle-dl/models'
import { targetsOf } from '../data/datasets.ts'
import { networkNamed, networkNames } from '../models/networks.ts'
import { checkKey } from '../models/open-model.ts'
import { checkRegression } from '../tasks/prepare-regression.ts'
import { sequenceTasks } from '../tasks/sequence-tasks.ts'
import type { NamedSettings, Once, Preparation } from '../tasks/task.ts'
import type { AnyTaskName } from '../tasks/task-names.ts'
import { checkLimits } from '../tasks/used-examples.ts'
import { note } from '../terminal/terminal.ts'
import { UsageError } from '../terminal/usage.ts'
import type { Company } from './among-ranks.ts'
import { checkSameData } from './check-resumed.ts'
import { networkFor } from './choose-network.ts'
import { settingsFor, type TrainFlags } from './choose-settings.ts'
import { checkFineTuning, fineTuningSettings } from './fine-tuning.ts'
import { frozenNames } from './freeze.ts'
import { overfitSettings } from './overfit.ts'
import { prepare, type Resumed } from './prepare.ts'
import type { Pretrained } from './pretrained.ts'
import { type PretrainedSource, pretrainedSource } from './pretrained-source.ts'
import { openRun } from './run-folder.ts'
import { optimizerOf, type Plan, planOf, type Settings } from './settings.ts'

/** A training with everything read that it needs, before anything is made for it. */
export interface Planned {
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
