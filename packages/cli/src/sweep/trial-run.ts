/** What the run folder of a trial tells: how far it has come, and its score. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lessIsBetter, type RecordedRun, type RunScore, readRun } from 'gentle-dl/inspect'
import { runFiles } from '../runs/runs-folder.ts'
import type { TrialResult } from './record.ts'

export interface TrialRun {
  /** Epochs that have ended. */
  readonly epochs: number
  readonly finished: boolean
  /** Why it ended before its time, where its loss was not a number any more. */
  readonly diverged?: string
  readonly run: RecordedRun
}

/** The run in a folder; undefined where none was begun. @throws RunError for broken files. */
export function trialRun(folder: string): TrialRun | undefined {
  if (!existsSync(join(folder, 'run.json'))) return undefined
  const told = runFiles.filter((name) => existsSync(join(folder, name)))
  const files = Object.fromEntries(told.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
  const run = readRun({ name: folder, files, changed: 0, pictures: [] })
  const { epochs, finished, diverged } = run
  return { epochs: epochs.at(-1) ?? 0, finished, run, ...(diverged === undefined ? {} : { diverged }) }
}

/**
 * The best score on validation of the first epochs: what comes later says nothing of this rung. Undefined where no epoch has one.
 * @param epochs all unless given
 */
export function resultOf(
  { run }: Pick<TrialRun, 'run'>,
  { monitor }: RunScore,
  epochs = Number.POSITIVE_INFINITY,
): TrialResult | undefined {
  const scores = run.metrics.get(monitor)?.validation ?? []
  const sign = lessIsBetter(monitor) ? -1 : 1
  const count = run.epochs.filter((epoch) => epoch <= epochs).length
  let best = -1
  for (const [i, score] of scores.slice(0, count).entries())
    if (Number.isFinite(score) && (best < 0 || sign * score > sign * scores[best])) best = i
  if (best < 0) return undefined
  return {
    epochs: run.epochs[count - 1],
    score: scores[best],
    bestEpoch: run.epochs[best],
    seconds: Number(run.seconds[count - 1].toFixed(3)),
  }
}
