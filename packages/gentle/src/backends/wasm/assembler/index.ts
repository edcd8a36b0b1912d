/** A typed WebAssembly assembler: expression trees in, a binary module out. */
export { type Code, Label, Local, locals, type Operand, type Statement, type Value, type ValueType } from './code.ts'
export {
  block,
  branch,
  branchIf,
  call,
  countedLoop,
  drop,
  ifThen,
  loop,
  memoryCopy,
  memoryFill,
  repeat,
  return_,
  select,
  sequence,
  unreachable,
} from './control.ts'
export { f32 } from './f32.ts'
export { f32x4 } from './f32x4.ts'
export { f64 } from './f64.ts'
export { f64x2 } from './f64x2.ts'
export { type WasmFeatures, wasmFeatures } from './features.ts'
export { i32 } from './i32.ts'
export { i32x4 } from './i32x4.ts'
export { i64 } from './i64.ts'
export { type FunctionBuilder, type FunctionHandle, type Global, type MemoryType, Module } from './module.ts'
export { type Lane, shuffle, shuffle32, v128 } from './v128.ts'
