/** What is told beside results, where a file leaves open what they mean. */
import { classCount, type OpenedModel, outputKind } from 'gentle-dl'
import { note } from '../terminal/terminal.ts'

/**
 * Tells how the probabilities of a model by others come about, where that does not go without saying.
 * @param file that the model is from
 */
export function noteOutputs({ model, foreign }: OpenedModel, file: string): void {
  const kind = outputKind(model)
  const alone = model.outputShape.every((n) => n === 1)
  if (kind === 'sigmoids' && !alone)
    note(`${file} ends in sigmoids: each class has its own probability, and they need not sum to 100 %`)
  if (kind !== 'logits' || !foreign || classCount(model.outputShape) === undefined) return
  note(
    alone
      ? `${file} has one output and does not say what it is: it is treated as a logit, whose sigmoid is the probability of the second of two classes`
      : `${file} does not say what its outputs are: they are treated as logits, and their softmax is shown`,
  )
}

/** Tells that classes were told apart by their places, because the model or the data has no names for them. */
export function noteMatchByOrder(place: string, data: string, names: readonly string[] = []): void {
  const first = names.slice(0, 3).map((name, i) => `${i} is ${name}`)
  note(
    `the classes of ${place} and ${data} are matched by order, since one of the two has no class names${first.length === 0 ? '' : `: ${first.join(', ')}${names.length > 3 ? ', ...' : ''}`}`,
  )
}
