/** Begins a planned training: its model, its trainer and its run folder. */
import { existsSync, rmSync } from 'node:fs'
import {
  type AnyModel,
  type Backend,
  type Checkpoints,
  countParameters,
  pretrainedValues,
  type RunFolder,
  reference,
  stepsOf,
  type Trainer,
} from 'gentle-dl'
import { digestsOf } from '../data/digest.ts'
import { note } from '../terminal/terminal.ts'
import type { Company } from './among-ranks.ts'
import { cardOf } from './card.ts'
import { describeRun } from './describe-run.ts'
import { modelFor, trainerFor } from './either-kind.ts'
import { frozenIn } from './fine-tuning.ts'
import { frozenNames } from './freeze.ts'
import type { Planned } from './plan-training.ts'
import { loadAndReport } from './pretrained.ts'
import { checkpointsOf, repairRun } from './run-checkpoints.ts'
import { createRun, describedRun, runFormat } from './run-folder.ts'
import { optimizerOf } from './settings.ts'
import { tensorboardFile } from './tensorboard.ts'
import { type EventStream, eventStream, linesOnOutput } from './train-events.ts'
import { beginning } from './train-text.ts'

/** A training with its model, before a folder is made for it. */
export interface WithTrainer extends Planned {
  readonly backend: Backend
  readonly trainer: Trainer<AnyModel>
  /** Names of the parameters that stay as they are. */
  readonly frozen: ReadonlySet<string>
  readonly matching: Awaited<ReturnType<typeof loadAndReport>> | undefined
  readonly company: Company | undefined
}

export async function withTrainer(
  planned: Planned,
  backend: Backend,
  company: Company | undefined,
): Promise<WithTrainer> {
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
export async function begin(made: WithTrainer, locks: (() => Promise<void>)[]): Promise<Begun> {
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

/** A training with its model and its folder. */
export interface Begun extends WithTrainer {
  readonly run: RunFolder
  readonly checkpoints: Checkpoints
  readonly events: EventStream
}
