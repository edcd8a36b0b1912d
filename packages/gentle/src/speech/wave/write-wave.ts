/** Sounds as WAV files. */
import { ArgumentError } from '../../core/errors.ts'
import type { Sound } from '../sound.ts'

export interface WriteWaveOptions {
  /** 16-bit whole numbers, which every program reads, or 32-bit floating point, which keeps all values; 'int16' unless given. */
  readonly encoding?: 'int16' | 'float32'
}

/** RIFF counts its bytes in 32 bits. */
const maxBytes = 2 ** 32 - 1

/**
 * The bytes of a WAV file. As 16-bit PCM samples are rounded, and those outside of -1 to 32767/32768 are cut there; as floating point they are kept as they are.
 * @throws ArgumentError for no channels or of unequal length, a rate that is not a whole number of at least 1, values that are not finite numbers, another encoding, and more than 4 GB.
 */
export function writeWave({ sampleRate, channels }: Sound, options: WriteWaveOptions = {}): Uint8Array<ArrayBuffer> {
  const { encoding = 'int16' } = options
  const [first] = channels
  if (first === undefined || channels.length > 0xffff || channels.some(({ length }) => length !== first.length))
    throw new ArgumentError(
      `writeWave: channels of ${channels.map(({ length }) => length).join(', ') || 'no'} samples; expected one or more of equal length`,
    )
  if (!Number.isInteger(sampleRate) || sampleRate < 1)
    throw new ArgumentError(`writeWave: the rate is ${sampleRate}; expected a whole number of at least 1`)
  if (encoding !== 'int16' && encoding !== 'float32')
    throw new ArgumentError(`writeWave: encoding is '${encoding}'; expected int16 or float32`)
  const float = encoding === 'float32'
  const sampleBytes = float ? 4 : 2
  const frameBytes = channels.length * sampleBytes
  const dataBytes = first.length * frameBytes
  // What is not a PCM says how many samples there are (chunk fact), and that its format has no extension.
  const headBytes = float ? 58 : 44
  if (headBytes + dataBytes > maxBytes)
    throw new ArgumentError(`writeWave: ${dataBytes} bytes of samples are too many for a WAV file; expected below 4 GB`)
  const bytes = new Uint8Array(headBytes + dataBytes)
  const view = new DataView(bytes.buffer)
  let at = 0
  const text = (letters: string): void => {
    for (const letter of letters) bytes[at++] = letter.charCodeAt(0)
  }
  const short = (value: number): void => {
    view.setUint16(at, value, true)
    at += 2
  }
  const long = (value: number): void => {
    view.setUint32(at, value, true)
    at += 4
  }
  text('RIFF')
  long(bytes.length - 8)
  text('WAVEfmt ')
  long(float ? 18 : 16)
  short(float ? 3 : 1)
  short(channels.length)
  long(sampleRate)
  long(sampleRate * frameBytes)
  short(frameBytes)
  short(8 * sampleBytes)
  if (float) {
    short(0)
    text('fact')
    long(4)
    long(first.length)
  }
  text('data')
  long(dataBytes)
  for (let i = 0; i < first.length; i++)
    for (const channel of channels) {
      const value = channel[i]
      if (!Number.isFinite(value))
        throw new ArgumentError(`writeWave: sample ${i} is ${value}; expected finite numbers`)
      if (float) view.setFloat32(at, value, true)
      else view.setInt16(at, Math.min(32767, Math.max(-32768, Math.round(value * 32768))), true)
      at += sampleBytes
    }
  return bytes
}
