/** All readers, by the names under which they are fuzzed. */
import type { FuzzedReader } from '../fuzzed-reader.ts'
import { coco, jpegs, masks, pictures, voc, yolo, yoloConfig } from './annotations.ts'
import { cifar, idx, npy, npz, numpySets } from './arrays.ts'
import { hdf5, keras, models, onnx, tensorflow, trainings } from './networks.ts'
import { arpa, csv, policy, run, wave } from './texts.ts'
import { legacyPytorch, pytorch, safetensors, zip } from './weights.ts'

export const readers: Readonly<Record<string, () => FuzzedReader | Promise<FuzzedReader>>> = {
  safetensors,
  pytorch,
  'pytorch-legacy': legacyPytorch,
  zip,
  npy,
  npz,
  'npz-set': numpySets,
  idx,
  cifar,
  csv,
  coco,
  yolo,
  'yolo-config': yoloConfig,
  voc,
  pictures,
  jpegs,
  masks,
  policy,
  run,
  wave,
  arpa,
  model: models,
  training: trainings,
  onnx,
  tensorflow,
  keras,
  hdf5,
}
