/** Lists of recordings as others write them: tables, and JSON a line. */
import { DataError } from '../../core/errors.ts'
import { printable } from '../../core/printable.ts'
import { Rows } from '../tables/rows.ts'
import { separatorOf } from '../tables/separator.ts'
import type { Recording } from './recording.ts'

/** What columns and keys are called: ours first, then NeMo's, Mozilla's DeepSpeech's and Common Voice's. */
const audioNames = ['audio', 'audio_filepath', 'wav_filename', 'path', 'file', 'filename', 'wav']
const textNames = ['text', 'transcript', 'sentence', 'transcription']

/**
 * A table with a header: a column `audio` with paths and a column `text`, or as other programs name them; others are passed over.
 * @throws DataError for a header without both; FormatError for rows of other lengths.
 */
export function parseManifestTable(text: string, file: string): Recording[] {
  const rows = new Rows(text, separatorOf(text, file), file)
  if (!rows.next()) throw new DataError(`${file} is empty; expected a header such as audio,text`)
  const header = rows.texts().map((name) => name.toLowerCase())
  const column = (names: readonly string[]): number => header.indexOf(names.find((name) => header.includes(name)) ?? '')
  const [audio, words] = [column(audioNames), column(textNames)]
  if (audio < 0 || words < 0)
    throw new DataError(
      `${file}: its header is '${printable(header.join(','))}'; expected a column ${audio < 0 ? 'audio' : 'text'}, as in audio,text`,
    )
  const recordings: Recording[] = []
  while (rows.next()) {
    if (rows.count !== header.length)
      throw new DataError(
        `${file}, line ${rows.line}: it has ${rows.count} cells, but the header has ${header.length}; put texts with commas in quotes`,
      )
    recordings.push({ file: rows.text(audio), transcript: rows.text(words), where: `${file}, line ${rows.line}` })
  }
  return recordings
}

function fromObject(object: unknown, where: string): Recording {
  const fields = object as Readonly<Record<string, unknown>>
  if (typeof object !== 'object' || object === null || Array.isArray(object))
    throw new DataError(`${where}: it is not an object; expected {"audio_filepath": ..., "text": ...}`)
  const text = (names: readonly string[]): string => {
    const name = names.find((each) => typeof fields[each] === 'string')
    if (name === undefined)
      throw new DataError(
        `${where}: there is no ${names[0]}; expected a text by that name, or ${names.slice(1).join(', ')}`,
      )
    return fields[name] as string
  }
  const seconds = (name: string): number | undefined => {
    const value = fields[name]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'number' || !(value >= 0 && Number.isFinite(value)))
      throw new DataError(`${where}: ${name} is ${printable(JSON.stringify(value))}; expected seconds`)
    return value
  }
  const offset = seconds('offset')
  const duration = seconds('duration')
  return {
    file: text(audioNames),
    transcript: text(textNames),
    // A duration alone tells what the file's own is.
    ...(offset === undefined ? {} : { offset, ...(duration === undefined ? {} : { duration }) }),
    where,
  }
}

/**
 * An object a line, as NeMo has them: `audio_filepath`, `text`, and where a part of the file is meant `offset` and `duration` in seconds. An array of objects is read as well.
 * @throws DataError for what is not JSON, and objects without both.
 */
export function parseManifestLines(text: string, file: string): Recording[] {
  const parsed = (json: string, where: string): unknown => {
    try {
      return JSON.parse(json)
    } catch (cause) {
      throw new DataError(`${where} is not JSON: ${printable((cause as Error).message)}`, { cause })
    }
  }
  if (text.trimStart().startsWith('['))
    return (parsed(text, file) as unknown[]).map((object, i) => fromObject(object, `${file}, entry ${i + 1}`))
  return text.split(/\r\n|\n|\r/).flatMap((line, i) => {
    const where = `${file}, line ${i + 1}`
    return line.trim() === '' ? [] : [fromObject(parsed(line, where), where)]
  })
}
