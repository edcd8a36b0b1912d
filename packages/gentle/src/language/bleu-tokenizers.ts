/** How BLEU cuts lines into words, as sacreBLEU does. Each leaves words with one blank between them. */

/** What Python's `split` takes for blanks, which differs from `\s`: the separators of ASCII and the next-line character are some, the byte order mark is none. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are blanks, too
const blanks = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/

/** The words between blanks. */
export const wordsOf = (text: string): string[] => text.split(blanks).filter((word) => word !== '')

/** A line without blanks at its end. */
const withoutEnd = (text: string): string => text.replace(new RegExp(`${blanks.source}$`), '')

/** The script mteval-v13a of NIST, by which WMT's scores are counted: ASCII's punctuation stands alone, but not within numbers; apostrophes stay. */
function tokenize13a(line: string): string {
  const text = line
    .replaceAll('<skipped>', '')
    .replaceAll('-\n', '')
    .replaceAll('\n', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
  return ` ${text} `
    .replace(/[{-~[-` -&(-+:-@/]/g, ' $& ')
    .replace(/([^0-9])([.,])/gu, '$1 $2 ')
    .replace(/([.,])([^0-9])/gu, ' $1 $2')
    .replace(/([0-9])(-)/g, '$1 $2 ')
}

/** The script mteval-v14, international: punctuation of any alphabet, but not within numbers, and symbols. */
const tokenizeInternational = (line: string): string =>
  line
    .replace(/(\P{N})(\p{P})/gu, '$1 $2 ')
    .replace(/(\p{P})(\P{N})/gu, ' $1 $2')
    .replace(/\p{S}/gu, ' $& ')

const tokenizers = {
  '13a': tokenize13a,
  intl: tokenizeInternational,
  char: (line: string): string => Array.from(line).join(' '),
  none: (line: string): string => line,
} as const satisfies Readonly<Record<string, (line: string) => string>>

export type BleuTokenizer = keyof typeof tokenizers

export const bleuTokenizers = Object.keys(tokenizers) as readonly BleuTokenizer[]

/** The words of a line that BLEU compares. */
export const bleuWords = (line: string, tokenizer: BleuTokenizer): string[] =>
  wordsOf(tokenizers[tokenizer](withoutEnd(line)))
