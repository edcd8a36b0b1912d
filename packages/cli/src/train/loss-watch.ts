/** Tells of a loss that goes up and away, long before it is NaN. */
import type { StepReport } from 'gentle-dl'

/** So many times the loss of guessing, or of the first step, is far above both. */
const far = 5

/** Losses are averaged over so many steps, and told at once where a single one is this much higher still. */
const window = 20
const atOnce = 10

const shown = (loss: number): string => (loss < 1000 ? loss.toPrecision(3) : Math.round(loss).toLocaleString('en-US'))

/**
 * Watches the losses of a training: gives a warning once, at the step where the loss is far above where it began and above what guessing gives.
 * @param classes of a classifier, whose guesses have a loss of ln(classes)
 */
export function lossWatch(
  { learningRate }: { readonly learningRate: number },
  classes?: number,
): (report: Pick<StepReport, 'step' | 'loss'>) => string | undefined {
  const guessing = classes === undefined ? 0 : Math.log(classes)
  const recent: number[] = []
  let first: number | undefined
  let warned = false
  return ({ step, loss }) => {
    first ??= loss
    recent.push(loss)
    if (recent.length > window) recent.shift()
    const level = Math.max(first, guessing)
    const mean = recent.reduce((sum, each) => sum + each, 0) / recent.length
    const high = loss > far * atOnce * level || (recent.length === window && mean > far * level)
    if (warned || level <= 0 || !high) return undefined
    warned = true
    const chance = guessing > 0 ? `; guessing gives ${shown(guessing)}` : ''
    return `warning: the loss is ${shown(loss)} at step ${step} (it began at ${shown(first)}${chance}): the training diverges, most likely because a learning rate of ${learningRate} is too high; stop it with Ctrl+C, and lower --learning-rate or leave it out`
  }
}
