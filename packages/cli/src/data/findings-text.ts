/** What of a set was left out, corrected, or understood in one of several ways, as reported. */
import type { Findings, SkippedImage, SkippedObject } from 'gentle-dl/data'
import { inert } from '../terminal/inert.ts'

/** Things of a kind that are named before the rest is only counted. */
const named = 5

/** Things, the first of them by name. */
function listText(reasons: readonly string[], indent: string): string[] {
  const rest = reasons.length - named
  return [
    ...reasons.slice(0, named).map((reason) => `${indent}${inert(reason)}`),
    ...(rest > 0 ? [`${indent}and ${rest} more`] : []),
  ]
}

const counted = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`

/** What was left out, one per line: pictures, and objects. */
export function skippedText(name: string, skipped: readonly (SkippedImage | SkippedObject)[]): string {
  const [images, objects] = [false, true].map((object) => skipped.filter((entry) => 'object' in entry === object))
  const counts = [
    ...(images.length > 0 ? [counted(images.length, 'image')] : []),
    ...(objects.length > 0 ? [counted(objects.length, 'object')] : []),
  ]
  return [
    `${name}: ${counts.join(' and ')} ${skipped.length === 1 ? 'was' : 'were'} skipped (--strict stops instead)`,
    ...[images, objects].flatMap((kind) =>
      listText(
        kind.map(({ reason }) => reason),
        '  ',
      ),
    ),
  ].join('\n')
}

/** What was corrected, by kinds. */
function correctedText(name: string, corrected: Findings['corrected']): string {
  const kinds = new Map<string, string[]>()
  for (const { what, reason } of corrected) {
    const own = kinds.get(what)
    if (own === undefined) kinds.set(what, [reason])
    else own.push(reason)
  }
  return [
    `${name}: ${corrected.length} ${corrected.length === 1 ? 'problem was' : 'problems were'} repaired (--strict stops instead)`,
    ...Array.from(kinds, ([what, reasons]) => [`  ${what}: ${reasons.length}`, ...listText(reasons, '    ')]).flat(),
  ].join('\n')
}

/** Findings about how a set was read. */
export const findingsText = (
  name: string,
  { skipped = [], corrected = [], remarks = [] }: Partial<Findings>,
): string[] => [
  ...(skipped.length > 0 ? [skippedText(name, skipped)] : []),
  ...(corrected.length > 0 ? [correctedText(name, corrected)] : []),
  ...remarks.map((remark) => `${name}: ${inert(remark)}`),
]
