/** `gentle data` of pairs of texts: how many there are, how long, and some of them. */
import { bySource, type PairSplits, splitPairs, type TextPair } from 'gentle-dl/data'
import { bold, dim, print, table } from '../terminal/terminal.ts'
import { openPairs } from './open-pairs.ts'

const parts = ['train', 'validation', 'test'] as const

/** Pairs that are shown. */
const shown = 5

const wordsOf = (text: string): string[] => text.split(/\s+/)

/** Words and characters of one side. */
function sideOf(pairs: readonly TextPair[], side: 'source' | 'target') {
  const texts = pairs.map((pair) => pair[side])
  const words = texts.flatMap(wordsOf)
  return {
    words: words.length,
    differentWords: new Set(words).size,
    wordsPerText: Number((words.length / texts.length).toFixed(2)),
    longest: texts.reduce((max, text) => Math.max(max, Array.from(text).length), 0),
    characters: new Set(texts.join('')).size,
  }
}

const countsOf = (splits: PairSplits) =>
  Object.fromEntries(
    parts.map((part) => [part, { pairs: splits[part].length, sources: bySource(splits[part]).length }]),
  )

/** Tells what is in pairs. */
export function describePairs(
  name: string,
  flags: { readonly json?: boolean; readonly seed?: number; readonly validation?: number; readonly strict?: boolean },
): void {
  const { pairs, skipped } = openPairs(name, flags.strict === true)
  const counts = countsOf(splitPairs(pairs, { seed: flags.seed, validation: flags.validation }))
  const [source, target] = [sideOf(pairs, 'source'), sideOf(pairs, 'target')]
  if (flags.json) {
    console.log(
      JSON.stringify({ name, pairs: pairs.length, skipped: skipped.length, source, target, parts: counts }, null, 2),
    )
    return
  }
  const rows: readonly (readonly [string, keyof typeof source])[] = [
    ['words', 'words'],
    ['different words', 'differentWords'],
    ['words per text', 'wordsPerText'],
    ['longest text, in characters', 'longest'],
    ['different characters', 'characters'],
  ]
  const perText = (value: number): string | number => (Number.isInteger(value) ? value : value.toFixed(2))
  print(
    [
      bold(`${name}: ${pairs.length.toLocaleString('en-US')} pairs of texts`),
      '',
      table([
        ['', 'source', 'target'],
        ...rows.map(([label, key]) => [label, perText(source[key]), perText(target[key])]),
      ]),
      '',
      table([
        ['part', 'pairs', 'different sources'],
        ...parts.map((part) => [part, counts[part].pairs, counts[part].sources]),
      ]),
      dim('no source is in two parts'),
      '',
      ...pairs.slice(0, shown).flatMap((pair) => [`  ${pair.source}`, `    ${pair.target}`]),
    ].join('\n'),
  )
}
