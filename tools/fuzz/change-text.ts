/** Changes of texts: their numbers, words, lines and signs. */
import type { Random } from '../../packages/gentle/src/core/random.ts'
import { type Change, oneOf, textOf, utf8 } from './fuzzed-reader.ts'

const oddTexts = [
  '',
  '0',
  '-1',
  '1e9',
  '1e308',
  '1e-400',
  '0x10',
  'NaN',
  'Infinity',
  '-0',
  '4294967296',
  '9007199254740993',
].concat(
  [
    '9'.repeat(30),
    '1,5',
    'null',
    '[]',
    '{}',
    '"',
    "'",
    '\\',
    '\t',
    '\0',
    '\u001b[2J',
    '\ufeff',
    '\u2028',
    '<',
    '&',
    '#',
  ],
  ['__proto__', 'constructor', '../..', 'é'.repeat(20), '['.repeat(300)],
)

/** Replaces one of the matches of a pattern by another text. */
function replaceOne(text: string, pattern: RegExp, random: Random, by: (found: string) => string): string {
  const found = [...text.matchAll(pattern)]
  if (found.length === 0) return text
  const { 0: match, index } = oneOf(found, random)
  return text.slice(0, index) + by(match) + text.slice(index + match.length)
}

const changeLines = (text: string, random: Random): string => {
  const lines = text.split('\n')
  const [from, to] = [random.integer(lines.length), random.integer(lines.length)]
  return oneOf(
    [lines.toSpliced(from, 1), lines.toSpliced(to, 0, lines[from]), lines.with(to, lines[from])],
    random,
  ).join('\n')
}

/** One change of a text in UTF-8. */
export const changeText: Change = (bytes, random) => {
  const text = textOf(bytes)
  const other = oneOf(oddTexts, random)
  switch (random.integer(5)) {
    case 0:
      return utf8(replaceOne(text, /-?\d+(\.\d+)?(e-?\d+)?/g, random, () => other))
    case 1:
      return utf8(replaceOne(text, /\p{L}[\p{L}\d_]*/gu, random, () => other))
    case 2:
      return utf8(replaceOne(text, /[^\p{L}\d\s]/gu, random, () => other))
    case 3:
      return utf8(replaceOne(text, /\s|^/g, random, (found) => found + other))
    default:
      return utf8(changeLines(text, random))
  }
}
