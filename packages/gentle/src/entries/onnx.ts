/**
 * Models to and from ONNX files; apart, for the sake of what reads their encoding.
 * @module gentle-dl/onnx
 */
import '../formats/onnx/layer.ts'

export * from '../formats/onnx/index.ts'
