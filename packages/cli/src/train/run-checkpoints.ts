/** How a training of the command line is kept: its checkpoints, and the chart that is made of them. */
import type {
  AnyModel,
  CheckpointInterval,
  CheckpointOptions,
  Checkpoints,
  RunFile,
  RunFolder,
  TrainingState,
} from 'gentle-dl'
import type { Preparation } from '../tasks/task.ts'
import { note } from '../terminal/terminal.ts'
import type { Plan } from './settings.ts'

/** Between two epochs' ends there is a checkpoint this often, unless --save-every says otherwise. */
const everySeconds = 120

const secondsOf = { s: 1, m: 60, h: 3600 }

/** `200` is steps; `30s`, `5m` and `2h` are time. */
function intervalOf(text: string | undefined): CheckpointInterval {
  if (text === undefined) return { seconds: everySeconds }
  return text.at(-1)! in secondsOf ? { seconds: secondsIn(text) } : { steps: Number(text) }
}

/** `30s`, `5m` and `2h` in seconds. */
export const secondsIn = (text: string): number =>
  Number(text.slice(0, -1)) * secondsOf[text.at(-1) as keyof typeof secondsOf]

/** The curves of the epochs that have ended. */
function curvesOf({ monitor, scoreName, isShare }: Preparation): NonNullable<CheckpointOptions['derive']> {
  // Within an epoch they stay as they are.
  let [epochs, files]: [number, readonly RunFile[]] = [0, []]
  return async ({ history }) => {
    if (history.length === epochs) return files
    const { plotHistory } = await import('gentle-dl-plot')
    const chart = plotHistory(history, { metric: monitor, metricLabel: scoreName, percent: isShare })
    epochs = history.length
    files = [{ name: 'curves.svg', pieces: [new TextEncoder().encode(chart)], sync: false }]
    return files
  }
}

/**
 * The checkpoints of a training, which goes on where some cannot be written, and tells so once.
 * @param onSaved is told of each, by the steps that were done
 */
export function checkpointsOf(
  run: RunFolder,
  plan: Plan,
  prepared: Preparation,
  onSaved: (step: number) => void,
): Checkpoints {
  let isTold = false
  return run.checkpoints({
    every: intervalOf(plan.saveEvery),
    keep: plan.keep,
    purpose: prepared.purpose,
    derive: curvesOf(prepared),
    onSaved(step) {
      isTold = false
      onSaved(step)
    },
    onError: ({ message }) => {
      if (!isTold) note(`warning: ${message}; the training goes on, and tries again with each checkpoint to come`)
      isTold = true
    },
  })
}

/** Makes again what is missing of a run that goes on, or is other than its checkpoint says, and tells what. */
export async function repairRun(
  run: RunFolder,
  state: TrainingState,
  model: AnyModel,
  prepared: Preparation,
): Promise<void> {
  const made = await run.repair(state, model, { purpose: prepared.purpose, derive: curvesOf(prepared) })
  if (made.length > 0)
    note(
      `${run.path}: ${made.join(', ')} ${made.length === 1 ? 'was' : 'were'} missing or other than the checkpoint says; made again`,
    )
}
