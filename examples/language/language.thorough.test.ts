import { it } from 'vitest'
import { expectLearned } from './expect-learned.ts'
import { embeddings, oneHotCharacters, sharedEmbeddings, trigramCounts } from './language.ts'

it.each([
  ['trigram counts', trigramCounts, 0.8],
  ['one-hot characters', oneHotCharacters, 0.3],
  ['learned embeddings', embeddings, 0.2],
  ['shared embeddings', sharedEmbeddings, 0.2],
] as const)('an epoch on %s names languages far better than by chance', (_, represent, min) =>
  expectLearned(represent, min),
)
