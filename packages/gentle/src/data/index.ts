/** Data sets: the public entry `gentle-dl/data`. */

export type { Field, Fields } from '../core/field.ts'
export type { AnnotatedFileSet, AnnotatedFolder, AnnotatedFolderOptions } from './annotated/annotated-files.ts'
export { type AnnotatedSet, type AnnotatedSplits, type Annotations, ignoredPixel } from './annotated/annotated-set.ts'
export {
  type AnnotatedStatistics,
  annotatedPictures,
  annotatedStatistics,
  type BoxSizes,
  boxQuantiles,
  type ObjectCounts,
} from './annotated/annotated-statistics.ts'
export { augmentedScenes } from './annotated/augmented-scenes.ts'
export {
  type CocoContent,
  type CocoImage,
  type CocoObject,
  parseCoco,
  parseCocoResults,
} from './annotated/coco-content.ts'
export { cocoFolder } from './annotated/coco-folder.ts'
export type { Correction, Findings, SkippedObject } from './annotated/findings.ts'
export { labelled } from './annotated/labelled.ts'
export { checkLearnable } from './annotated/learnable.ts'
export { maskFolder } from './annotated/mask-folder.ts'
export { type SceneOptions, sceneSplits, scenes } from './annotated/scenes.ts'
export { taskSet } from './annotated/task-set.ts'
export { vocFolder } from './annotated/voc-folder.ts'
export { yoloFolder } from './annotated/yolo-folder.ts'
export { type ArrayOptions, type ArrayReading, type ArraySplits, numpySet } from './arrays.ts'
export { Augmentation } from './augmentation/augmentation.ts'
export { augmented } from './augmentation/augmented.ts'
export type { PictureSize } from './augmentation/drawing.ts'
export type { Range } from './augmentation/options.ts'
export {
  type Policy,
  type PolicyName,
  policies,
  type Spread,
  type Transform,
  transformNames,
} from './augmentation/policy.ts'
export { backgroundOf } from './background.ts'
export { cached } from './cached.ts'
export { type ChannelMoments, channelMoments } from './channel-moments.ts'
export { type Cifar100Options, type CifarOptions, cifar10, cifar100 } from './cifar.ts'
export { type CsvOptions, csvPoints, csvTargets, type TableReading, type TableSet } from './csv.ts'
export { type CsvRows, type CsvRowsOptions, csvRows } from './csv-rows.ts'
export type { AnyDataset, Dataset, NamedDataset } from './dataset.ts'
export type { ImageFileInfo } from './decode.ts'
export type { DividedWork } from './divided-work.ts'
export { type FeatureMoments, featureMoments } from './feature-moments.ts'
export { type IdxOptions, type IdxReading, type IdxSplits, idxFolder, type Splits } from './idx-folder.ts'
export {
  encodeImage,
  type ImageEncoding,
  imageFileInfo,
  type ReadImageOptions,
  readImageFile,
  writeImageFile,
} from './image-file.ts'
export {
  type ImageExample,
  type ImageFolderOptions,
  type ImageSet,
  type ImageSplits,
  imageFolder,
  type SkippedImage,
} from './image-folder.ts'
export { inMemory, labelsOf, type MemoryOptions, randomSplit, subset } from './memory.ts'
export { addingProblem, type CopyingOptions, copyingProblem, type MemoryProblemOptions } from './memory-problems.ts'
export { type MnistOptions, mnist } from './mnist.ts'
export { type FieldValues, type NamedMemoryOptions, namedInMemory } from './named.ts'
export {
  encodeWithEnd,
  type PairsSet,
  type PairsSetOptions,
  type PairVocabularies,
  pairsSet,
} from './pairs/pairs-set.ts'
export {
  parsePairs,
  parseParallel,
  type SkippedLine,
  type TextFile,
  type TextPair,
  type TextPairs,
} from './pairs/read-pairs.ts'
export {
  bySource,
  type PairSplitOptions,
  type PairSplits,
  type SourceWithTargets,
  splitPairs,
} from './pairs/split-pairs.ts'
export { isPictureSet, type PictureFile, type PictureSet } from './picture-set.ts'
export {
  type ClassedPointOptions,
  gaussians,
  logic,
  moons,
  noisyXor,
  type PointOptions,
  rings,
  type SpiralOptions,
  spirals,
  type ToyName,
  toyNames,
  toySplits,
} from './points.ts'
export { normalized, preprocessed } from './preprocessed.ts'
export { readPreprocessedImage } from './preprocessed-image.ts'
export { resized } from './resized.ts'
export { type ShapeOptions, shapeNames, shapeSplits, shapes } from './shapes.ts'
export { classesFile, type ImageShardsOptions, imageShards, type ShardSplits } from './shards/image-shards.ts'
export type { SkippedKind, SkippedRecording } from './speech/findings.ts'
export { readSoundFile } from './speech/sound-file.ts'
export { type SpeechFolderOptions, type SpeechSplits, speechFolder } from './speech/speech-folder.ts'
export { augmentedSpeech, type SpeechExample, type SpeechSet, speechSubset } from './speech/speech-set.ts'
export { classWeights, type SplitOptions, splits } from './splits.ts'
export {
  type ClassImbalance,
  classImbalance,
  countExamples,
  type DataStatistics,
  type Duplicates,
  dataStatistics,
  type ExamplePlace,
  type PartCounts,
  type PartName,
  type PerPart,
  partNames,
} from './statistics.ts'
