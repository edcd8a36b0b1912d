/** What a training of translation needs. */
import { sequenceAccuracy, sequenceCrossEntropy, tokenAccuracy } from 'gentle-dl'
import { type PairsSet, type PairVocabularies, splitPairs } from 'gentle-dl/data'
import { gnmt } from 'gentle-dl/models'
import { textSections } from '../report/text-sections.ts'
import type { NamedSettings, Opening, Preparation } from '../tasks/task.ts'
import { batchOf, limitRemarks, usedParts } from '../tasks/used-examples.ts'
import { thousands } from '../terminal/terminal.ts'
import { UsageError } from '../terminal/usage.ts'
import { finishTranslation } from './finish-translation.ts'
import { openPairs } from './open-pairs.ts'
import { defaultMaxLength, pairsSets } from './pairs-sets.ts'
import { vocabulariesOf } from './pieces.ts'
import { translationRecipe } from './recipe.ts'

/** Mean number of pieces of a text, without its end. */
const meanLength = (lengths: ArrayLike<number>): string =>
  (Array.from(lengths).reduce((a, b) => a + b, 0) / lengths.length - 1).toFixed(1)

/** What the texts of a training are made of. */
function piecesText({ source, target }: PairVocabularies, { lengths }: PairsSet): string {
  const of = (side: 'source' | 'target', { kind, size }: PairVocabularies['source']): string =>
    `${thousands(size)} ${kind === 'characters' ? 'characters' : 'wordpieces'} of the ${side}, ${meanLength(lengths![side])} per text`
  return `${of('source', source)}; ${of('target', target)}`
}

/** What --vocabulary is of these vocabularies. */
const sizeText = ({ source, target }: PairVocabularies): string =>
  [source, target].map(({ kind, size }) => (kind === 'characters' ? kind : String(size))).join()

export async function prepareTranslation(settings: NamedSettings, { strict }: Opening): Promise<Preparation> {
  const { data, seed, validation, test } = settings
  const all = splitPairs(openPairs(data, strict).pairs, { seed, validation, test })
  const batch = batchOf(settings, translationRecipe(0, settings))
  const parts = usedParts(all, settings, batch, (pairs, indices) => indices.map((index) => pairs[index]))
  const vocabularies = vocabulariesOf(parts, settings.vocabulary)
  const splits = pairsSets(parts, vocabularies, settings)
  const recipe = translationRecipe(vocabularies.target.size, settings)
  const { units, layers, dropout, labelSmoothing } = recipe
  const network = gnmt({
    sourceTokens: vocabularies.source.size,
    targetTokens: vocabularies.target.size,
    units,
    layers,
    dropout,
  })
  const encoding = { source: vocabularies.source.toJSON(), target: vocabularies.target.toJSON() }
  return {
    splits,
    network,
    head: new Map(),
    recipe,
    purpose: { task: 'translate', encoding },
    loss: sequenceCrossEntropy({ labelSmoothing }),
    metrics: [tokenAccuracy, sequenceAccuracy],
    monitor: 'tokenAccuracy',
    scoreName: 'tokens correct',
    defaultSettings: {
      vocabulary: sizeText(vocabularies),
      test: 0.1,
      maxLength: defaultMaxLength,
      units,
      layers,
      labelSmoothing,
      warmup: recipe.warmup,
      schedule: recipe.schedule,
    },
    remarks: [...limitRemarks(settings, all.train.length), piecesText(vocabularies, splits.train)],
    augmented() {
      throw new UsageError('--augment is for pictures and sounds; pairs of texts are not augmented')
    },
    keep: (run) => run.writeJson('pieces.json', encoding),
    finish: (ending) => finishTranslation(ending, splits, labelSmoothing),
    sections: async ({ run }) => textSections(run, ['source', 'target', 'translation']),
  }
}
