/** Options as they are called elsewhere, and what they are called here. */
import { nearestName } from 'gentle-dl'

/** Names of PyTorch's, Keras' and others' options, and of those that mean the same here; the first that a command has is meant. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  'batch-size': ['bs', 'b', 'batch', 'mini-batch', 'train-batch-size', 'per-device-train-batch-size'],
  epochs: [
    'epoch',
    'num-epochs',
    'n-epochs',
    'max-epochs',
    'num-train-epochs',
    'iterations',
    'iters',
    'steps',
    'passes',
  ],
  data: ['dataset', 'data-dir', 'data-path', 'dataset-path', 'train-dir', 'train-data', 'root', 'input-dir', 'folder'],
  'learning-rate': ['eta', 'alpha', 'rate', 'step-size', 'lr0', 'base-lr', 'max-lr'],
  'weight-decay': ['wd', 'decay', 'l2', 'l2-reg', 'regularization'],
  optimizer: ['opt', 'optim', 'optimiser', 'solver'],
  schedule: ['scheduler', 'sched', 'lr-schedule', 'lr-scheduler', 'lr-scheduler-type', 'lr-policy'],
  'clip-norm': [
    'clip',
    'clipnorm',
    'grad-clip',
    'clip-grad',
    'clip-grad-norm',
    'max-norm',
    'max-grad-norm',
    'gradient-clip-val',
  ],
  warmup: ['warmup-steps', 'warmup-epochs', 'num-warmup-steps', 'warm-up'],
  validation: ['val', 'valid', 'val-split', 'val-size', 'val-ratio', 'validation-split', 'validation-size', 'dev'],
  split: ['part', 'subset', 'partition', 'val', 'validation', 'test'],
  test: ['test-size', 'test-split', 'holdout'],
  seed: ['random-seed', 'random-state', 'manual-seed', 'rng'],
  vary: ['param', 'params', 'parameter', 'parameters', 'space', 'search-space', 'sweep', 'grid', 'hyperparameters'],
  trials: ['num-trials', 'n-trials', 'max-trials', 'num-samples', 'n-iter', 'count', 'run-cap', 'runs'],
  method: ['algorithm', 'sampler', 'search', 'search-algorithm', 'strategy', 'tuner', 'scheduler', 'pruner'],
  'reduction-factor': ['eta', 'factor'],
  jobs: ['n-jobs', 'num-workers', 'workers', 'parallel', 'max-concurrent', 'max-concurrent-trials', 'j'],
  'data-workers': ['workers', 'num-workers', 'loader-workers'],
  threads: ['num-threads', 'n-jobs', 'jobs', 'cpus', 'cores'],
  augment: [
    'augmentation',
    'augmentations',
    'aug',
    'aa',
    'auto-augment',
    'transform',
    'transforms',
    'data-augmentation',
  ],
  policy: ['augment', 'augmentation', 'transform'],
  resize: ['image-size', 'img-size', 'imgsz', 'img', 'image-shape', 'input-size', 'size', 'resolution', 'input-shape'],
  input: ['input-size', 'input-shape', 'image-size', 'img-size', 'imgsz', 'resize', 'shape', 'tensor'],
  'class-weights': ['class-weight', 'balanced', 'sample-weight'],
  label: ['target', 'target-column', 'label-column', 'y', 'column'],
  labels: ['names', 'class-names', 'classes', 'label-names', 'class-file'],
  classes: ['num-classes', 'n-classes', 'nc'],
  pretrained: [
    'weights',
    'init',
    'pretrain',
    'pre-trained',
    'finetune',
    'fine-tune',
    'load',
    'checkpoint',
    'ckpt',
    'from',
  ],
  weights: ['checkpoint', 'ckpt', 'load', 'pretrained', 'weights-file', 'state-dict'],
  resume: ['continue', 'restart', 'resume-from', 'resume-from-checkpoint', 'checkpoint', 'last'],
  freeze: ['frozen', 'freeze-backbone', 'freeze-layers', 'trainable'],
  'sweep-dir': ['run-dir', 'output-dir', 'out', 'output', 'out-dir', 'save-dir', 'storage-path', 'directory', 'o'],
  'run-dir': [
    'output',
    'output-dir',
    'out',
    'out-dir',
    'save',
    'save-dir',
    'save-to',
    'log-dir',
    'logdir',
    'project',
    'dest',
    'o',
  ],
  out: ['output', 'output-dir', 'out-dir', 'save', 'save-to', 'save-dir', 'dest', 'o', 'csv'],
  config: ['cfg', 'config-file', 'hyp', 'settings', 'params'],
  'score-threshold': ['conf', 'conf-thres', 'confidence', 'threshold', 'min-score', 'score', 'score-thr'],
  top: ['topk', 'top-k', 'k'],
  flip: ['tta', 'hflip', 'flips', 'mirror'],
  views: ['tta', 'crops', 'ten-crop'],
  normalize: ['norm', 'normalise', 'normalization', 'mean', 'std', 'preprocess', 'preprocessing'],
  format: ['onnx', 'to', 'type', 'export-format', 'include'],
  opset: ['opset-version'],
  measure: ['time', 'benchmark', 'profile', 'speed'],
  profile: ['profiler', 'trace', 'benchmark'],
  quiet: ['silent', 'q', 'no-progress', 'no-verbose'],
}

/** Options that ask for a processor. */
const devices = ['device', 'gpu', 'gpus', 'cuda', 'cpu', 'no-cuda', 'mps', 'accelerator', 'amp', 'fp16', 'half']

/** Options elsewhere of what is an argument here, by the argument's name. */
const argumentsElsewhere: Readonly<Record<string, readonly string[]>> = {
  model: ['model', 'network', 'net', 'arch', 'a', 'm', 'model-name', 'architecture', 'encoder', 'run', 'run-id'],
  run: ['model', 'run', 'weights', 'checkpoint', 'ckpt', 'm', 'run-dir', 'run-id'],
  image: ['image', 'images', 'source', 'file', 'files', 'i', 'input-file', 'picture', 'path', 'img'],
  text: ['text', 'source', 'sentence', 'input'],
  sound: ['sound', 'audio', 'wav', 'file', 'source', 'input'],
  name: ['data', 'dataset', 'path', 'folder', 'dir'],
}

/** `--batchSize` and `--batch_size` as `batch-size`. */
const plain = (flag: string): string =>
  flag
    .replace(/^-+/, '')
    .replace(/=.*$/, '')
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase()

/**
 * What a flag that a command does not have is probably meant to be, as the end of a sentence.
 * @param known the command's long options, without dashes
 * @param taken names of its arguments
 */
export function meantBy(flag: string, known: readonly string[], taken: readonly string[]): string {
  const word = plain(flag)
  const argument = taken.find((name) => argumentsElsewhere[name]?.includes(word))
  if (argument !== undefined && !known.includes(word)) return `; the ${argument} is named without an option`
  if (devices.includes(word)) return '; Gentle computes on the processor, on all of its cores unless --threads tells'
  const option =
    known.find((name) => name === word) ??
    known.find((name) => otherNames[name]?.includes(word)) ??
    (word.length > 2 ? known.find((name) => name.startsWith(word)) : undefined) ??
    nearestName(word, known, Math.max(1, word.length / 3))
  return option === undefined ? '' : `; did you mean --${option}?`
}
