/** Data sets of recorded speech. */
import { ArgumentError, DataError } from '../../core/errors.ts'
import { printable } from '../../core/printable.ts'
import { Spectrogram, type SpectrogramOptions } from '../../speech/spectra/spectrogram.ts'
import { SymbolTable } from '../../speech/text/symbol-table.ts'
import { type TranscriptOptions, transcriptText, wordsOf } from '../../speech/text/transcript-text.ts'
import { checkInNode } from '../annotated/annotation-text.ts'
import { type DividedWork, ofEachFile } from '../divided-work.ts'
import { type GivenParts, mapAll, mapParts, partsGiven, threeParts } from '../three-parts.ts'
import type { SkippedKind, SkippedRecording } from './findings.ts'
import type { Recording } from './recording.ts'
import { SampleReader, type Stretch, samplesOf } from './samples.ts'
import { soundFileInfo } from './sound-file.ts'
import { noRecordings, speechLayout } from './speech-layout.ts'
import { type SpeechExample, type SpeechSet, speechSet } from './speech-set.ts'
import { splitByWords } from './split-by-words.ts'

export interface SpeechFolderOptions {
  /** To which all are brought; that of the files unless given, the lowest where they differ. */
  readonly sampleRate?: number
  /** How spectrograms are made; as `Spectrogram` makes them unless given. */
  readonly spectrogram?: Omit<SpectrogramOptions, 'sampleRate'>
  /** A list of transcripts that lies elsewhere. */
  readonly transcripts?: string
  /**
   * How transcripts become texts. Where digits are spelled in English, recordings with longer numbers are left out; they are where Asterisk's list says that it is English, by default
   * otherwise.
   */
  readonly text?: TranscriptOptions
  /** All symbols, '' first, as a model has them; those of the transcripts unless given. */
  readonly symbols?: readonly string[]
  /** Longer recordings are left out, in seconds; none unless given. */
  readonly maxSeconds?: number
  /** Of how many frames a network makes one output, by its strides in time; 1 unless given. Recordings with fewer outputs than CTC needs for their text are left out. */
  readonly framesPerOutput?: number
  /** Recordings that are split off training for validation where there is no part of them; a twelfth unless given. */
  readonly validation?: number
  /** Recordings that are split off for the test where there is no part of them; a sixth unless given. */
  readonly test?: number
  /** By which they are chosen; 0 unless given. */
  readonly seed?: number
  /** Refuses a set of which anything but what is not speech would be left out. */
  readonly strict?: boolean
  /** How opening is divided among processes that train together, each of which calls this; by itself unless given. */
  readonly divide?: DividedWork
}

export interface SpeechSplits {
  readonly train: SpeechSet
  readonly validation: SpeechSet
  readonly test: SpeechSet
  readonly symbols: SymbolTable
  readonly spectrogram: Spectrogram
  /** What was left out. */
  readonly skipped: readonly SkippedRecording[]
  /** How ambiguous files were understood, one sentence each; nothing is wrong with them. */
  readonly remarks: readonly string[]
}

/** Files that are looked at together. */
const workers = 16

/** Characters that nobody says within a second; fast speakers of English say 20. What has more is described, not said: `beep ascending`. */
const maxCharacters = 35

/** A recording whose file was looked at. */
interface Opened extends Recording {
  readonly stretch: Stretch
}

const skip = (recording: Recording, kind: SkippedKind, why: string): SkippedRecording => ({
  file: recording.file,
  kind,
  reason: `sound ${recording.file} (${recording.where}): ${why}`,
})

/** The part of a file that is meant. @throws DataError for one outside of it. */
function stretchOf({ file, offset = 0, duration }: Recording, info: Stretch['info']): Stretch {
  const start = Math.round(offset * info.sampleRate)
  const end = duration === undefined ? info.length : start + Math.round(duration * info.sampleRate)
  // Manifests round seconds; a hundredth may be missing.
  if (start >= info.length || end > info.length + info.sampleRate / 100)
    throw new DataError(
      `it is listed from ${offset} s to ${duration === undefined ? 'the end' : `${offset + duration} s`}, but the file is only ${info.length / info.sampleRate} s long`,
    )
  return { file, info, start, end: Math.min(end, info.length) }
}

