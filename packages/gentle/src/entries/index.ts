/**
 * Gentle: deep learning written from scratch. What most programs need: layers, losses, optimizers, training, models as files, backends.
 * @module gentle-dl
 */
export { type GradientOptions, gradients } from '../autodiff/index.ts'
export type { Backend, Exposed, Feed, FeedArguments, Program, Progress } from '../backends/backend.ts'
export { compile, defaultBackend } from '../backends/default.ts'
export { type ReferenceOptions, reference } from '../backends/reference/reference.ts'
export { availableThreads, type WasmOptions, wasm } from '../backends/wasm/wasm.ts'
export type { DType, TypedArray } from '../core/dtype.ts'
export * from '../core/errors.ts'
export type { NDArray } from '../core/ndarray.ts'
export { nearestName, nearestNames } from '../core/nearest-name.ts'
export { Random } from '../core/random.ts'
export { type Shape, sizeOf } from '../core/shape.ts'
export type { Addends, Computation, ExchangeSeconds, Ranks } from '../distributed/ranks.ts'
export type { Graph } from '../graph/graph.ts'
export { Constant, constant, Input, input, Tensor, Variable, variable } from '../graph/tensor.ts'
export { layerFrom } from '../models/layer-from.ts'
export * from '../nn/index.ts'
export type { Initialization, Initializer } from '../nn/initializers.ts'
export * as initializers from '../nn/initializers.ts'
export * from '../optim/index.ts'
export * from '../train/index.ts'
