import { describe, expect, it } from 'vitest'
import { readWave, readWaveHeader, type Sound, writeWave } from '../../src/speech/index.ts'
import { aLaw, muLaw } from '../../src/speech/wave/g711.ts'
import golden from '../goldens/sounds.json' with { type: 'json' }

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))
const ascii = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0))
const little = (value: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256)
const chunk = (id: string, content: readonly number[], size = content.length): number[] => [
  ...ascii(id),
  ...little(size, 4),
  ...content,
  ...(content.length % 2 === 1 ? [0] : []),
]
interface Format {
  readonly tag?: number
  readonly channels?: number
  readonly bits?: number
  readonly frameBytes?: number
  readonly more?: readonly number[]
}
const format = ({ tag = 1, channels = 1, bits = 16, frameBytes = (channels * bits) / 8, more = [] }: Format = {}) =>
  chunk('fmt ', [
    ...little(tag, 2),
    ...little(channels, 2),
    ...little(8000, 4),
    ...little(8000 * frameBytes, 4),
    ...little(frameBytes, 2),
    ...little(bits, 2),
    ...more,
  ])
const extension = (tag: number, validBits: number): number[] => [
  ...little(22, 2),
  ...little(validBits, 2),
  ...little(4, 4),
  ...little(tag, 2),
  ...[0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71],
]
const wave = (...chunks: readonly number[][]): Uint8Array =>
  Uint8Array.from([...ascii('RIFF'), ...little(4 + chunks.flat().length, 4), ...ascii('WAVE'), ...chunks.flat()])
const samplesOf = (bytes: Uint8Array): number[] => [...readWave(bytes, 'a.wav').channels[0]]

