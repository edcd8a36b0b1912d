/** Models to and from ONNX files: the public entry `gentle-dl/onnx`. */
export { exportOnnx } from './export.ts'
export { type LoadOnnxOptions, loadOnnx } from './import.ts'
