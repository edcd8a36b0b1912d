/** Files of other programs: safetensors, PyTorch's state dicts, NumPy's arrays. */
export { readNpy, writeNpy } from '../formats/npy.ts'
export { type PyTorchFile, type PyTorchOptions, readPyTorch } from '../formats/pytorch/pytorch.ts'
export { readSafetensors, type SafetensorsFile, type StoredTensor, writeSafetensors } from '../formats/safetensors.ts'
