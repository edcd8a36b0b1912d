export { type Aligned, alignClasses, type HasClasses } from './align-classes.ts'
export type { Anomaly } from './anomaly.ts'
export { type Batch, stepsOf } from './batches.ts'
export { type Calibration, calibrations } from './calibration.ts'
export type { RunFile } from './checkpoint-files.ts'
export { type CheckpointInterval, type CheckpointOptions, Checkpoints } from './checkpoints.ts'
export { createTrainer } from './create-trainer.ts'
export { type EvaluateOptions, evaluate } from './evaluate.ts'
export type { Evaluation, RunningSums } from './evaluation.ts'
export { lockHolder, takeLock, withLock } from './file-lock.ts'
export { type FindRateOptions, findLearningRate, type RateRange } from './find-learning-rate.ts'
export type { Acceptable, Fingerprint, Json, RestoreOptions } from './fingerprint.ts'
export { type FitOptions, type FitResult, fit } from './fit.ts'
export type { Gradients } from './gradients.ts'
export { historyCsv } from './history-csv.ts'
export type { CardMetrics, CardSplit, ModelCard } from './model-card.ts'
export { type ModelColumns, type ModelPurpose, purposeMetadata } from './model-purpose.ts'
export {
  type OpenedInputsModel,
  type OpenedModel,
  type OpenOptions,
  openAnyModel,
  openInputsModel,
  openModel,
  pretrainedValues,
} from './open-model.ts'
export { type PerceptronRuleOptions, type PerceptronStep, perceptronRule } from './perceptron-rule.ts'
export { type Confusion, confusion, type PredictOptions, predict } from './predict.ts'
export { type PretrainedHead, pretrainedHead } from './pretrained-head.ts'
export { type QuantizedLayerError, type QuantizedModel, type QuantizeOptions, quantize } from './quantize.ts'
export { DivergedTraining, type EpochReport, type RankTimes, type StepReport } from './reports.ts'
export { RunFolder } from './run-folder.ts'
export { type RunOptions, runTraining } from './run-training.ts'
export { StateMemory } from './state-memory.ts'
export { type StatefulPredictor, statefulPredictor } from './stateful-predictor.ts'
export type { Trainer } from './trainer.ts'
export type { TrainerOptions } from './trainer-options.ts'
export {
  type BestEpoch,
  loadTrainingState,
  type RunningMetrics,
  type StreamPositions,
  saveTrainingState,
  type TrainingState,
} from './training-state.ts'
export { createTranslator, type SequenceMarks, type TranslateOptions, type Translator } from './translator.ts'
export { type NamedWeights, namedAsNetwork } from './weight-names.ts'
export {
  loadInputsModel,
  loadMatching,
  loadModel,
  loadWeights,
  type Matching,
  saveModel,
} from './weights.ts'
export {
  type FileBytes,
  type FilePlace,
  readWeightsFile,
  type WeightsFile,
  type WeightsFileOptions,
} from './weights-file.ts'