describe('readWave', () => {
  it.each(golden.files)('reads what $name writes as sox does', ({ bytes, samples }) => {
    const { sampleRate, channels, header } = readWave(bytesOf(bytes))
    expect({ sampleRate, missing: header.missing }).toEqual({ sampleRate: 8000, missing: 0 })
    expect(channels).toHaveLength(2)
    const expected = [0, 1].map((channel) => samples.map((frame) => Math.fround(frame[channel] / 2 ** 31)))
    // sox rounds floating point to whole numbers of 32 bits.
    channels.forEach((channel, c) => {
      expect(channel).toHaveLength(expected[c].length)
      channel.forEach((value, i) => {
        expect(Math.abs(value - expected[c][i])).toBeLessThanOrEqual(header.encoding === 'float' ? 2 ** -23 : 0)
      })
    })
  })

  it('reads every byte of both logarithmic scales as sox does', () => {
    expect([...muLaw].map((value) => value * 32768)).toEqual(golden.g711['mu-law'])
    expect([...aLaw].map((value) => value * 32768)).toEqual(golden.g711['a-law'])
  })

  it('gives exactly -1 for the least whole number of every size, and nothing beyond', () => {
    expect(samplesOf(wave(format({ bits: 8 }), chunk('data', [0, 128, 255])))).toEqual([-1, 0, 127 / 128])
    expect(samplesOf(wave(format({ bits: 24 }), chunk('data', [0, 0, 0x80, 0xff, 0xff, 0x7f])))).toEqual([
      -1,
      1 - 2 ** -23,
    ])
    expect(samplesOf(wave(format({ bits: 32 }), chunk('data', [0, 0, 0, 0x80])))).toEqual([-1])
  })

  it('honours the sub-format of an extensible format: floating point is not read as whole numbers', () => {
    const data = chunk('data', [0, 0, 0x80, 0x3e, 0, 0, 0xc0, 0x3f])
    expect(samplesOf(wave(format({ tag: 0xfffe, bits: 32, more: extension(3, 32) }), data))).toEqual([0.25, 1.5])
    expect(samplesOf(wave(format({ tag: 0xfffe, bits: 32, more: extension(1, 24) }), data))[0]).toBeCloseTo(0.4883, 4)
    const other = format({ tag: 0xfffe, bits: 16, more: extension(1, 16).with(-1, 0) })
    expect(() => readWave(wave(other, data), 'a.wav')).toThrow(/a\.wav: .* extensible sub-format 0100/)
  })

  it('takes whole numbers of odd bits from the upper end of their bytes', () => {
    expect(samplesOf(wave(format({ bits: 12, frameBytes: 2 }), chunk('data', [0, 0x40])))).toEqual([0.5])
  })

  it('passes over chunks that it does not need, with a byte behind those of odd size', () => {
    const list = chunk('LIST', [...ascii('INFO'), 1, 2, 3])
    expect(samplesOf(wave(list, format(), list, chunk('data', [0, 0x40]), list))).toEqual([0.5])
  })

  it('reads to the end where the length was not known: 0, 0x7ffff000 and 0xffffffff', () => {
    for (const size of [0, 0x7ffff000, 0xffffffff]) {
      const sound = readWave(wave(format(), chunk('data', [0, 0x40, 0, 0xc0], size)))
      expect([...sound.channels[0]]).toEqual([0.5, -0.5])
      expect(sound.header.missing).toBe(0)
    }
  })

  it('believes a length of 0 at the end of the file, and where whole chunks follow', () => {
    expect(samplesOf(wave(format(), chunk('data', [])))).toEqual([])
    expect(samplesOf(wave(format(), chunk('data', []), chunk('LIST', ascii('INFOmade'))))).toEqual([])
  })

  it('tells how much of a file that was cut off is missing', () => {
    const { channels, header } = readWave(wave(format({ channels: 2 }), chunk('data', [0, 0x40, 0, 0xc0, 1, 1], 20)))
    expect({ samples: channels.map((each) => [...each]), missing: header.missing }).toEqual({
      samples: [[0.5], [-0.5]],
      missing: 4,
    })
  })

  it('misses nothing of a whole file that ends within a sample', () => {
    const { channels, header } = readWave(wave(format(), chunk('data', [0, 0x40, 7])))
    expect({ samples: [...channels[0]], missing: header.missing }).toEqual({ samples: [0.5], missing: 0 })
  })

  it('takes the length of RF64 from its chunk ds64', () => {
    const ds64 = chunk('ds64', [...little(0, 8), ...little(2, 8), ...little(1, 8), ...little(0, 4)])
    const bytes = wave(ds64, format(), chunk('data', [0, 0x40], 0xffffffff), chunk('LIST', ascii('INFO')))
    bytes.set(ascii('RF64'))
    expect(samplesOf(bytes)).toEqual([0.5])
    bytes.set(ascii('BW64'))
    expect(samplesOf(bytes)).toEqual([0.5])
  })

  it.each([
    ['no WAV file', Uint8Array.from(ascii('ID3 what is this')), /a\.wav is not a WAV file: it begins with 'ID3 '/],
    ['nothing', new Uint8Array(0), /is not a WAV file/],
    ['the other byte order', Uint8Array.from(ascii('RIFX....WAVE')), /RIFX, of the other byte order/],
    ['ADPCM', wave(format({ tag: 0x11 }), chunk('data', [0])), /IMA ADPCM \(format 0x0011\)/],
    ['MP3 in WAV', wave(format({ tag: 0x55 }), chunk('data', [0])), /MP3.*0x0055/],
    ['an unknown tag', wave(format({ tag: 0x1234 }), chunk('data', [0])), /in format 0x1234/],
    ['PCM of 64 bits', wave(format({ bits: 64 }), chunk('data', [0])), /pcm of 8 bytes; expected 1, 2, 3, 4/],
    ['floating point of 16 bits', wave(format({ tag: 3 }), chunk('data', [0])), /float of 2 bytes; expected 4, 8/],
    ['frames of no whole samples', wave(format({ channels: 2, frameBytes: 3 })), /./],
    ['no channels', wave(format({ channels: 0, frameBytes: 2 })), /0 channels/],
    ['samples before their format', wave(chunk('data', [0, 0]), format()), /before the chunk fmt/],
    ['no samples', wave(format()), /ends without samples/],
    ['a short format', wave(chunk('fmt ', [1, 0])), /chunk fmt has 2 bytes/],
  ])('refuses %s by name', (_, bytes, message) => {
    expect(() => readWave(bytes, 'a.wav')).toThrow(message)
    expect(() => readWave(bytes, 'a.wav')).toThrow(expect.objectContaining({ name: 'FormatError' }))
  })

  it('reads the header of a file alone', () => {
    const asked: number[] = []
    const bytes = wave(format({ channels: 2 }), chunk('data', new Array(4000).fill(0)))
    const header = readWaveHeader({
      length: bytes.length,
      read: (offset, into) => {
        asked.push(into.length)
        into.set(bytes.subarray(offset, offset + into.length))
      },
      close: () => {},
    })
    expect(header).toMatchObject({ sampleRate: 8000, channels: 2, length: 1000, missing: 0 })
    expect(asked.reduce((a, b) => a + b)).toBeLessThan(64)
  })
})

describe('writeWave', () => {
  const sound: Sound = { sampleRate: 16000, channels: [Float32Array.of(-1, 0.25, 1.5), Float32Array.of(0, -0.1, -2)] }

  it('rounds to 16 bits and cuts what is beyond', () => {
    const { sampleRate, channels } = readWave(writeWave(sound))
    expect(sampleRate).toBe(16000)
    expect(channels.map((each) => [...each])).toEqual([
      [-1, 0.25, 32767 / 32768],
      [0, -3277 / 32768, -1],
    ])
  })

  it('keeps floating point as it is', () => {
    expect(readWave(writeWave(sound, { encoding: 'float32' })).channels).toEqual(sound.channels)
  })

  it('refuses what is not sound', () => {
    expect(() => writeWave({ sampleRate: 8000, channels: [] })).toThrow(/no samples/)
    expect(() => writeWave({ sampleRate: 8000, channels: [Float32Array.of(Number.NaN)] })).toThrow(/sample 0 is NaN/)
    expect(() => writeWave({ sampleRate: 0.5, channels: [Float32Array.of(0)] })).toThrow(/rate is 0.5/)
    expect(() => writeWave(sound, { encoding: 'int24' as 'int16' })).toThrow(/encoding is 'int24'/)
    const unequal = [new Float32Array(1), new Float32Array(2)]
    expect(() => writeWave({ sampleRate: 8000, channels: unequal })).toThrow(/1, 2 samples/)
  })
})
