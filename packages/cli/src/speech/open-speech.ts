/** Recorded speech as it is named on the command line. */
import { existsSync } from 'node:fs'
import { type SpeechFolderOptions, type SpeechSplits, speechFolder } from 'gentle-dl/data'
import { note } from '../terminal/terminal.ts'
import { UsageError } from '../terminal/usage.ts'
import { skippedText } from './skipped-text.ts'

export const speechNames = ['speech:DIR', 'speech:MANIFEST']

/**
 * The folder or manifest that a name means, and the list of transcripts where it names one that lies elsewhere, after a comma.
 * @throws UsageError for another name.
 */
function speechPlaces(data: string): { readonly place: string; readonly transcripts?: string } {
  const place = data.startsWith('speech:') ? data.slice('speech:'.length) : ''
  if (data === 'speech:') throw new UsageError(`data set ${data}: no folder given; expected speech:DIR`)
  if (place === '')
    throw new UsageError(
      `--data ${data} is not a speech data set; expected speech:DIR, a folder with NAME.wav and transcripts.txt (lines NAME: text), or speech:MANIFEST.csv with columns audio,text`,
    )
  if (existsSync(place)) return { place }
  // A name of a folder may have commas, too.
  for (let at = place.indexOf(','); at >= 0; at = place.indexOf(',', at + 1))
    if (existsSync(place.slice(0, at))) return { place: place.slice(0, at), transcripts: place.slice(at + 1) }
  return { place }
}

/** Opens recordings; how they were understood is told. */
export async function readSpeech(data: string, options: SpeechFolderOptions): Promise<SpeechSplits> {
  const { place, ...transcripts } = speechPlaces(data)
  const splits = await speechFolder(place, { ...options, ...transcripts })
  for (const remark of splits.remarks) note(`${data}: ${remark}`)
  return splits
}

/** As `readSpeech`; what is left out is told, too. */
export async function openSpeech(data: string, options: SpeechFolderOptions): Promise<SpeechSplits> {
  const splits = await readSpeech(data, options)
  for (const line of skippedText(data, splits.skipped)) note(line)
  return splits
}
