/** What is told of a training before it begins. */
import { type AnyModel, type Backend, countParameters, sizeOf } from 'gentle-dl'
import type { Preparation } from '../tasks/task.ts'
import { thousands } from '../terminal/terminal.ts'
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
  ranks = 1,
): string {
  const { model, data, augment } = plan
  const tuning = fineTuningText(plan)
  const kept = frozen.size === 0 ? '' : `, ${thousands(countFrozen(made, frozen))} of them frozen`
  return [
    `${model}: ${thousands(countParameters(made))} parameters${kept}; ${backend.name}${ranks > 1 ? `, on each of ${ranks} ranks` : ''}`,
    `${data}: ${thousands(train.length)} training, ${thousands(validation.length)} validation, ${thousands(test.length)} test examples`,
    ...remarks,
    ...(augment === undefined ? [] : [`augmented: ${augment}`]),
    ...(tuning === undefined ? [] : [tuning]),
  ].join('\n')
}
