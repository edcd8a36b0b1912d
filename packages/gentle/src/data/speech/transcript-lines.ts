/** Transcripts in lines `name: text`, of a folder's own, or of Asterisk. */
import type { SkippedRecording } from './findings.ts'

/** A line of transcripts. */
export interface TranscriptLine {
  /** Of the sound file, without its ending or with it; folders in it with slashes. */
  readonly name: string
  readonly transcript: string
  readonly where: string
}

/** What stands in brackets is not speech: `[ascending tones]`, `at [@]`. */
const brackets = /\[[^\]]*\]/g
/** And in Asterisk's files in others: `(10 seconds of silence)`, `<beep ascending>`. */
const asterisksBrackets = /\([^()]*\)|<[^<>]*>/g

/** What Asterisk's voice calls these keys of a telephone. */
const keys: Readonly<Record<string, string>> = { '*': 'star', '#': 'pound' }

/**
 * Lines `name: text`; those that begin with `;` are comments, and what stands in brackets is not speech. In Asterisk's files what stands in parentheses or angle brackets is none either, and in its English
 * ones a sign of the telephone's keys that stands alone is read as star or pound.
 * @param file how messages call it
 */
export function parseTranscriptLines(
  text: string,
  file: string,
  { asterisk, english }: { readonly asterisk: boolean; readonly english: boolean },
): { readonly lines: readonly TranscriptLine[]; readonly skipped: readonly SkippedRecording[] } {
  const lines: TranscriptLine[] = []
  const skipped: SkippedRecording[] = []
  for (const [i, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (line.trim() === '' || line.startsWith(';')) continue
    const where = `${file}, line ${i + 1}`
    const [, name, content] = /^([^:]+):(.*)$/s.exec(line) ?? []
    if (name === undefined) {
      skipped.push({ file: where, kind: 'no transcript', reason: `${where}: there is no colon; expected 'name: text'` })
      continue
    }
    let transcript = content.replace(brackets, ' ')
    if (asterisk) transcript = transcript.replace(asterisksBrackets, ' ')
    if (asterisk && english) transcript = transcript.replace(/(?<=^|\s)[*#](?=\s|$)/g, (key) => keys[key])
    lines.push({ name: name.trim(), transcript: transcript.trim(), where })
  }
  return { lines, skipped }
}
