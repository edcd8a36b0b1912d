/** What a training tells other programs as it goes on: `--json-lines` on standard output, `--tensorboard` in files. */
import type { EpochReport, Evaluation, StepReport } from 'gentle-dl'
import { outlastReaders } from '../terminal/readers.ts'
import { note } from '../terminal/terminal.ts'
import type { Plan } from './settings.ts'

/** The training begins, or goes on. */
interface StartEvent {
  readonly event: 'start'
  /** The run folder. */
  readonly run: string
  readonly task: string
  /** All settings, as in run.json. */
  readonly settings: Plan
  readonly examples: { readonly train: number; readonly validation: number; readonly test: number }
  readonly parameters: number
  /** Steps done before, and of the whole training. */
  readonly step: number
  readonly steps: number
  readonly epochs: number
}

/** A step was made: the first one, and then at most ten a second. */
interface StepEvent {
  readonly event: 'step'
  readonly step: number
  readonly steps: number
  readonly epoch: number
  /** Of the step's own examples. */
  readonly loss: number
  /** Means of the epoch so far. */
  readonly train: Evaluation
  /** Examples of the epoch so far. */
  readonly examples: number
  readonly learningRate: number
  /** Seconds in which this process waited for examples so far. */
  readonly secondsWaited: number
}

/** An epoch ended. */
type EpochEvent = { readonly event: 'epoch'; readonly step: number } & EpochReport

/** A checkpoint is on the disk: the run can go on from there. */
interface CheckpointEvent {
  readonly event: 'checkpoint'
  readonly step: number
}

/** The last line of a training that began. */
interface EndEvent {
  readonly event: 'end'
  readonly state: 'finished' | 'stopped' | 'diverged' | 'failed'
  readonly step: number
  /** What summary.json tells, of one that finished. */
  readonly summary?: Readonly<Record<string, unknown>>
  /** Why it diverged or failed. */
  readonly message?: string
}

export type TrainEvent = StartEvent | StepEvent | EpochEvent | CheckpointEvent | EndEvent

/** Milliseconds between two steps that are told, at least. */
const pause = 100

export interface EventStream {
  tell(event: TrainEvent): void
  /** Tells of a step where it is time for it. */
  step(report: StepReport, secondsWaited: number): void
}

/** A JSON object a line. Numbers that are not finite are null. */
export const jsonLine = (event: TrainEvent): string => `${JSON.stringify(event)}\n`

/** Tells events on standard output, as long as somebody reads them. */
export function linesOnOutput(): (event: TrainEvent) => void {
  let isRead = true
  outlastReaders(() => {
    isRead = false
    note('nobody reads the events any more; the training goes on')
  })
  return (event) => {
    if (isRead) process.stdout.write(jsonLine(event))
  }
}

/** Tells each event to all who listen. @param now a clock in milliseconds */
export function eventStream(
  listeners: readonly ((event: TrainEvent) => void)[],
  now = (): number => performance.now(),
): EventStream {
  let told = Number.NEGATIVE_INFINITY
  const tell = (event: TrainEvent): void => {
    for (const listen of listeners) listen(event)
  }
  return {
    tell,
    step({ step, steps, epoch, loss, train, examples, learningRate }, secondsWaited) {
      const time = now()
      if (time - told < pause) return
      told = time
      tell({ event: 'step', step, steps, epoch, loss, train, examples, learningRate, secondsWaited })
    },
  }
}
