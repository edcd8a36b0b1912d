/** Texts: the public entry `gentle-dl/language`. */

export { type BeamSearchOptions, type BeamStep, beamSearch, type Hypothesis } from './beam-search.ts'
export { type BleuOptions, type BleuScore, type BleuSmoothing, bleu } from './bleu.ts'
export type { BleuTokenizer } from './bleu-tokenizers.ts'
export { type ChrfOptions, type ChrfScore, chrf } from './chrf.ts'
export type { References } from './references.ts'
export { scoreTranslations, type TranslationScores } from './score-translations.ts'
export { characterPieces, trainWordpieces, type WordpieceOptions } from './train-wordpieces.ts'
export { beginPiece, endPiece, type StoredPieces, Wordpieces } from './wordpieces.ts'
