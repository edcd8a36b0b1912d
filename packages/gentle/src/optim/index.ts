export { type AdafactorOptions, adafactor } from './adafactor.ts'
export { type AdamOptions, adam, adamW } from './adam.ts'
export { type CosineRestartOptions, cosineRestarts, type OneCycleOptions, oneCycle } from './cycles.ts'
export {
  cosineDecay,
  exponentialDecay,
  linearDecay,
  type MinRate,
  multiStepDecay,
  polynomialDecay,
  stepDecay,
} from './decays.ts'
export { type LambOptions, type LarsOptions, lamb, lars } from './layer-wise-rates.ts'
export { type LionOptions, lion } from './lion.ts'
export type {
  Optimizer,
  OptimizerDescription,
  OptimizerOptions,
  OptimizerState,
  Updates,
  WeightDecayOptions,
} from './optimizer.ts'
export type { ParameterGroup } from './parameter-groups.ts'
export { type PlateauOptions, reduceOnPlateau } from './plateau.ts'
export { ratesByDepth } from './rates-by-depth.ts'
export { type AdaGradOptions, adaGrad, type RmsPropOptions, rmsProp } from './root-mean-square.ts'
export {
  constantRate,
  type EpochFigures,
  type Schedule,
  type ScheduleDescription,
  sequentialSchedule,
  type WarmUp,
  withWarmup,
} from './schedule.ts'
export { type SgdOptions, sgd } from './sgd.ts'
