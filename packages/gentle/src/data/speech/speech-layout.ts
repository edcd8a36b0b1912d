/** How recordings lie in folders: which files they are, and what is said in them. */
import { DataError } from '../../core/errors.ts'
import { annotationBytes, listed, unicodeText } from '../annotated/annotation-text.ts'
import type { GivenParts } from '../three-parts.ts'
import type { SkippedRecording } from './findings.ts'
import { parseManifestLines, parseManifestTable } from './manifests.ts'
import type { Recording } from './recording.ts'
import { soundEndings } from './sound-file.ts'
import { parseTranscriptLines } from './transcript-lines.ts'

/** Recordings of one list. */
export interface RecordingList {
  readonly recordings: readonly Recording[]
  readonly skipped: readonly SkippedRecording[]
  /** Whether the list says that all is English: Asterisk's is named so. */
  readonly english: boolean
}

const asterisksFile = /^(core|extra)-sounds-(\w+)\.txt(\.gz)?$/
const listNames = /^(transcripts\.txt(\.gz)?|(manifest|metadata)\.(csv|tsv|jsonl?))$/
const tableEnding = /\.(csv|tsv)$/i
const linesEnding = /\.jsonl?$/i

/** Folders or lists by the names of the parts. */
const partNames = { train: ['train'], validation: ['validation', 'valid', 'val', 'dev'], test: ['test'] } as const

const path = () => process.getBuiltinModule('node:path')

async function textAt(file: string): Promise<string> {
  const bytes = await annotationBytes(file)
  return unicodeText(/\.gz$/i.test(file) ? gunzipped(bytes, file) : bytes, file)
}

/** A longer text is none in JavaScript. */
const longestText = 2 ** 29

function gunzipped(bytes: Uint8Array, file: string): Uint8Array {
  try {
    return process.getBuiltinModule('node:zlib').gunzipSync(bytes, { maxOutputLength: longestText })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new DataError(`${file} becomes more than ${longestText} bytes; expected a list of recordings`, { cause })
    throw new DataError(`${file} cannot be unpacked: ${(cause as Error).message}`, { cause })
  }
}

/** Sound files below a folder by their path in it, with slashes. */
async function soundsBelow(folder: string): Promise<ReadonlySet<string>> {
  const sounds = new Set<string>()
  const walk = async (below: string): Promise<void> => {
    const { folders, files } = (await listed(path().join(folder, below))) ?? { folders: [], files: [] }
    for (const name of files)
      if (soundEndings.some((ending) => name.toLowerCase().endsWith(`.${ending}`))) sounds.add(below + name)
    for (const name of folders) await walk(`${below}${name}/`)
  }
  await walk('')
  return sounds
}

/** The recordings that lines name, of the sounds in a folder. */
async function namedRecordings(listFile: string, folder: string): Promise<RecordingList> {
  const [, , language] = asterisksFile.exec(path().basename(listFile)) ?? []
  const english = language?.startsWith('en') ?? false
  const asterisk = language !== undefined
  const { lines, skipped } = parseTranscriptLines(await textAt(listFile), listFile, { asterisk, english })
  const sounds = await soundsBelow(folder)
  const recordings: Recording[] = []
  const lost: SkippedRecording[] = [...skipped]
  const placeOf = new Map<string, string>()
  for (const { name, transcript, where } of lines) {
    const found = [
      name,
      ...soundEndings.flatMap((ending) => [`${name}.${ending}`, `${name}.${ending.toUpperCase()}`]),
    ].find((each) => sounds.has(each))
    const file = path().join(folder, found ?? `${name}.wav`)
    if (found === undefined) lost.push({ file, kind: 'missing', reason: `${where}: there is no sound file ${file}` })
    else if (placeOf.has(found))
      lost.push({
        file,
        kind: 'listed twice',
        reason: `${where}: ${name} is also listed in ${placeOf.get(found)}, which is used`,
      })
    else {
      placeOf.set(found, where)
      recordings.push({ file, transcript, where })
    }
  }
  for (const sound of sounds)
    if (!placeOf.has(sound)) {
      const file = path().join(folder, sound)
      lost.push({ file, kind: 'no transcript', reason: `sound ${file}: ${listFile} has no line for it` })
    }
  return { recordings, skipped: lost, english }
}

