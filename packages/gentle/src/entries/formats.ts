/**
 * Files of other programs: safetensors, PyTorch's state dicts, NumPy's arrays.
 * @module gentle-dl/formats
 */
export { readNpy, writeNpy } from '../formats/npy.ts'
export { type PyTorchFile, type PyTorchOptions, readPyTorch } from '../formats/pytorch/pytorch.ts'
export {
  type KerasRecurrentWeights,
  type OnnxRecurrentWeights,
  type RecurrentSizes,
  type RecurrentWeights,
  recurrentWeightsFromKeras,
  recurrentWeightsFromOnnx,
  recurrentWeightsToKeras,
  recurrentWeightsToOnnx,
} from '../formats/recurrent-weights.ts'
export {
  type ByteTensor,
  readSafetensors,
  type SafetensorsFile,
  type StoredTensor,
  writeSafetensors,
} from '../formats/safetensors.ts'
