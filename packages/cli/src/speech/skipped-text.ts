/** What was left out of recorded speech. */
import type { SkippedRecording } from 'gentle-dl/data'

/** Files of each kind that are named. */
const named = 3

/** A line for each reason for which recordings are left out, with the first of them. */
export function skippedText(data: string, skipped: readonly SkippedRecording[]): string[] {
  const byKind = new Map<string, SkippedRecording[]>()
  for (const each of skipped) byKind.set(each.kind, [...(byKind.get(each.kind) ?? []), each])
  return [...byKind].map(([kind, all]) => {
    const files = all.slice(0, named).map(({ file }) => file.split('/').slice(-2).join('/'))
    const more = all.length > named ? ` and ${all.length - named} more` : ''
    return `${data}: ${all.length} skipped, ${kind}: ${files.join(', ')}${more}`
  })
}
