/** What is shown while something goes on: a bar that fits the terminal, with figures beside it. */
import { SingleBar } from 'cli-progress'
import type { StepReport } from 'gentle-dl'
import { clock, lossText, note, scoreFormat, shownOn, thousands } from './terminal.ts'

/** Letters of the bar, at least and at most. */
const shortest = 8
const longest = 16

/** What stands behind the bar. Where there is no room for all, what has the highest `spare` is made brief first, and then goes first. */
export interface ProgressFigure {
  readonly text: string
  /** The same in fewer letters. */
  readonly brief?: string
  readonly spare: number
}

/** What a progress line says. */
export interface ProgressState {
  readonly what: string
  /** The same in fewer letters, for a line without a bar. */
  readonly brief?: string
  readonly figures: readonly ProgressFigure[]
}

/**
 * `epoch 3/20 ████░░░░ loss 0.0474  12,345/s  0:12 left` in at most this many columns. Figures that can be brief need no bar to be understood: it goes before one of
 * them does.
 * @param share done, from 0 to 1
 */
export function progressLine(
  share: number,
  { what, brief: briefly = what, figures }: ProgressState,
  columns: number,
): string {
  const behind = (shown: readonly ProgressFigure[]): string => shown.map(({ text }) => text).join('  ')
  const fits = (shown: readonly ProgressFigure[]): boolean => `${what}  ${behind(shown)}`.length + shortest <= columns
  let kept = figures
  for (const { brief, spare } of [...figures].sort((a, b) => b.spare - a.spare)) {
    if (fits(kept)) break
    if (brief !== undefined) kept = kept.map((each) => (each.spare === spare ? { text: brief, spare } : each))
  }
  const bare = [briefly, ...kept.map(({ text }) => text)].join(' ')
  if (!fits(kept) && bare.length <= columns && figures.some(({ brief }) => brief !== undefined)) return bare
  while (kept.length > 1 && !fits(kept)) {
    const last = Math.max(...kept.map(({ spare }) => spare))
    kept = kept.filter(({ spare }) => spare < last)
  }
  const length = Math.max(shortest, Math.min(longest, columns - `${what}  ${behind(kept)}`.length))
  const done = Math.round(Math.min(1, Math.max(0, share)) * length)
  return `${what} ${'█'.repeat(done) + '░'.repeat(length - done)} ${behind(kept)}`
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

/** A bar with lines above it that stay. */
export interface BarBelowLines {
  /** Whether it is there: not before it is drawn, and not after a line until it is drawn again. */
  readonly isDrawn: boolean
  draw(total: number, value: number, state: ProgressState): void
  line(text: string): void
  end(): void
}

export function barBelowLines(): BarBelowLines {
  const bar = progressBar()
  let isDrawn = false
  return {
    get isDrawn() {
      return isDrawn
    },
    draw(total, value, state) {
      if (isDrawn) bar.update(value, state)
      else bar.start(total, value, state)
      isDrawn = true
    },
    // The bar ends and begins again below the line: it goes back to where it began when it ends.
    line(text) {
      bar.stop()
      isDrawn = false
      process.stderr.write(`\r\u001b[K${shownOn(process.stderr, text)}\n`)
    },
    end: () => bar.stop(),
  }
}

/** What a training shows as it goes on. */
export interface ProgressView {
  /** @param waited seconds that the training has waited for examples so far */
  step(report: StepReport, waited: number): void
  /** What is to stay above the bar: an epoch's figures, a warning. */
  line(text: string): void
  end(): void
}

/** The metric that is counted in training, and what it is called. */
export interface ProgressScore {
  readonly of: string
  readonly name: string
  readonly isShare: boolean
}

/** How fast a training goes. */
export interface Pace {
  readonly stepsPerSecond: number
  readonly examplesPerSecond: number
  /** The share of the time in which it waited for examples. */
  readonly waiting: number
}

/** What the line says after a step; nothing of the time where the pace is not known yet. */
export function trainingProgress(
  { step, steps, epoch, train }: Pick<StepReport, 'step' | 'steps' | 'epoch' | 'train'>,
  epochs: number,
  score?: ProgressScore,
  pace?: Pace,
): ProgressState {
  const perEpoch = Math.max(1, Math.round(steps / epochs))
  const inEpoch = step - (epoch - 1) * perEpoch
  const value = score === undefined ? undefined : train[score.of]
  const shown = value === undefined ? undefined : scoreFormat(score!.isShare)(value)
  const loss = lossText(train.loss)
  const figures: ProgressFigure[] = [
    { text: `step ${inEpoch}/${perEpoch}`, brief: `${inEpoch}/${perEpoch}`, spare: 5 },
    { text: `loss ${loss}`, brief: loss, spare: 1 },
  ]
  if (shown !== undefined) figures.push({ text: `${score!.name} ${shown}`, brief: shown, spare: 2 })
  if (pace !== undefined) {
    const { stepsPerSecond, examplesPerSecond, waiting } = pace
    const [ofEpoch, ofAll] = [perEpoch - inEpoch, steps - step].map((left) => clock(Math.max(0, left) / stepsPerSecond))
    figures.push(
      { text: `${thousands(examplesPerSecond)}/s`, spare: 3 },
      {
        text: `${Math.round(100 * waiting)} % waiting for data`,
        brief: `data ${Math.round(100 * waiting)} %`,
        spare: 6,
      },
      { text: `left: epoch ${ofEpoch}, all ${ofAll}`, brief: `${ofEpoch}/${ofAll}`, spare: 0 },
    )
  }
  return { what: `epoch ${epoch}/${epochs}`, brief: `${epoch}/${epochs}`, figures }
}

/** A bar, with the score where it is counted in training, where notes go to a terminal, the lines alone elsewhere, nothing when quiet. */
export function progressView(
  epochs: number,
  { batchSize, quiet, score }: { batchSize: number; quiet: boolean; score: ProgressScore | undefined },
): ProgressView {
  if (quiet) return { step() {}, line() {}, end() {} }
  if (process.stderr.isTTY !== true) return { step() {}, line: note, end() {} }
  const bar = barBelowLines()
  let begun: { step: number; time: number; waited: number } | undefined
  let pace: Pace | undefined
  return {
    step(report, waited) {
      const { step, steps } = report
      const now = performance.now()
      begun ??= { step, time: now, waited }
      if (step % 16 !== 0 && bar.isDrawn) return
      if (step > begun.step) {
        const seconds = (now - begun.time) / 1000
        const stepsPerSecond = (step - begun.step) / seconds
        const waiting = Math.min(1, (waited - begun.waited) / seconds)
        pace = { stepsPerSecond, examplesPerSecond: stepsPerSecond * batchSize, waiting }
      }
      bar.draw(steps, step, trainingProgress(report, epochs, score, pace))
    },
    line: bar.line,
    end: bar.end,
  }
}
