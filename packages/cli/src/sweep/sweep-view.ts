/** What a sweep shows as it goes on: a line a trial and, in a terminal, a bar. */
import { barBelowLines, type ProgressState } from '../terminal/progress.ts'
import { clock, note } from '../terminal/terminal.ts'
import type { Sweep, Trial } from './record.ts'
import { membersOf, ranked } from './rungs.ts'
import { scoreText, secondsText, settingsText } from './sweep-text.ts'

export interface SweepView {
  began(trial: Trial, rung: number): void
  /** Epochs of a trial that are done, with parts of one, and how many there will be. */
  progress(trial: number, epochs: number, all: number): void
  /** A trial has come to a rung, or failed. */
  ended(sweep: Sweep, trial: Trial, rung: number): void
  /** All trials have come to a rung, and some go on. */
  compared(sweep: Sweep, rung: number, best: readonly Trial[]): void
  /** What is to stay above the bar. */
  line(text: string): void
  end(): void
}

/** A trial's end, in a line. */
export function endedText(sweep: Sweep, { trial, settings, results, failure }: Trial, rung: number): string {
  const which = `trial ${trial} of ${sweep.trials.length}`
  const told = settingsText(settings)
  if (failure !== undefined) return `${which} failed: ${failure.message}  (${told})`
  const { score, bestEpoch, epochs, seconds } = results[rung]
  return `${which}: ${sweep.score.name} ${scoreText(sweep.score, score)} at epoch ${bestEpoch} of ${epochs}  ${secondsText(seconds)}  ${told}`
}

/** Which trials go on from a rung, in a line. */
export function comparedText({ rungs }: Sweep, rung: number, best: readonly Trial[]): string {
  const { epochs, trials } = rungs[rung]
  const which = best.length === 1 ? 'the best goes on' : `the best ${best.length} go on`
  const at = `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`
  return `rung ${rung + 1} of ${rungs.length}: ${trials} trials at ${at}; ${which} to ${rungs[rung + 1].epochs}: ${best.map(({ trial }) => trial).join(', ')}`
}

/** Epochs of a trial on its way to a rung, as a share of those of a whole training. */
const stretch = ({ rungs }: Sweep, rung: number): number => {
  const all = rungs.at(-1)!.epochs
  return all === undefined ? 1 : (rungs[rung].epochs! - (rungs[rung - 1]?.epochs ?? 0)) / all
}

/** The share of a sweep that is done. @param underway shares of whole trainings, of trials on their way to a rung */
export function shareDone(sweep: Sweep, rung: number, underway: Iterable<number>): number {
  const all = sweep.rungs.reduce((sum, { trials }, at) => sum + trials * stretch(sweep, at), 0)
  const done = sweep.rungs.slice(0, rung).reduce((sum, { trials }, at) => sum + trials * stretch(sweep, at), 0)
  const here = doneOf(sweep, rung).done
  const before = rung === 0 ? 0 : (sweep.rungs[rung - 1].epochs ?? 0) / (sweep.rungs.at(-1)!.epochs ?? 1)
  const partly = [...underway].reduce(
    (sum, share) => sum + Math.min(stretch(sweep, rung), Math.max(0, share - before)),
    0,
  )
  return Math.min(1, (done + here * stretch(sweep, rung) + partly) / all)
}

/** How many of the trials of a rung have come to it, or failed. */
export function doneOf(sweep: Sweep, rung: number): { readonly done: number; readonly all: number } {
  const members = membersOf(sweep, rung)
  const done = members.filter(({ results, failure }) => results[rung] !== undefined || failure !== undefined)
  return { done: done.length, all: members.length }
}

/** @param secondsLeft undefined where it is not known yet */
export function sweepProgress(sweep: Sweep, rung: number, training: number, secondsLeft?: number): ProgressState {
  const { done, all } = doneOf(sweep, rung)
  const trials = `${done}/${all}`
  const halves = sweep.rungs.length > 1
  const [best] = ranked(sweep)
  const score = best && scoreText(sweep.score, best.last.score)
  return {
    what: halves ? `rung ${rung + 1}/${sweep.rungs.length}, trial ${trials}` : `trial ${trials}`,
    brief: halves ? `rung ${rung + 1}/${sweep.rungs.length} ${trials}` : trials,
    figures: [
      ...(best === undefined
        ? []
        : [{ text: `best ${score} (trial ${best.trial})`, brief: `best ${score}`, spare: 1 }]),
      { text: `${training} training`, spare: 2 },
      ...(secondsLeft === undefined ? [] : [{ text: `${clock(secondsLeft)} left`, spare: 0 }]),
    ],
  }
}

/** Milliseconds between two looks of the bar. */
const tick = 250

/** A bar where notes go to a terminal, the lines alone elsewhere, nothing when quiet. */
export function sweepView(begun: Sweep, { quiet }: { readonly quiet: boolean }): SweepView {
  if (quiet) return { began() {}, progress() {}, ended() {}, compared() {}, line() {}, end() {} }
  const bar = process.stderr.isTTY === true ? barBelowLines() : undefined
  const underway = new Map<number, number>()
  let [shown, at] = [begun, 0]
  let began: { time: number; share: number } | undefined
  const draw = (): void => {
    if (bar === undefined) return
    const share = shareDone(shown, at, underway.values())
    const time = performance.now()
    began ??= { time, share }
    const gone = share - began.share
    const left = gone > 0.01 ? (((time - began.time) / gone) * (1 - share)) / 1000 : undefined
    bar.draw(1, share, sweepProgress(shown, at, underway.size, left))
  }
  const timer = bar && setInterval(draw, tick)
  const line = (text: string): void => {
    if (bar === undefined) note(text)
    else bar.line(text)
    draw()
  }
  return {
    began({ trial, results }, rung) {
      at = rung
      const before = results.length > 0 ? shown.rungs[rung - 1].epochs! / shown.rungs.at(-1)!.epochs! : 0
      underway.set(trial, before)
      draw()
    },
    progress: (trial, epochs, all) => void underway.set(trial, epochs / all),
    ended(sweep, trial, rung) {
      shown = sweep
      at = rung
      underway.delete(trial.trial)
      line(endedText(sweep, trial, rung))
    },
    compared: (sweep, rung, best) => line(comparedText(sweep, rung, best)),
    line,
    end() {
      clearInterval(timer)
      bar?.end()
    },
  }
}