/** The recordings of a manifest, whose files it names relative to its own folder. */
async function manifestRecordings(file: string): Promise<RecordingList> {
  const text = await textAt(file)
  const all = linesEnding.test(file) ? parseManifestLines(text, file) : parseManifestTable(text, file)
  const { dirname, isAbsolute, join } = path()
  const placed = (own: string): string => (isAbsolute(own) ? own : join(dirname(file), own))
  return {
    recordings: all.map((each) => ({ ...each, file: placed(each.file) })),
    skipped: [],
    english: false,
  }
}

const listAt = (file: string, folder: string): Promise<RecordingList> =>
  tableEnding.test(file) || linesEnding.test(file) ? manifestRecordings(file) : namedRecordings(file, folder)

/** The list in a folder; undefined where there is none. @throws DataError for several. */
async function listIn(folder: string): Promise<string | undefined> {
  const { files } = (await listed(folder)) ?? { files: [] }
  const lists = files.filter((name) => listNames.test(name) || asterisksFile.test(name))
  if (lists.length > 1)
    throw new DataError(`speech ${folder}: it has the lists ${lists.join(' and ')}; keep one, or name the one to use`)
  return lists[0] && path().join(folder, lists[0])
}

/** The list of a part: in a folder of its name, or by its name. */
async function partOf(folder: string, names: readonly string[]): Promise<RecordingList | undefined> {
  const listing = await listed(folder)
  for (const name of names) {
    const file = listing?.files.find((each) => each.replace(/\.(csv|tsv|jsonl?)$/i, '') === name && each !== name)
    if (file !== undefined) return listAt(path().join(folder, file), folder)
    if (!listing?.folders.includes(name)) continue
    const own = path().join(folder, name)
    const list = await listIn(own)
    if (list !== undefined) return listAt(list, own)
  }
  return undefined
}

/** The parts of a set that is to be tested with alone. */
export const noRecordings: RecordingList = { recordings: [], skipped: [], english: false }

const expected =
  "expected transcripts.txt with lines name: text, Asterisk's core-sounds-en.txt, manifest.csv with columns audio and text, or manifest.jsonl; or folders train and test with such"

/**
 * Finds recordings and what is said in them: a folder with one list of them, a folder with parts (train, validation, test: folders with a list each, or manifests), of which
 * there may be the test alone, or a manifest by itself.
 * @param transcripts a list that lies elsewhere than the folder of the sounds
 * @throws DataError where there is none, or it cannot be understood.
 */
export async function speechLayout(place: string, transcripts?: string): Promise<GivenParts<RecordingList>> {
  if (transcripts !== undefined) {
    if ((await listed(place)) === undefined) throw new DataError(`speech ${place}: there is no such folder`)
    return { train: await listAt(transcripts, place) }
  }
  const listing = await listed(place)
  if (listing === undefined) {
    if (tableEnding.test(place) || linesEnding.test(place)) return { train: await manifestRecordings(place) }
    throw new DataError(`speech ${place}: there is no such folder; ${expected}`)
  }
  const own = await listIn(place)
  if (own !== undefined) return { train: await listAt(own, place) }
  const train = await partOf(place, partNames.train)
  const [validation, test] = [await partOf(place, partNames.validation), await partOf(place, partNames.test)]
  if (train !== undefined) return { train, ...(validation && { validation }), ...(test && { test }) }
  if (test === undefined) throw new DataError(`speech ${place}: it has no transcripts; ${expected}`)
  return { train: noRecordings, validation: validation ?? noRecordings, test }
}
