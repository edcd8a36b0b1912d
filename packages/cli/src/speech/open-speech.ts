/** Recorded speech as it is named on the command line. */
import { type SpeechFolderOptions, type SpeechSplits, speechFolder } from 'gentle-dl/data'
import { note } from '../terminal/terminal.ts'
import { UsageError } from '../terminal/usage.ts'
import { skippedText } from './skipped-text.ts'

export const speechNames = ['speech:DIR', 'speech:MANIFEST']

/** Where the recordings are. @throws UsageError for another name. */
export function speechPlace(data: string): string {
  const place = data.startsWith('speech:') ? data.slice('speech:'.length) : ''
  if (place === '')
    throw new UsageError(
      `--data ${data} is no speech; expected speech:DIR, a folder with NAME.wav and transcripts.txt (lines NAME: text), or speech:MANIFEST.csv with columns audio,text`,
    )
  return place
}

/** Opens recordings; what is left out, and how they were understood, is told. */
export async function openSpeech(data: string, options: SpeechFolderOptions): Promise<SpeechSplits> {
  const [place, transcripts] = speechPlace(data).split(',')
  const splits = await speechFolder(place, { ...options, ...(transcripts === undefined ? {} : { transcripts }) })
  for (const remark of splits.remarks) note(`${data}: ${remark}`)
  for (const line of skippedText(data, splits.skipped)) note(line)
  return splits
}
