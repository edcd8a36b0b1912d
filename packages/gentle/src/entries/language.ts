/** Texts: pieces of words, and how good translations are. */
export * from '../language/index.ts'
