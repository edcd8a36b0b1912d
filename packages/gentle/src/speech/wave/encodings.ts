/** How a WAV file writes its samples: by the format's tag (RFC 2361, "WAVE and AVI Codec Registries"). */
import { FormatError } from '../../core/errors.ts'

/** Whole numbers, floating-point numbers, or 8 bits a sample on a logarithmic scale (ITU-T G.711). */
export type WaveEncoding = 'pcm' | 'float' | 'mu-law' | 'a-law'

/** By the format's tag. */
const encodings = new Map<number, WaveEncoding>([
  [0x0001, 'pcm'],
  [0x0003, 'float'],
  [0x0006, 'a-law'],
  [0x0007, 'mu-law'],
])

/** Names of formats that are met in files and not read here. */
const otherFormats = new Map([
  [0x0000, 'unknown'],
  [0x0002, 'Microsoft ADPCM'],
  [0x0010, 'Oki ADPCM'],
  [0x0011, 'IMA ADPCM'],
  [0x0016, 'ITU-T G.723 ADPCM'],
  [0x0022, 'DSP Group TrueSpeech'],
  [0x0031, 'GSM 6.10'],
  [0x0040, 'ITU-T G.721 ADPCM'],
  [0x0045, 'ITU-T G.726 ADPCM'],
  [0x0050, 'MPEG layer 1 or 2'],
  [0x0055, 'MPEG layer 3 (MP3)'],
  [0x0064, 'ITU-T G.726 ADPCM'],
  [0x0092, 'Dolby AC-3 (S/PDIF)'],
  [0x00ff, 'AAC'],
  [0x0160, 'Windows Media Audio 1'],
  [0x0161, 'Windows Media Audio 2'],
  [0x0162, 'Windows Media Audio Professional'],
  [0x0163, 'Windows Media Audio Lossless'],
  [0x2000, 'Dolby AC-3'],
  [0x674f, 'Ogg Vorbis'],
  [0xf1ac, 'FLAC'],
])

const hexadecimal = (tag: number): string => `0x${tag.toString(16).padStart(4, '0')}`

/** Bytes that a sample may take. */
const sampleBytes: Readonly<Record<WaveEncoding, readonly number[]>> = {
  pcm: [1, 2, 3, 4],
  float: [4, 8],
  'a-law': [1],
  'mu-law': [1],
}

/**
 * The encoding of a tag, for samples of this many bytes.
 * @throws FormatError for what is not read, by the format's name.
 */
export function encodingOf(tag: number, bytes: number, bits: number, name: string): WaveEncoding {
  const encoding = encodings.get(tag)
  if (encoding === undefined) {
    const format = otherFormats.get(tag)
    throw new FormatError(
      `${name}: its samples are ${format === undefined ? `in format ${hexadecimal(tag)}` : `${format} (format ${hexadecimal(tag)})`}; expected PCM, floating point, mu-law or A-law; convert it to 16-bit PCM`,
    )
  }
  if (!sampleBytes[encoding].includes(bytes))
    throw new FormatError(
      `${name}: its samples are ${encoding} of ${bytes} bytes; expected ${sampleBytes[encoding].join(', ')}`,
    )
  // Whole numbers of fewer bits lie at the upper end of their bytes, so the bytes alone say how large they are.
  const fits = encoding === 'pcm' ? bits >= 1 && bits <= 8 * bytes : bits === 8 * bytes
  if (!fits) throw new FormatError(`${name}: ${bits} bits a sample do not fit into ${bytes} bytes of ${encoding}`)
  return encoding
}

/** What the other 14 bytes of a sub-format are, where its first two are a format's tag. */
const tagSuffix = '000000001000800000aa00389b71'

/** The tag in WAVE_FORMAT_EXTENSIBLE's sub-format. @throws FormatError for one that is not a tag. */
export function subFormatTag(guid: Uint8Array, name: string): number {
  const digits = Array.from(guid, (byte) => byte.toString(16).padStart(2, '0')).join('')
  if (digits.slice(4) !== tagSuffix)
    throw new FormatError(
      `${name}: its samples are in the extensible sub-format ${digits}; expected PCM, floating point, mu-law or A-law`,
    )
  return guid[0] | (guid[1] << 8)
}
