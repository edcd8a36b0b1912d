import type { InputsModel, Trainer } from 'gentle-dl'
import { breathe } from '../../engine/breathe.ts'

/** All steps of an epoch, which the caller ends; messages come in between. Gives the mean loss of the examples. */
export async function trainEpoch(trainer: Trainer<InputsModel>): Promise<number> {
  let [loss, before] = [0, 0]
  for (let step = 0; step < trainer.steps / trainer.epochs; step++) {
    const report = await trainer.step()
    loss += report.loss * (report.examples - before)
    before = report.examples
    await breathe()
  }
  return loss / before
}
