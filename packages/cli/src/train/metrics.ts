/** Figures of all epochs together. */
import type { EpochReport } from 'gentle-dl'

/** Examples a second over all epochs. */
export function meanSpeed(history: readonly EpochReport[]): number {
  const seconds = history.reduce((sum, epoch) => sum + epoch.seconds, 0)
  return seconds > 0 ? history.reduce((sum, epoch) => sum + epoch.examplesPerSecond * epoch.seconds, 0) / seconds : 0
}
