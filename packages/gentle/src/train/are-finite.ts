import type { WeightValues } from '../nn/model.ts'

/** Whether no number of any parameter is NaN or infinite. */
export const areFinite = (values: WeightValues): boolean =>
  [...values.values()].every((parameter) => {
    for (const value of parameter) if (!Number.isFinite(value)) return false
    return true
  })
