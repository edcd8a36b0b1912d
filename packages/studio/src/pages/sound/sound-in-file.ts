/** What the page reads of a file with a sound, before its worker takes it. */
import type { Sound } from 'gentle-dl/speech'
import { SoundError } from './sound-error.ts'

/** Compressed, a sound may be a thousand times as long as one of this page, which the browser would decode whole. */
const mostBytes = 2 * 2 ** 20

/** Samples of a second, to which the browser brings what it decodes; the recogniser takes a third. */
const decodedRate = 48_000

const textAt = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4))

/**
 * The bytes of a WAV file, which the library reads; of another one the sound that the browser decodes: MP3, FLAC, Ogg, Opus, AAC, whatever it knows. Workers cannot.
 * @throws SoundError for what the browser does not decode, and for too large a file
 */
export async function soundIn(file: File): Promise<Uint8Array<ArrayBuffer> | Sound> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  if (textAt(bytes, 0) === 'RIFF' && textAt(bytes, 8) === 'WAVE') return bytes
  if (bytes.length > mostBytes)
    throw new SoundError(
      `'${file.name}' has ${bytes.length} bytes; expected at most ${mostBytes} of a compressed sound`,
    )
  try {
    const decoded = await new OfflineAudioContext(1, 1, decodedRate).decodeAudioData(bytes.buffer)
    const channels = Array.from({ length: decoded.numberOfChannels }, (_, i) => decoded.getChannelData(i))
    return { sampleRate: decodedRate, channels }
  } catch {
    throw new SoundError(
      `'${file.name}' is not a sound that this browser decodes; expected WAV, or a format such as MP3, FLAC, Ogg or AAC`,
    )
  }
}
