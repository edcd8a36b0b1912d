/** Models of TensorFlow's family. */
export { loadTensorflow } from './model-json.ts'
export type { LoadTensorflowOptions, TensorflowInput, TensorflowModel } from './tensorflow-model.ts'
export { type ReadShard, readTensorflowWeights } from './weights-manifest.ts'
