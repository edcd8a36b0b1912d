/** metrics.csv: a row an epoch. */
import type { EpochReport } from 'gentle-dl'

export const metricsHeader =
  'epoch,train_loss,train_accuracy,validation_loss,validation_accuracy,learning_rate,images_per_second,seconds\n'

/** An epoch's row. */
export function metricsRow(report: EpochReport): string {
  const { epoch, train, validation, learningRate, imagesPerSecond, seconds } = report
  const values = [epoch, train.loss, train.accuracy, validation?.loss ?? '', validation?.accuracy ?? '', learningRate]
  return `${[...values, Math.round(imagesPerSecond), seconds.toFixed(3)].join(',')}\n`
}

/** The epochs of a file. */
export function parseMetrics(text: string): EpochReport[] {
  const history: EpochReport[] = []
  for (const line of text.trim().split('\n').slice(1)) {
    const cells = line.split(',')
    const [epoch, loss, accuracy, validationLoss, validationAccuracy, learningRate, imagesPerSecond, seconds] =
      cells.map(Number)
    const validation = cells[3] === '' ? undefined : { loss: validationLoss, accuracy: validationAccuracy }
    const rest = { train: { loss, accuracy }, validation, learningRate, imagesPerSecond, seconds }
    history.push({ epoch, ...rest, best: isBest(validation, history) })
  }
  return history
}

/** Whether an epoch's validation beats all epochs before it: by accuracy, ties by loss. */
export const isBest = (validation: EpochReport['validation'], earlier: readonly EpochReport[]): boolean =>
  earlier.every(
    ({ validation: other }) =>
      validation === undefined ||
      other === undefined ||
      validation.accuracy > other.accuracy ||
      (validation.accuracy === other.accuracy && validation.loss < other.loss),
  )

/** Examples a second over all epochs. */
export function meanSpeed(history: readonly EpochReport[]): number {
  const seconds = history.reduce((sum, epoch) => sum + epoch.seconds, 0)
  return seconds > 0 ? history.reduce((sum, epoch) => sum + epoch.imagesPerSecond * epoch.seconds, 0) / seconds : 0
}
