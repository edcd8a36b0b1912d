export { type EvaluateOptions, type Evaluation, evaluate } from './evaluate.ts'
export {
  DivergedTraining,
  type EpochReport,
  type FitOptions,
  type FitResult,
  fit,
  type Progress,
  type StepReport,
} from './fit.ts'
export { type PerceptronRuleOptions, perceptronRule } from './perceptron-rule.ts'
export { type Confusion, confusion, type PredictOptions, predict } from './predict.ts'
export { evaluateViews, predictViews, type ViewOptions } from './views.ts'
export { loadMatching, loadModel, loadWeights, type Matching, saveModel } from './weights.ts'
