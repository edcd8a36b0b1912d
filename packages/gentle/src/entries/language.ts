/**
 * Texts: pieces of words, translations, and how good they are.
 * @module gentle-dl/language
 */
export * from '../language/index.ts'
export {
  openTranslator,
  TextTranslator,
  type Translation,
  type TranslationEncoding,
  vocabulariesFrom,
} from '../train/text-translator.ts'
