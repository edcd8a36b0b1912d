/** Texts: the public entry `gentle-dl/language`. */

export { type BeamSearchOptions, type BeamStep, beamSearch, type Hypothesis } from './beam-search.ts'
export { type BleuOptions, type BleuScore, type BleuSmoothing, bleu } from './bleu.ts'
export type { BleuTokenizer } from './bleu-tokenizers.ts'
export { type ChrfOptions, type ChrfScore, chrf } from './chrf.ts'
export { editDistance } from './edit-distance.ts'
export {
  alignEdits,
  characterErrorRate,
  type Edit,
  type ErrorRate,
  errorRate,
  type Recognised,
  wordErrorRate,
} from './error-rates.ts'
export { readArpa, writeArpa } from './ngrams/arpa.ts'
export { type CountOptions, countNgrams } from './ngrams/count-ngrams.ts'
export {
  characterTokens,
  type Ngram,
  NgramModel,
  type NgramState,
  type NgramStep,
  sentenceBegin,
  sentenceEnd,
  spaceToken,
  unknownToken,
} from './ngrams/ngram-model.ts'
export type { References } from './references.ts'
export { scoreTranslations, type TranslationScores } from './score-translations.ts'
export { characterPieces, trainWordpieces, type WordpieceOptions } from './train-wordpieces.ts'
export { beginPiece, endPiece, type StoredPieces, Wordpieces } from './wordpieces.ts'
