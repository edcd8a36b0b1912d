/** The training examples that chosen weights are evaluated on. */
import { type Dataset, subset } from 'gentle-dl/data'

/** Examples at most, spread evenly over all. */
const mostSampled = 10_000

export const sampleOf = (train: Dataset, most = mostSampled): Dataset =>
  train.length <= most
    ? train
    : subset(
        train,
        Array.from({ length: most }, (_, i) => Math.floor((i * train.length) / most)),
      )
