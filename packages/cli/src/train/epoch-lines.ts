/** Lines about the epochs of a training: one each; of hundreds of short ones some, where a bar in a terminal shows the others. */
import type { EpochReport, Evaluation } from 'gentle-dl'
import type { Preparation } from '../tasks/task.ts'
import { lossText, scoreFormat, thousands } from '../terminal/terminal.ts'

/** In a terminal up to this many epochs have a line each; of more, about this many at most. */
const maxLines = 30

/** An epoch that ends this long after the last line has one in any case. */
const longSeconds = 5

/** A line for every this many epochs: 1, 2, 5, 10, 20, 50 ... */
function strideOf(epochs: number): number {
  for (let power = 1; ; power *= 10)
    for (const factor of [1, 2, 5]) if (epochs <= maxLines * factor * power) return factor * power
}

export interface EpochLines {
  /** The line of an epoch that has just ended; undefined where it has none. */
  next(report: EpochReport): string | undefined
  /** The line of the last epoch, where it had none. */
  last(): string | undefined
}

interface Lines {
  /** Whether they are read in a terminal: a program on the other end of a pipe, and who opens a log file, gets all of them. */
  readonly inTerminal: boolean
  /** Seconds that have passed since any moment; asked for at the end of each epoch. */
  readonly seconds?: () => number
}

export function epochLines(
  epochs: number,
  prepared: Pick<Preparation, 'monitor' | 'scoreName' | 'isShare'>,
  { inTerminal, seconds = () => performance.now() / 1000 }: Lines,
): EpochLines {
  const stride = inTerminal ? strideOf(epochs) : 1
  let printed = seconds()
  let best: number | undefined
  let skipped: EpochReport | undefined
  const line = (report: EpochReport): string => {
    const remark = report.best ? '  best' : best === undefined ? '' : `  best: ${best}`
    best = skipped = undefined
    printed = seconds()
    return `${epochLine(report, epochs, prepared)}${remark}`
  }
  return {
    next(report) {
      const { epoch } = report
      if (report.best) best = epoch
      if (epoch === 1 || epoch === epochs || epoch % stride === 0 || seconds() - printed >= longSeconds)
        return line(report)
      skipped = report
      return undefined
    },
    last: () => skipped && line(skipped),
  }
}

/** An epoch in a line. */
function epochLine(
  { epoch, train, validation, plainValidation, examplesPerSecond }: EpochReport,
  epochs: number,
  { monitor, scoreName, isShare = true }: Pick<Preparation, 'monitor' | 'scoreName' | 'isShare'>,
): string {
  const figuresOf = (part: Evaluation): string => {
    // The loss stands there anyway.
    const score = monitor === 'loss' ? undefined : part[monitor]
    const named = monitor === 'accuracy' ? '' : `${scoreName} `
    return `${lossText(part.loss)}${score === undefined ? '' : ` ${named}${scoreFormat(isShare)(score)}`}`
  }
  const plain = plainValidation === undefined ? '' : ` (plain weights ${figuresOf(plainValidation)})`
  const checked = validation === undefined ? '' : `  validation ${figuresOf(validation)}${plain}`
  return `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}  train ${figuresOf(train)}${checked}  ${thousands(examplesPerSecond)}/s`
}
