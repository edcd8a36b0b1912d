/**
 * What a network costs, how it is connected, what a program computes and where its time goes, whether gradients are right, and what is in files and run folders.
 * @module gentle-dl/inspect
 */
export {
  type CheckedElement,
  checkGradients,
  type GradientCheck,
  type GradientCheckOptions,
} from '../autodiff/index.ts'
export type {
  KernelOfThread,
  KernelProfile,
  Profile,
  ProfileEvent,
  ProfileOptions,
  ThreadProfile,
} from '../backends/profile.ts'
export { type Trace, type TraceEvent, traceEvents } from '../backends/trace.ts'
export { lessIsBetter } from '../core/less-is-better.ts'
export { printGraph, rootsOf } from '../graph/graph.ts'
export {
  compareFiles,
  compareReadFiles,
  type FileComparison,
  type OperatorDifference,
  type ReadFile,
  type TensorDifference,
} from '../inspect/compare-files.ts'
export {
  type BestOfRun,
  bestOfRun,
  curveOfRun,
  metricsOfRuns,
  type SettingOfRuns,
  settingsOfRuns,
} from '../inspect/compared-runs.ts'
export type {
  FileContent,
  FileOperator,
  FilePort,
  FileTensor,
  FileUse,
  FittingNetwork,
  InspectOptions,
} from '../inspect/file-content.ts'
export { inspectFile } from '../inspect/inspect-file.ts'
export {
  type RecordedRun,
  RunError,
  type RunPart,
  type RunScore,
  type RunSeries,
  type RunTexts,
  readRun,
} from '../inspect/recorded-run.ts'
export { type TensorValues, tensorValues } from '../inspect/tensor-values.ts'
export { traceInference } from '../nn/model.ts'
export { inputsNetworkGraph, type NetworkGraph, type NetworkNode, networkGraph } from '../nn/network-graph.ts'
export {
  type InputsNetworkSummary,
  type LayerSummary,
  type NetworkSummary,
  type SummaryOptions,
  summarize,
  summarizeInputs,
} from '../nn/summary.ts'
