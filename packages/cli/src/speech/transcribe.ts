/** `gentle transcribe`: what is said in sound files, or in a sound that comes through standard input. */
import { writeFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { readSoundFile } from 'gentle-dl/data'
import { type Sound, speechEncodingFrom, Transcriber, type Transcript } from 'gentle-dl/speech'
import { openAnyModel, takesInputs } from '../models/open-model.ts'
import { reasonOf } from '../terminal/reason.ts'
import { bold, dim, note, print, table } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'
import { type Decoding, type DecodingFlags, decodingFor } from './decoding.ts'
import { type SoundInput, soundInput } from './sound-input.ts'

export interface TranscribeFlags extends DecodingFlags {
  /** Samples a second of raw sound from standard input. */
  readonly sampleRate?: number
  /** Where the picture goes. */
  readonly out?: string
  readonly json?: boolean
  readonly quiet?: boolean
}

/** Opens a model of speech. @throws UsageError for one that does something else. */
async function openHearing(place: string): Promise<Transcriber> {
  const opened = await openAnyModel(place)
  if (!takesInputs(opened) || opened.task !== 'transcribe')
    throw new UsageError(
      `${place} is not a speech model${opened.task === undefined ? '' : `, but one for --task ${opened.task}`}; train one, as in: gentle train deepspeech --data speech:DIR`,
    )
  return new Transcriber(opened.model, speechEncodingFrom(opened.encoding, place))
}

const seconds = (time: number): number => Number(time.toFixed(2))

const dataOf = (file: string, { text, words, letters, seconds: length }: Transcript) => ({
  file,
  text,
  seconds: seconds(length),
  words: words.map(({ word, begin, end }) => ({ word, begin: seconds(begin), end: seconds(end) })),
  letters: letters.map(({ symbol, at }) => ({ symbol, at: seconds(at) })),
})

/** A transcript for a reader. */
function transcriptText({ text, words, seconds: length }: Transcript): string {
  if (text === '') return dim(`no speech found in ${length.toFixed(1)} s`)
  const times = words.map(({ word, begin, end }) => [word, begin.toFixed(2), end.toFixed(2)])
  return [bold(text), '', table([['word', 'from (s)', 'to (s)'], ...times])].join('\n')
}

function printTranscripts(
  transcripts: readonly Transcript[],
  files: readonly string[],
  { json, quiet }: TranscribeFlags,
): void {
  if (json) {
    const all = transcripts.map((each, i) => dataOf(files[i], each))
    console.log(JSON.stringify(all.length === 1 ? all[0] : all, null, 2))
    return
  }
  for (const [i, each] of transcripts.entries()) {
    if (quiet) console.log(each.text)
    else {
      if (transcripts.length > 1) print(`${i === 0 ? '' : '\n'}${dim(files[i])}`)
      print(transcriptText(each))
    }
  }
}

/** @throws UsageError for another kind of picture. */
function checkOut(out: string | undefined, sounds: number): void {
  if (out === undefined) return
  if (!['.svg', '.png'].includes(extname(out).toLowerCase()))
    throw new UsageError(`--out is ${out}; expected an .svg or .png file`)
  if (sounds > 1) throw new UsageError(`--out draws one sound, but ${sounds} were given`)
}

async function draw(
  out: string,
  transcriber: Transcriber,
  sound: Sound,
  { words, letters }: Transcript,
): Promise<void> {
  const { plotTranscript } = await import('gentle-dl-plot')
  const { spectrogram } = transcriber
  const svg = plotTranscript({
    spectrogram: transcriber.features(sound),
    features: spectrogram.features,
    frameStep: spectrogram.frameStep,
    frequencies: spectrogram.frequencies,
    letters,
    words,
  })
  try {
    if (extname(out).toLowerCase() === '.svg') await writeFile(out, svg)
    else {
      const { default: sharp } = await import('sharp')
      await sharp(Buffer.from(svg)).png().toFile(out)
    }
  } catch (error) {
    throw new UsageError(`--out ${out} cannot be written: ${reasonOf(error, 'write')}`)
  }
}

/** All samples of a sound that comes. */
async function wholeSound({ sampleRate, blocks }: SoundInput): Promise<Sound> {
  const parts: Float32Array[] = []
  for await (const block of blocks) parts.push(block)
  const samples = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    samples.set(part, at)
    at += part.length
  }
  return { sampleRate, channels: [samples] }
}

/** Hears a sound that comes through standard input: while it goes on, where the network can, with the letters beside the results as they are heard. */
async function listen(
  transcriber: Transcriber,
  input: AsyncIterable<Uint8Array>,
  flags: TranscribeFlags,
  decoding: Decoding,
): Promise<void> {
  const sound = await soundInput(input, flags.sampleRate)
  const interactive = flags.quiet !== true && flags.json !== true
  if (!transcriber.isOnline || flags.out !== undefined) {
    if (interactive && !transcriber.isOnline)
      note('this network is bidirectional, so transcription starts at the end of the sound')
    const whole = await wholeSound(sound)
    if (whole.channels[0].length === 0) throw new UsageError('standard input has no samples')
    const [transcript] = await transcriber.transcribe([whole], decoding)
    printTranscripts([transcript], ['-'], flags)
    if (flags.out !== undefined) await draw(flags.out, transcriber, whole, transcript)
    return
  }
  const streaming = await transcriber.stream(sound.sampleRate)
  let shown = ''
  for await (const block of sound.blocks) {
    const text = await streaming.push(block)
    // What was heard is never taken back, so the new letters stand behind it.
    if (interactive) process.stderr.write(text.slice(shown.length))
    shown = text
  }
  if (interactive && shown !== '') note('')
  printTranscripts([await streaming.end(decoding)], ['-'], flags)
}

/** Runs the command. Gives the exit code. @param input what comes through standard input, where no file is named */
export async function transcribe(
  place: string,
  files: readonly string[],
  flags: TranscribeFlags,
  input: AsyncIterable<Uint8Array> = process.stdin,
): Promise<number> {
  const streams = files.length === 0 || (files.length === 1 && files[0] === '-')
  checkOut(flags.out, files.length)
  if (flags.sampleRate !== undefined && !streams)
    throw new UsageError('--sample-rate is for raw samples from standard input; files have their own')
  if (flags.sampleRate !== undefined && !(Number.isInteger(flags.sampleRate) && flags.sampleRate >= 1))
    throw new UsageError(`--sample-rate is ${flags.sampleRate}; expected a sample rate in Hz, such as 8000`)
  if (streams && input === process.stdin && process.stdin.isTTY)
    throw new UsageError(
      'no sound given; name a file, or pipe one to standard input, as in: arecord -f S16_LE -r 16000 | gentle transcribe RUN',
    )
  const transcriber = await openHearing(place)
  try {
    const decoding = await decodingFor(place, transcriber, flags)
    if (streams) await listen(transcriber, input, flags, decoding)
    else {
      const sounds: Sound[] = []
      for (const file of files) sounds.push(await readSoundFile(file))
      const transcripts = await transcriber.transcribe(sounds, decoding)
      printTranscripts(transcripts, files, flags)
      if (flags.out !== undefined) await draw(flags.out, transcriber, sounds[0], transcripts[0])
    }
  } finally {
    transcriber.dispose()
  }
  return exitCodes.done
}
