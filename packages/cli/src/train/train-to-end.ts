/** Goes through a training that was begun, and keeps what comes of it. */
import { type AnyModel, DivergedTraining, type RankTimes, runTraining } from 'gentle-dl'
import type { NamedDataset } from 'gentle-dl/data'
import { type Profile, traceEvents } from 'gentle-dl/inspect'
import { measurePeakOfThread } from '../networks/measure.ts'
import { reportAtEnd } from '../report/write-report.ts'
import { watchInterrupts } from '../terminal/interrupts.ts'
import { type ProgressView, progressView } from '../terminal/progress.ts'
import { note, print, terminalWidth } from '../terminal/terminal.ts'
import { exitCodes } from '../terminal/usage.ts'
import type { Begun, WithTrainer } from './begin-training.ts'
import { saveMeasured } from './card.ts'
import { reportDiverged, reportLate, reportStopped, timeText } from './endings.ts'
import { epochLines } from './epoch-lines.ts'
import { lossWatch } from './loss-watch.ts'
import { overfitText } from './overfit.ts'
import { profileText } from './profile-text.ts'
import { rankTimesText } from './rank-times-text.ts'
import { secondsIn } from './run-checkpoints.ts'
import { highestRate } from './settings.ts'

/** Keeps a profile in the run folder, and prints it: beside the results where those are for a program. */
function printProfile(profile: Profile, peak: number, { plan, run, flags }: Begun): void {
  const { model, batchSize, microBatches } = plan
  run.write('profile.json', JSON.stringify(traceEvents(profile)))
  if (flags.quiet) return
  const title =
    microBatches === undefined
      ? `One step of ${model} with a batch of ${batchSize}`
      : `${Math.ceil(batchSize / microBatches)} of ${batchSize} examples of a step of ${model}: a micro-batch`
  const text = profileText(title, profile, peak, terminalWidth())
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

/** So long a step may take to end before that is told, in milliseconds: half of the time after which mpirun kills, at least. */
const late = 500

/** Trains to the end, to an interrupt, or to a loss that is not a number. Gives the exit code. */
export async function trainToEnd(begun: Begun): Promise<number> {
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
export async function follow({ flags, plan, prepared, trainer }: WithTrainer): Promise<number> {
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
