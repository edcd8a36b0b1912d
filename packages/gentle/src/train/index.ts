export { type AnsweredPicture, type AnswerOptions, answers } from './answers.ts'
export { type EvaluateOptions, type Evaluation, evaluate } from './evaluate.ts'
export {
  type Detections,
  detectAll,
  evaluateDetection,
  evaluateLocalization,
  evaluateSegmentation,
  type LocalizationReport,
} from './evaluate-tasks.ts'
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
