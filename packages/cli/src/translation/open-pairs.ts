/** Pairs of texts as they are named: `pairs:FILE.tsv`, or `pairs:A.txt,B.txt` line by line. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { parsePairs, parseParallel, type SkippedLine, type TextFile, type TextPairs } from 'gentle-dl/data'
import { reasonOf } from '../terminal/reason.ts'
import { note, thousands } from '../terminal/terminal.ts'
import { UsageError } from '../terminal/usage.ts'

export const pairNames = ['pairs:FILE.tsv', 'pairs:A.txt,B.txt'] as const

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true

/** The file, or the two files, that a name means. @throws UsageError for a name without a file. */
export function filesOfPairs(name: string): readonly string[] {
  const place = name.startsWith('pairs:') ? name.slice('pairs:'.length) : name
  if (place === '') throw new UsageError(`--data ${name} has no file; expected ${pairNames.join(' or ')}`)
  if (isFile(place)) return [place]
  // A name of a file may have commas, too.
  for (let at = place.indexOf(','); at >= 0; at = place.indexOf(',', at + 1)) {
    const both = [place.slice(0, at), place.slice(at + 1)]
    if (both.every(isFile)) return both
  }
  const missing = place.split(',').find((part) => !existsSync(part)) ?? place
  throw new UsageError(`--data ${name}: no such file: ${missing}; expected ${pairNames.join(' or ')}`)
}

function fileAt(path: string): TextFile {
  try {
    return { name: path, content: readFileSync(path) }
  } catch (error) {
    throw new UsageError(`--data ${path} cannot be read: ${reasonOf(error)}`)
  }
}

/** Opens pairs and tells what is left out. @throws UsageError for files that are not there, and with `strict` for any line that is left out. */
export function openPairs(name: string, strict: boolean): TextPairs {
  const [first, second] = filesOfPairs(name).map(fileAt)
  const pairs = second === undefined ? parsePairs(first) : parseParallel(first, second)
  for (const remark of pairs.remarks) note(remark)
  if (pairs.skipped.length === 0) return pairs
  const text = skippedText(pairs.skipped)
  if (strict) throw new UsageError(`--data ${name}: ${text}; --strict stops there`)
  note(`${name}: ${text}; skipped (--strict stops instead)`)
  return pairs
}

const reasons: Readonly<Record<SkippedLine['reason'], string>> = {
  empty: 'empty',
  'no source': 'without a source',
  'no target': 'without a target',
  'no tab': 'without a tab',
}

/** `12 lines are empty (3, 5, 8, ...)`, by reasons. */
function skippedText(skipped: readonly SkippedLine[]): string {
  const byReason = new Map<SkippedLine['reason'], number[]>()
  for (const { line, reason } of skipped) byReason.set(reason, [...(byReason.get(reason) ?? []), line])
  return Array.from(byReason, ([reason, lines]) => {
    const some = lines.slice(0, 3).map(String).join(', ')
    return `${thousands(lines.length)} ${lines.length === 1 ? 'line is' : 'lines are'} ${reasons[reason]} (${some}${lines.length > 3 ? ', ...' : ''})`
  }).join(', ')
}
