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
  oneAfterAnother,
  type Schedule,
  type ScheduleDescription,
  stepDecay,
} from './schedule.ts'
export { type SgdOptions, sgd } from './sgd.ts'
