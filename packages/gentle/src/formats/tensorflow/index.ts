/** Models of TensorFlow's family. */
export type { Hdf5Package, Hdf5Source } from '../hdf5.ts'
export { exportTensorflow, type TensorflowFiles } from './export/export-tensorflow.ts'
export { type LoadModelJsonOptions, loadTensorflow } from './model-json.ts'
export type {
  AsTensorflowModelOptions,
  LoadTensorflowOptions,
  PixelScale,
  TensorflowInput,
  TensorflowModel,
} from './tensorflow-model.ts'
export { type ReadShard, readTensorflowWeights } from './weights-manifest.ts'
