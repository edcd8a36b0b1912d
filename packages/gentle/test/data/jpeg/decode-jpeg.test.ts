import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { Random } from '../../../src/core/random.ts'
import { decodeJpeg } from '../../../src/data/jpeg/decode-jpeg.ts'
import { all, ours, randomRegion, theirs } from './compared.ts'
import { segment, type WrittenJpeg, writtenJpeg } from './written-jpeg.ts'

const kinds: readonly (readonly [string, Pick<WrittenJpeg, 'sampling' | 'components'>])[] = [
  ['grey', { sampling: 0x11, components: 1 }],
  ['colours of all pixels', { sampling: 0x11, components: 3 }],
  ['colours of every second column', { sampling: 0x21, components: 3 }],
  ['colours of every second column and row', { sampling: 0x22, components: 3 }],
]

/** A picture with something to see. */
function drawn(height: number, width: number) {
  const random = new Random(height * width)
  const pixels = Uint8Array.from(
    { length: 3 * height * width },
    (_, i) => 128 + 90 * Math.sin(i / 50 + (i % 3)) + 30 * random.uniform(),
  )
  return sharp(pixels, { raw: { height, width, channels: 3 } })
}

const plain = { height: 40, width: 56, sampling: 0x22, components: 3 } as const

/** With a segment behind its beginning. */
const with_ = (file: Uint8Array, added: readonly number[]): Uint8Array =>
  Uint8Array.of(...file.subarray(0, 2), ...added, ...file.subarray(2))

const letters = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0))

describe('decodeJpeg', () => {
  it.each(kinds)('gives to the bit what libjpeg gives: %s', async (_, kind) => {
    for (const [height, width] of [
      [8, 8],
      [37, 61],
      [64, 48],
      [33, 129],
    ]) {
      const random = new Random(height, JSON.stringify(kind))
      const file = writtenJpeg(random, { height, width, ...kind })
      const size = { height, width }
      expect(ours(file, size, all(size))).toEqual(await theirs(file, all(size)))
      for (let i = 0; i < 4; i++) {
        const region = randomRegion(random, size)
        expect(ours(file, size, region), JSON.stringify(region)).toEqual(await theirs(file, region))
      }
    }
  })

  it.each(kinds)('begins anew at markers between groups of blocks: %s', async (_, kind) => {
    for (const restartInterval of [1, 3, 7]) {
      const random = new Random(restartInterval, JSON.stringify(kind))
      const size = { height: 77, width: 90 }
      const file = writtenJpeg(random, { ...size, ...kind, restartInterval })
      for (const region of [all(size), randomRegion(random, size), randomRegion(random, size)])
        expect(ours(file, size, region), JSON.stringify(region)).toEqual(await theirs(file, region))
    }
  })

  it.each(['4:2:0', '4:4:4'])(
    'reads what sharp writes, with codes of each file and with those of the standard: %s',
    async (chromaSubsampling) => {
      const size = { height: 75, width: 101 }
      for (const optimiseCoding of [false, true]) {
        const file = await drawn(size.height, size.width)
          .jpeg({ chromaSubsampling, optimiseCoding, quality: 95 })
          .toBuffer()
        expect(ours(file, size, all(size))).toEqual(await theirs(file, all(size)))
      }
    },
  )

  it('gives what is within a byte, however large coefficients are', async () => {
    const file = writtenJpeg(new Random(1), { ...plain, density: 0.9, divisors: 60 })
    expect(ours(file, plain, all(plain))).toEqual(await theirs(file, all(plain)))
  })

  it('reads blocks without zeros, and flat ones', async () => {
    for (const density of [0, 1]) {
      const file = writtenJpeg(new Random(1), { ...plain, density })
      expect(ours(file, plain, all(plain))).toEqual(await theirs(file, all(plain)))
    }
  })

  it('reads files with a comment and with EXIF data', () => {
    const file = writtenJpeg(new Random(2), plain)
    const added = [...segment(0xfe, letters('drawn')), ...segment(0xe1, letters('Exif\0\0II'))]
    expect(ours(with_(file, added), plain, all(plain))).toEqual(ours(file, plain, all(plain)))
  })

  it('keeps nothing of a broken file for the next one', () => {
    const file = writtenJpeg(new Random(3), plain)
    const good = ours(file, plain, all(plain))
    for (let cut = 20; cut < 400; cut += 7) {
      const broken = file.slice()
      broken.fill(0x55, file.length - cut, file.length - cut + 5)
      decodeJpeg(broken, plain, all(plain))
      expect(ours(file, plain, all(plain))).toEqual(good)
    }
  })

  it('leaves to others what it does not read: progressive files, inks, colour profiles, further pictures, other sizes than those known', async () => {
    const size = { height: 40, width: 56 }
    const picture = drawn(40, 56)
    const profiled = await picture.clone().withIccProfile('p3').jpeg().toBuffer()
    const progressive = await picture.clone().jpeg({ progressive: true }).toBuffer()
    const inks = await picture.clone().toColourspace('cmyk').jpeg().toBuffer()
    for (const file of [profiled, progressive, inks]) expect(decodeJpeg(file, size, all(size))).toBeUndefined()
    const file = writtenJpeg(new Random(4), plain)
    expect(decodeJpeg(file, plain, all(plain))).toBeDefined()
    expect(decodeJpeg(with_(file, segment(0xe2, letters('MPF\0'))), plain, all(plain))).toBeUndefined()
    expect(decodeJpeg(with_(file, segment(0xee, letters('Adobe\0'))), plain, all(plain))).toBeUndefined()
    expect(decodeJpeg(file, { height: 40, width: 48 }, all(plain))).toBeUndefined()
    expect(decodeJpeg(await picture.png().toBuffer(), size, all(size))).toBeUndefined()
    expect(decodeJpeg(new Uint8Array(0), size, all(size))).toBeUndefined()
    // Components that may be red, green and blue.
    const named = file.slice()
    named.set(letters('none'), 6)
    named[file.indexOf(0xc0, 20) + 10] = 0x52
    expect(decodeJpeg(named, plain, all(plain))).toBeUndefined()
    // Of pictures as narrow as this libjpeg repeats colours.
    const narrow = { height: 40, width: 4 }
    expect(decodeJpeg(writtenJpeg(new Random(4), { ...plain, ...narrow }), narrow, all(narrow))).toBeUndefined()
  })

  it('leaves files to others that are cut off, wherever and whatever part is asked for', () => {
    for (const restartInterval of [0, 2]) {
      const file = writtenJpeg(new Random(5), { ...plain, restartInterval })
      const top = { ...all(plain), bottom: 4 }
      expect(decodeJpeg(file, plain, top)).toBeDefined()
      for (let length = 0; length < file.length; length += 3)
        expect(decodeJpeg(file.subarray(0, length), plain, top), `${length} bytes`).toBeUndefined()
    }
  })

  it('leaves files to others in which markers are missing or in another order', () => {
    const file = writtenJpeg(new Random(6), { ...plain, restartInterval: 3 })
    const marker = (number: number): number => file.findIndex((byte, i) => byte === 0xff && file[i + 1] === number)
    const swapped = file.slice()
    swapped[marker(0xd1) + 1] = 0xd2
    expect(decodeJpeg(swapped, plain, all(plain))).toBeUndefined()
    const missing = Uint8Array.of(...file.subarray(0, marker(0xd1)), ...file.subarray(marker(0xd1) + 2))
    expect(decodeJpeg(missing, plain, all(plain))).toBeUndefined()
  })
})
