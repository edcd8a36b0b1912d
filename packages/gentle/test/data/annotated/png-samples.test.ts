import { DataError } from 'gentle-dl'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { pngSamples } from '../../../src/data/annotated/png-samples.ts'
import { indexPng } from './written-sets.ts'

/** Values below a limit without a pattern. */
const valuesBelow = (limit: number, count: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, i) => ((i * 7919) ^ (i >> 3)) % limit)

describe('samples of a PNG', () => {
  it.each(
    ([1, 2, 4, 8] as const).flatMap((bits) => ([0, 3] as const).map((colourType) => [bits, colourType] as const)),
  )('of %i bits and colour type %i are read, whatever the filters', (bits, colourType) => {
    const values = valuesBelow(2 ** bits, 13 * 11)
    const bytes = indexPng(values, 13, 11, { bits, colourType, filters: [4, 0, 1, 2, 3, 4, 2] })
    const palette = colourType === 3
    expect(pngSamples(bytes, 'mask')).toEqual({ height: 13, width: 11, palette, channels: 1, samples: values })
  })

  it('are those that another program wrote', async () => {
    const values = valuesBelow(256, 60 * 40)
    const grey = sharp(values, { raw: { height: 40, width: 60, channels: 1 } }).toColourspace('b-w')
    for (const adaptiveFiltering of [false, true]) {
      const bytes = await grey.clone().png({ adaptiveFiltering }).toBuffer()
      expect([...pngSamples(bytes, 'mask').samples]).toEqual([...values])
    }
  })

  it.each([
    ['grey and how opaque it is', 2],
    ['colours', 3],
    ['colours and how opaque they are', 4],
  ] as const)('are those of %s', async (_, channels) => {
    const samples = valuesBelow(256, 60 * 40 * channels)
    const raw = { raw: { height: 40, width: 60, channels } }
    for (const adaptiveFiltering of [false, true]) {
      const bytes = await sharp(samples, raw)
        .toColourspace(channels === 2 ? 'b-w' : 'srgb')
        .png({ adaptiveFiltering })
        .toBuffer()
      expect(pngSamples(bytes, 'mask')).toEqual({
        ...{ height: 40, width: 60, palette: false, channels },
        samples: Uint8Array.from(samples),
      })
    }
  })

  const png = indexPng(valuesBelow(4, 64), 8, 8)
  const changed = (at: number, value: number): Uint8Array =>
    Uint8Array.from(png, (byte, i) => (i === at ? value : byte))
  const colours = sharp(valuesBelow(256, 192), { raw: { height: 8, width: 8, channels: 3 } })
  const grey = sharp(valuesBelow(256, 64), { raw: { height: 8, width: 8, channels: 1 } })

  it.each<[string, () => Uint8Array | Promise<Uint8Array>, RegExp]>([
    [
      'a JPEG',
      () => colours.clone().jpeg().toBuffer(),
      /^mask 1: it is not a PNG; expected a PNG of up to 8 bits a sample/,
    ],
    ['16 bits', () => grey.clone().toColourspace('grey16').png().toBuffer(), /it has 16 bits a sample; expected/],
    ['interlacing', () => grey.clone().toColourspace('b-w').png({ progressive: true }).toBuffer(), /it is interlaced/],
    ['an end too early', () => png.subarray(0, -30), /it is cut off/],
    ['nothing after the signature', () => png.subarray(0, 8), /it is cut off/],
    ['another size in its header', () => changed(23, 9), /it is broken or cut off/],
    ['no size', () => changed(19, 0), /it is 8 x 0; expected 1 to/],
    ['broken data', () => changed(png.length - 30, 77), /it is broken or cut off/],
    ['an unknown filter', () => indexPng(valuesBelow(4, 64), 8, 8, { filters: [0, 5] }), /its row 1 has the filter 5/],
  ])('are refused of %s', async (_, bytes, message) => {
    const file = await bytes()
    expect(() => pngSamples(file, 'mask 1')).toThrow(message)
    expect(() => pngSamples(file, 'mask 1')).toThrow(DataError)
  })
})
