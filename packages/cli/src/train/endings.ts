/** How the end of a training is told that is not the end of its last epoch. */
import type { DivergedTraining, EpochReport } from 'gentle-dl'
import { commandLine, commandLineOfRanks } from '../terminal/invocation.ts'
import { note, thousands } from '../terminal/terminal.ts'
import { exitCodes } from '../terminal/usage.ts'
import type { Begun } from './begin-training.ts'
import type { Plan } from './settings.ts'

/** Tells that the time was over before the epochs, and where that leaves the schedule. */
export function timeText({ time, epochs, schedule }: Plan, history: readonly EpochReport[]): string {
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
export function reportStopped(begun: Begun, isInterrupted: boolean): number {
  const { run, trainer } = begun
  const { stopAfter } = begun.flags
  const where = trainer.epoch - 1 === stopAfter ? `epoch ${stopAfter}` : `step ${thousands(trainer.stepsDone)}`
  note(`stopped after ${where}; the run is saved in ${run.path}; ${continuing(begun)}`)
  return isInterrupted ? exitCodes.interrupted : exitCodes.done
}

/**
 * Tells how a training goes on whose step has not ended a while after it was to stop: mpirun, which says so when a rank has ended, too, kills what is left.
 */
export function reportLate(begun: Begun): void {
  const { run, checkpoints, resumed } = begun
  const saved = checkpoints.savedStep < 0 ? resumed?.state.step : checkpoints.savedStep
  const kept =
    saved === undefined ? 'no checkpoint was written yet' : `step ${thousands(saved)} is saved in ${run.path}`
  note(
    `all are to end, but the step under way has not ended yet: it is long, or a rank is gone; ${kept}; ${continuing(begun)}`,
  )
}

/** Tells why a training ended whose numbers are none any more, what is left of it, and how to find where it began. */
export function reportDiverged(
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
