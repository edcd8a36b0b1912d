/** WAV files as sounds. */
import { bytesAccess } from '../../core/random-access.ts'
import type { Sound } from '../sound.ts'
import { aLaw, muLaw } from './g711.ts'
import { readWaveHeader, type WaveHeader } from './wave-header.ts'

/** A sound, and what its file says of it. */
export interface WaveSound extends Sound {
  readonly header: WaveHeader
}

/** How the samples of a file are read, by place. */
function sampleReader({ encoding, sampleBytes }: WaveHeader, bytes: Uint8Array): (at: number) => number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (encoding === 'mu-law') return (at) => muLaw[bytes[at]]
  if (encoding === 'a-law') return (at) => aLaw[bytes[at]]
  if (encoding === 'float')
    return sampleBytes === 4 ? (at) => view.getFloat32(at, true) : (at) => view.getFloat64(at, true)
  if (sampleBytes === 1) return (at) => (bytes[at] - 128) / 128
  if (sampleBytes === 2) return (at) => view.getInt16(at, true) / 2 ** 15
  if (sampleBytes === 3) return (at) => ((bytes[at] << 8) | (bytes[at + 1] << 16) | (bytes[at + 2] << 24)) / 2 ** 31
  return (at) => view.getInt32(at, true) / 2 ** 31
}

/**
 * The sound in a WAV file: PCM of 8 (unsigned), 16, 24 and 32 bits, 32- and 64-bit floating point, mu-law and A-law, extensible or not, and RF64 and BW64.
 * Whole numbers are divided by the size of the least one, so that it is exactly -1 and none is 1; floating-point numbers come as they are.
 *
 * ```ts
 * const { sampleRate, channels, header } = readWave(await readFile('hello.wav'))
 * if (header.missing > 0) console.warn(`${header.missing} samples are missing`)
 * ```
 * @param name how messages call it
 * @throws FormatError as `readWaveHeader` does. A file that was cut off is read as far as it goes: `header.missing`.
 */
export function readWave(bytes: Uint8Array, name = 'WAV file'): WaveSound {
  const header = readWaveHeader(bytesAccess(bytes), name)
  const { sampleRate, sampleBytes, length, offset } = header
  const sample = sampleReader(header, bytes)
  const step = header.channels * sampleBytes
  const channels = Array.from({ length: header.channels }, (_, channel) => {
    const samples = new Float32Array(length)
    let at = offset + channel * sampleBytes
    for (let i = 0; i < length; i++, at += step) samples[i] = sample(at)
    return samples
  })
  return { sampleRate, channels, header }
}
