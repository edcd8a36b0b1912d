/** Sound files: WAV by itself, others by the package audio-decode. */
import { DataError, FormatError } from '../../core/errors.ts'
import type { Sound } from '../../speech/sound.ts'
import { readWave } from '../../speech/wave/read-wave.ts'
import { readWaveHeader } from '../../speech/wave/wave-header.ts'
import { annotationBytes } from '../annotated/annotation-text.ts'
import { openIn, peerPackage } from '../node.ts'

/** Endings of files that are taken for sounds, WAV first. */
export const soundEndings = ['wav', 'flac', 'mp3', 'ogg', 'oga', 'opus', 'm4a', 'aac', 'aiff', 'webm'] as const

/** What is known of a sound file. */
export interface SoundFileInfo {
  readonly sampleRate: number
  /** Samples of each channel. */
  readonly length: number
}

interface Decoder {
  readonly default: (bytes: Uint8Array) => Promise<{
    readonly channelData: readonly Float32Array<ArrayBuffer>[]
    readonly sampleRate: number
  }>
}

const isWave = (path: string): boolean => /\.wav$/i.test(path)

/** @throws DataError where the package is not installed, or cannot read the file. */
async function decodeOther(path: string, bytes: Uint8Array): Promise<Sound> {
  const decoder = peerPackage('audio-decode') as Decoder | undefined
  if (decoder === undefined)
    throw new DataError(
      `sound ${path}: files other than WAV need the package audio-decode, which is not installed; run npm install audio-decode`,
    )
  try {
    const { channelData, sampleRate } = await decoder.default(bytes)
    if (channelData.length === 0 || channelData[0].length === 0) throw new Error('it has no samples')
    return { sampleRate, channels: channelData }
  } catch (cause) {
    throw new DataError(`sound ${path} cannot be decoded: ${(cause as Error).message.split('\n')[0]}`, { cause })
  }
}

/** Broken files are a matter of the data. */
function asDataError(error: unknown): unknown {
  return error instanceof FormatError ? new DataError(error.message, { cause: error }) : error
}

/**
 * The sound in a file: WAV as `readWave` reads it; MP3, FLAC, Ogg Vorbis, Opus, AAC and others by the package audio-decode,
 * whose decoders divide whole numbers by their largest one, so that values may lie beyond -1 by the last bit.
 * @throws DataError for a file that is missing, broken, cut off, or holds numbers that are not finite.
 */
export async function readSoundFile(path: string): Promise<Sound> {
  const bytes = await annotationBytes(path)
  try {
    const sound = isWave(path) ? readWave(bytes, `sound ${path}`) : await decodeOther(path, bytes)
    if ('header' in sound) checkWhole(path, (sound as ReturnType<typeof readWave>).header.missing)
    if (sound.channels.some((channel) => channel.some((value) => !Number.isFinite(value))))
      throw new DataError(`sound ${path}: it holds samples that are not finite numbers`)
    return sound
  } catch (error) {
    throw asDataError(error)
  }
}

function checkWhole(path: string, lost: number): void {
  if (lost > 0) throw new DataError(`sound ${path} was cut off: ${lost} samples are missing at its end`)
}

/** What a file is, of WAV by its first bytes alone. @throws DataError as `readSoundFile`, as far as it looks. */
export async function soundFileInfo(path: string): Promise<SoundFileInfo> {
  if (!isWave(path)) {
    const { sampleRate, channels } = await readSoundFile(path)
    return { sampleRate, length: channels[0].length }
  }
  const { basename, dirname } = process.getBuiltinModule('node:path')
  const file = openIn(dirname(path), basename(path))
  if (file === undefined) throw new DataError(`sound ${path}: there is no such file`)
  try {
    const { sampleRate, length, missing: lost } = readWaveHeader(file, `sound ${path}`)
    checkWhole(path, lost)
    return { sampleRate, length }
  } catch (error) {
    throw asDataError(error)
  } finally {
    file.close()
  }
}
