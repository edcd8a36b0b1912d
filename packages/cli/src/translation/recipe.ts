/** How GNMT is built and trained by default. */
import type { GnmtOptions, Recipe } from 'gentle-dl/models'
import type { NamedSettings } from '../tasks/task.ts'

/** Settings of a training, the network's size, and how sure its loss wants it to be. */
export interface TranslationRecipe extends Recipe, Required<Pick<GnmtOptions, 'units' | 'layers' | 'dropout'>> {
  readonly labelSmoothing: number
  readonly warmup: number
  readonly schedule: 'constant' | 'linear' | 'cosine'
}

/** Pieces of targets from which on there are several ways to say a thing, as between languages. */
const manyPieces = 1000

/**
 * The rules of spelling and of number names are few: a small network learns them in minutes. Sentences, of thousands of different pieces, need a larger one that is kept from learning
 * them by heart. What is told is taken.
 */
export function translationRecipe(
  targetPieces: number,
  { units, layers, labelSmoothing }: Pick<NamedSettings, 'units' | 'layers' | 'labelSmoothing'>,
): TranslationRecipe {
  const sentences = targetPieces >= manyPieces
  return {
    optimizer: 'adam',
    learningRate: 0.002,
    warmup: 200,
    schedule: 'cosine',
    clipNorm: 1,
    batchSize: 64,
    epochs: sentences ? 10 : 8,
    units: units ?? (sentences ? 256 : 128),
    layers: layers ?? 2,
    dropout: sentences ? 0.2 : 0.1,
    labelSmoothing: labelSmoothing ?? (sentences ? 0.1 : 0),
  }
}
