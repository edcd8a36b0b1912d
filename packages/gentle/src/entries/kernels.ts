/**
 * Kernels for ops of your own on the wasm backend: the public entry `gentle-dl/kernels`. A kernel is code of WebAssembly, built of values and
 * statements: `i32.add(a, b)` is an expression, `local.set(value)` a statement.
 * @module gentle-dl/kernels
 */
export {
  block,
  branch,
  branchIf,
  countedLoop,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  i32x4,
  i64,
  ifThen,
  Local,
  loop,
  memoryCopy,
  memoryFill,
  repeat,
  type Statement,
  select,
  sequence,
  shuffle32,
  type Value as CodeValue,
  v128,
} from '../backends/wasm/assembler/index.ts'
export type { Buffer } from '../backends/wasm/buffer.ts'
export {
  type CustomKernel,
  defineKernel,
  elementwiseKernel,
  type KernelMaker,
} from '../backends/wasm/custom-kernels.ts'
export type { KernelContext } from '../backends/wasm/kernel.ts'
export { forEachItem } from '../backends/wasm/kernels/nest.ts'