/** Looks at the files of recordings. */
function opened(
  recordings: readonly Recording[],
  divide: DividedWork | undefined,
): Promise<readonly (Opened | SkippedRecording)[]> {
  const look = async (i: number): Promise<Opened | SkippedRecording> => {
    const recording = recordings[i]
    try {
      return { ...recording, stretch: stretchOf(recording, await soundFileInfo(recording.file)) }
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      const kind = /there is no such file/.test(error.message) ? 'missing' : 'broken'
      return skip(recording, kind, error.message)
    }
  }
  return ofEachFile(
    recordings.map(({ file }) => file),
    look,
    { workers, divide },
  )
}

const isSkipped = (each: Opened | SkippedRecording): each is SkippedRecording => 'reason' in each

/** The rate to which all are brought, and what is to be said of it. */
function rateOf(parts: GivenParts<readonly Opened[]>, wanted: number | undefined) {
  const rates = [
    ...new Set(partsGiven(parts).flatMap((part) => part.map(({ stretch }) => stretch.info.sampleRate))),
  ].sort((a, b) => a - b)
  const sampleRate = wanted ?? rates[0]
  const remark = `files have ${rates.join(', ')} samples per second; all are resampled to ${sampleRate}${rates[0] < sampleRate ? ', which leaves the upper frequencies of some empty' : ''}`
  return { sampleRate, remarks: rates.some((rate) => rate !== sampleRate) ? [remark] : [] }
}

/** Outputs that CTC needs for a text: one a symbol, and a blank between two that are the same. */
function outputsNeeded(text: string): number {
  const symbols = [...text]
  return symbols.length + symbols.filter((symbol, i) => i > 0 && symbol === symbols[i - 1]).length
}

/**
 * Opens recorded speech: a folder with `NAME.wav` and `transcripts.txt`, lines `NAME: text` (names may have folders in them; `;` begins a comment, what stands in brackets is not speech), or with the list of Asterisk's
 * sounds (`core-sounds-en.txt`, also packed); or with a manifest, `manifest.csv` with columns `audio` and `text` or `manifest.jsonl` as NeMo writes it; or a manifest by itself; or folders train, validation and test with
 * such lists, or manifests by these names, or a folder test alone, and then the other parts are empty. Other sound files than WAV take the package audio-decode.
 *
 * Opening reads the first bytes of every WAV file, and all of others; among processes that divide it, each of its share. What is missing, broken, cut off, without words, too short for its words or too long is left out and listed. What is split off has no word sequence that another part has; where
 * parts are given, that is remarked.
 * @throws DataError for a folder without a list, a list that cannot be understood, too few recordings, and, with `strict`, the first that is left out; ArgumentError for options out of range. Reading
 * throws DataError for a file that broke since.
 */
