/** `gentle quantize --fine-tune`: trains a network in 8 bits further. */
import { fit, linearDecay, type Model, sgd } from 'gentle-dl'
import type { Dataset } from 'gentle-dl/data'
import { progressView } from '../terminal/progress.ts'
import { epochLines } from '../train/epoch-lines.ts'

/** The learning rate at its beginning: weights are to move by some steps between two bytes, and not to be learned anew. */
export const defaultRate = 0.001

const batchSize = 64

export interface FineTuning {
  readonly epochs: number
  readonly learningRate: number
}

/** Trains a model as it stands, on the plain examples, and leaves it with the epoch that is best in validation. */
export async function fineTune(
  model: Model,
  { train, validation }: { readonly train: Dataset; readonly validation: Dataset },
  { epochs, learningRate }: FineTuning,
): Promise<void> {
  const accuracy = { name: 'accuracy', isShare: true }
  const view = progressView(epochs, { batchSize, quiet: false, score: { ...accuracy, of: 'accuracy' } })
  const lines = epochLines(
    epochs,
    { ...accuracy, monitor: 'accuracy', scoreName: 'accuracy' },
    { inTerminal: process.stderr.isTTY === true },
  )
  try {
    await fit(model, train, {
      epochs,
      batchSize,
      optimizer: sgd({ learningRate: linearDecay(learningRate), momentum: 0.9 }),
      validation,
      onStep: (report) => view.step(report, 0),
      onEpoch(report) {
        const line = lines.next(report)
        if (line !== undefined) view.line(line)
      },
    })
  } finally {
    view.end()
  }
}
