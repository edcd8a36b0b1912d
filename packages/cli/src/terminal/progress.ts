/** What is shown while something goes on: a bar that fits the terminal, with figures beside it. */
import { SingleBar } from 'cli-progress'
import type { StepReport } from 'gentle-dl'
import { clock, lossText, note, scoreFormat, shownOn, thousands } from './terminal.ts'

/** Letters of the bar, at least and at most. */
const shortest = 8
const longest = 16

/** What stands behind the bar; where there is no room for all, what has the highest `spare` goes first. */
export interface ProgressFigure {
  readonly text: string
  readonly spare: number
}

/** What a progress line says. */
export interface ProgressState {
  readonly what: string
  readonly figures: readonly ProgressFigure[]
}

/** `epoch 3/20 ████░░░░ loss 0.0474  12,345/s  0:12 left` in at most this many columns. @param share done, from 0 to 1 */
export function progressLine(share: number, { what, figures }: ProgressState, columns: number): string {
  const line = (kept: readonly ProgressFigure[], bar: string): string =>
    `${what} ${bar} ${kept.map(({ text }) => text).join('  ')}`
  let kept = figures
  while (kept.length > 1 && line(kept, '').length + shortest > columns) {
    const last = Math.max(...kept.map(({ spare }) => spare))
    kept = kept.filter(({ spare }) => spare < last)
  }
  const length = Math.max(shortest, Math.min(longest, columns - line(kept, '').length))
  const done = Math.round(Math.min(1, Math.max(0, share)) * length)
  return line(kept, '█'.repeat(done) + '░'.repeat(length - done))
}

/** A bar among the notes, which goes away at its end. Its payload is a `ProgressState`. */
export const progressBar = (): SingleBar =>
  new SingleBar({
    stream: process.stderr,
    format: (_, { progress, maxWidth }, state: ProgressState) => progressLine(progress, state, maxWidth - 1),
    hideCursor: true,
    fps: 8,
    clearOnComplete: true,
  })

/** What a training shows as it goes on. */
export interface ProgressView {
  step(report: StepReport): void
  /** What is to stay above the bar: an epoch's figures, a warning. */
  line(text: string): void
  end(): void
}

/** A bar, with the score where it is counted in training, where notes go to a terminal, the lines alone elsewhere, nothing when quiet. */
export function progressView(
  epochs: number,
  {
    batchSize,
    quiet,
    score,
  }: { batchSize: number; quiet: boolean; score: { of: string; name: string; isShare: boolean } | undefined },
): ProgressView {
  if (quiet) return { step() {}, line() {}, end() {} }
  if (process.stderr.isTTY !== true) return { step() {}, line: note, end() {} }
  const bar = progressBar()
  let begun: { step: number; time: number } | undefined
  let drawn = false
  let pace: readonly ProgressFigure[] = []
  return {
    step({ step, steps, epoch, train }) {
      const now = performance.now()
      begun ??= { step, time: now }
      if (step % 16 !== 0 && drawn) return
      if (step > begun.step) {
        const rate = (step - begun.step) / ((now - begun.time) / 1000)
        pace = [
          { text: `${thousands(rate * batchSize)}/s`, spare: 3 },
          { text: `${clock((steps - step) / rate)} left`, spare: 0 },
        ]
      }
      const value = score === undefined ? undefined : train[score.of]
      const state: ProgressState = {
        what: `epoch ${epoch}/${epochs}`,
        figures: [
          { text: `loss ${lossText(train.loss)}`, spare: 1 },
          ...(value === undefined ? [] : [{ text: `${score!.name} ${scoreFormat(score!.isShare)(value)}`, spare: 2 }]),
          ...pace,
        ],
      }
      if (drawn) bar.update(step, state)
      else bar.start(steps, step, state)
      drawn = true
    },
    // The bar ends and begins again below the line: it goes back to where it began when it ends.
    line(text) {
      bar.stop()
      drawn = false
      process.stderr.write(`\r\u001b[K${shownOn(process.stderr, text)}\n`)
    },
    end: () => bar.stop(),
  }
}