export async function speechFolder(place: string, options: SpeechFolderOptions = {}): Promise<SpeechSplits> {
  checkInNode(`speech ${place}`)
  const { maxSeconds = Number.POSITIVE_INFINITY, framesPerOutput = 1, seed = 0, strict = false } = options
  if (!(maxSeconds > 0)) throw new ArgumentError(`speechFolder: maxSeconds is ${maxSeconds}; expected seconds above 0`)
  if (!Number.isInteger(framesPerOutput) || framesPerOutput < 1)
    throw new ArgumentError(
      `speechFolder: framesPerOutput is ${framesPerOutput}; expected a whole number of at least 1`,
    )
  const what = `speech ${place}`
  const lists = await speechLayout(place, options.transcripts)
  const { english } = lists.train === noRecordings ? lists.test! : lists.train
  const text: TranscriptOptions = { ...(english ? { digits: 'english' as const } : {}), ...options.text }
  const skipped: SkippedRecording[] = []
  const remarks: string[] = []
  const looked = await mapAll(await mapParts(lists, ({ recordings }) => recordings), (recordings) =>
    opened(recordings, options.divide),
  )
  const inLists = partsGiven(lists).map((list) => list.skipped)
  const files = await mapParts(looked, (all) => {
    for (const each of [...inLists.shift()!, ...all.filter(isSkipped)]) skipped.push(each)
    return all.filter((each) => !isSkipped(each)) as Opened[]
  })
  const { sampleRate, remarks: ofRates } = rateOf(files, options.sampleRate)
  const checkUsable = (usable: GivenParts<readonly unknown[]>): void => {
    for (const part of ['train', 'validation', 'test'] as const)
      if (usable[part]?.length === 0 && lists[part] !== noRecordings)
        throw new DataError(
          `${what}: no recording of its ${part} split can be used${skipped.length > 0 ? `; the first: ${skipped[0].reason}` : ''}`,
        )
  }
  checkUsable(files)
  remarks.push(...ofRates)
  const spectrogram = new Spectrogram({ ...options.spectrogram, sampleRate })
  const known = options.symbols && new SymbolTable(options.symbols)
  const usable = (recording: Opened): SpeechExample | SkippedRecording => {
    const { file, transcript, stretch } = recording
    const own = transcriptText(transcript, text)
    const samples = samplesOf(stretch, sampleRate)
    const seconds = samples / sampleRate
    const [frames, needed] = [spectrogram.frames(samples), outputsNeeded(own)]
    const unknown = known?.unknown(own) ?? []
    if (own === '') return skip(recording, 'no speech', `its transcript '${printable(transcript)}' has no words`)
    if (text.digits === 'english' && /\p{N}/u.test(own))
      return skip(recording, 'unknown symbols', `how its numbers are spoken is not known: '${printable(transcript)}'`)
    if (unknown.length > 0)
      return skip(recording, 'unknown symbols', `'${unknown.join('')}' is not among the model's symbols`)
    if (seconds > maxSeconds)
      return skip(recording, 'too long', `it lasts ${seconds.toFixed(1)} s; expected at most ${maxSeconds} s`)
    if (Math.ceil(frames / framesPerOutput) < needed || frames === 0)
      return skip(
        recording,
        'too short',
        `it has ${frames} frames (${seconds.toFixed(2)} s) for '${printable(own)}', which takes at least ${needed * framesPerOutput}`,
      )
    if (own.length > maxCharacters * seconds)
      return skip(
        recording,
        'too short',
        `nobody can say the ${own.length} characters of '${printable(own)}' in ${seconds.toFixed(2)} s`,
      )
    return { file, transcript, text: own, seconds, stretch }
  }
  const parts = await mapParts(files, (recordings) =>
    recordings.flatMap((recording) => {
      const example = usable(recording)
      if (!('reason' in example)) return [example]
      skipped.push(example)
      return []
    }),
  )
  const wrong = skipped.filter(({ kind }) => kind !== 'no speech')
  if (strict && wrong.length > 0)
    throw new DataError(`${what}: ${wrong.length} of its recordings would be left out; the first: ${wrong[0].reason}`)
  checkUsable(parts)
  const given = partsGiven(parts)
  const splitOff = (examples: readonly SpeechExample[], count: number) =>
    splitByWords(
      examples.map(({ transcript }) => transcript),
      count,
      seed,
      what,
    )
  const split = threeParts(what, parts, options, splitOff, 'recordings')
  remarks.push(...sharedWords(split))
  if (given.flat().some(({ transcript }) => text.digits === 'english' && /\d/.test(transcript)))
    remarks.push('single digits are spelled out in English: 1 becomes one')
  const symbols = known ?? SymbolTable.of(given.flatMap((part) => part.map(({ text: own }) => own)))
  const reader = new SampleReader(
    given.flatMap((part) => part.map(({ stretch }) => stretch)),
    sampleRate,
  )
  const description = { spectrogram: spectrogram.options, symbols: symbols.symbols, text }
  const setOf = (examples: readonly SpeechExample[]): SpeechSet =>
    speechSet({ name: place, examples, spectrogram, symbols, reader, description })
  return {
    train: setOf(split.train),
    validation: setOf(split.validation),
    test: setOf(split.test),
    symbols,
    spectrogram,
    skipped,
    remarks,
  }
}

/** What is said in two parts, which can only be where parts are given. */
function sharedWords({ train, validation, test }: Required<GivenParts<readonly SpeechExample[]>>): string[] {
  const learned = new Set(train.map(({ transcript }) => wordsOf(transcript)))
  return Object.entries({ validation, test }).flatMap(([name, part]) => {
    const shared = part.filter(({ transcript }) => learned.has(wordsOf(transcript))).length
    return shared === 0
      ? []
      : [`${shared} of ${part.length} recordings of ${name} have the text of a training recording`]
  })
}
