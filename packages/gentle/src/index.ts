/** Gentle: deep learning written from scratch. Layers, losses, optimizers and training; ops on tensors are in `gentle-dl/ops`. */
export {
  type CheckedElement,
  checkGradients,
  type GradientCheck,
  type GradientCheckOptions,
  gradients,
} from './autodiff/index.ts'
export type { Backend, Feed, Program } from './backends/backend.ts'
export { compile, defaultBackend } from './backends/default.ts'
export type {
  KernelOfThread,
  KernelProfile,
  Profile,
  ProfileEvent,
  ProfileOptions,
  ThreadProfile,
} from './backends/profile.ts'
export { type ReferenceOptions, reference } from './backends/reference/reference.ts'
export { type Trace, type TraceEvent, traceEvents } from './backends/trace.ts'
export { availableThreads, type WasmOptions, wasm } from './backends/wasm/wasm.ts'
export type { DType, TypedArray } from './core/dtype.ts'
export * from './core/errors.ts'
export type { NDArray } from './core/ndarray.ts'
export { Random } from './core/random.ts'
export { type Shape, sizeOf } from './core/shape.ts'
export { readNpy, writeNpy } from './formats/npy.ts'
export { readPyTorch } from './formats/pytorch/pytorch.ts'
export { readSafetensors, type SafetensorsFile, type StoredTensor, writeSafetensors } from './formats/safetensors.ts'
export { type Graph, printGraph, rootsOf } from './graph/graph.ts'
export { Constant, constant, Input, input, Tensor, Variable, variable } from './graph/tensor.ts'
export * from './models/index.ts'
export * from './nn/index.ts'
export * from './optim/index.ts'
export * from './train/index.ts'
