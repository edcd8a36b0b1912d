/** The training set of a folder of photographs, as contenders read it: RandomResizedCrop to 224 x 224, flip, ImageNet's mean and deviation. */
import { augmented, type Dataset, imageFolder, normalized, preprocessed } from '../packages/gentle/src/entries/data.ts'

import { imagenetPreprocessing, withoutNormalization } from '../packages/gentle/src/entries/vision.ts'
import { photographs } from './photographs.ts'

/** @param workers threads that decode and prepare pictures */
export async function folderSet(workers?: number): Promise<Dataset> {
  // As many for validation and test as have to be: training takes the rest.
  const { train } = await imageFolder(await photographs(), { size: 224, workers, validation: 8, test: 8 })
  const preprocessing = imagenetPreprocessing([3, 224, 224])
  const shown = preprocessed(train, withoutNormalization(preprocessing))
  return normalized(augmented(shown, [{ type: 'resizedCrop' }, { type: 'flip' }]), preprocessing)
}
