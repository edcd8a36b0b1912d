/** What is told of a training while it goes on. */
import { type AnyModel, type Backend, countParameters, type EpochReport, type Evaluation, sizeOf } from 'gentle-dl'
import type { Preparation } from '../tasks/task.ts'
import { scoreText, thousands } from '../terminal/terminal.ts'
import { fineTuningText } from './fine-tuning.ts'
import type { Plan } from './settings.ts'

/** Number of learned numbers that stay as they are. */
const countFrozen = ({ parameters }: AnyModel, frozen: ReadonlySet<string>): number =>
  [...frozen].reduce((total, name) => total + sizeOf(parameters.get(name)!.shape), 0)

/** What is trained, on what. */
export function beginning(
  plan: Plan,
  { splits: { train, validation, test }, remarks = [] }: Preparation,
  made: AnyModel,
  frozen: ReadonlySet<string>,
  backend: Backend,
): string {
  const { model, data, augment } = plan
  const tuning = fineTuningText(plan)
  const kept = frozen.size === 0 ? '' : `, ${thousands(countFrozen(made, frozen))} of them frozen`
  return [
    `${model}: ${thousands(countParameters(made))} parameters${kept}; ${backend.name}`,
    `${data}: ${thousands(train.length)} training, ${thousands(validation.length)} validation, ${thousands(test.length)} test examples`,
    ...remarks,
    ...(augment === undefined ? [] : [`augmented: ${augment}`]),
    ...(tuning === undefined ? [] : [tuning]),
  ].join('\n')
}

/** An epoch in a line. */
export function epochLine(
  { epoch, train: learned, validation, examplesPerSecond, best }: EpochReport,
  epochs: number,
  { monitor, scoreName }: Preparation,
): string {
  const scoreOf = (part: Evaluation): string => {
    const score = part[monitor]
    const named = monitor === 'accuracy' ? '' : `${scoreName} `
    return score === undefined ? '' : ` ${named}${scoreText(score)}`
  }
  const checked = validation === undefined ? '' : `  validation ${validation.loss.toFixed(4)}${scoreOf(validation)}`
  return `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}  train ${learned.loss.toFixed(4)}${scoreOf(learned)}${checked}  ${thousands(examplesPerSecond)}/s${best ? '  best' : ''}`
}
