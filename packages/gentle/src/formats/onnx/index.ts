/** Models to and from ONNX files: the public entry `gentle-dl/onnx`. */
export type { OnnxArray, OnnxData, OnnxFeed } from './arrays.ts'
export type { OnnxType } from './element-types.ts'
export { type ExportOnnxOptions, exportOnnx } from './export.ts'
export { type AsModelOptions, type LoadOnnxOptions, loadOnnx, type OnnxModel } from './import.ts'
export type { OnnxPort } from './network.ts'
