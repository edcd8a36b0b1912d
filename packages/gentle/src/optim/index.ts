export { type AdamOptions, adam, adamW } from './adam.ts'
export type {
  Optimizer,
  OptimizerDescription,
  OptimizerOptions,
  OptimizerState,
  Updates,
  WeightDecayOptions,
} from './optimizer.ts'
export { ratesByDepth } from './rates-by-depth.ts'
export { type AdaGradOptions, adaGrad, type RmsPropOptions, rmsProp } from './root-mean-square.ts'
export {
  constantRate,
  cosineDecay,
  linearDecay,
  type Schedule,
  type ScheduleDescription,
  sequentialSchedule,
  stepDecay,
} from './schedule.ts'
export { type SgdOptions, sgd } from './sgd.ts'
