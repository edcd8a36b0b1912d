import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ArgumentError, DataError, FormatError } from '../../src/core/errors.ts'
import { type Dataset, idxFolder, labelsOf } from '../../src/data/index.ts'
import { gzip, idxBytes, smallSet } from './idx-bytes.ts'

const renamed = (files: Map<string, Uint8Array>, name: (old: string) => string) =>
  new Map([...files].map(([old, bytes]) => [name(old), bytes]))

const packed = (files: Map<string, Uint8Array>) =>
  new Map([...files].map(([name, bytes]) => [`${name}.gz`, gzip(bytes)]))

const withFile = (name: string, bytes: Uint8Array) => smallSet().set(name, bytes)

/** First pixels of all examples, times 255: the number of `smallSet`'s image, times 10. */
function firstPixels(dataset: Dataset): number[] {
  const inputs = new Float32Array(6 * dataset.length)
  const indices = Array.from({ length: dataset.length }, (_, i) => i)
  dataset.read(indices, inputs, new Int32Array(dataset.length))
  return indices.map((i) => Math.round(255 * inputs[6 * i]))
}

async function inFolder(files: Map<string, Uint8Array>, use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gentle-idx-'))
  try {
    for (const [name, bytes] of files) await writeFile(join(folder, name), bytes)
    await use(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** A server below http://host/data/ that has these files. */
function serve(files: Map<string, Uint8Array>, missing: () => Response = () => new Response('', { status: 404 })) {
  const answer = vi.fn(async (url: string) => {
    const bytes = files.get(url.replace('http://host/data/', ''))
    return bytes === undefined ? missing() : new Response(bytes as BodyInit)
  })
  vi.stubGlobal('fetch', answer)
  return answer
}

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('an IDX set', () => {
  it('is three sets: validation is a twelfth of the training files unless given', async () => {
    const { train, validation, test } = await idxFolder(smallSet(36))
    expect([train, validation, test].map(({ length }) => length)).toEqual([33, 3, 4])
    expect(train).toMatchObject({
      inputShape: [1, 2, 3],
      target: { dtype: 'int32', shape: [] },
      name: 'the files given',
    })
    expect([...labelsOf(validation)].sort()).toEqual([0, 1, 2])
    expect(firstPixels(test)).toEqual([0, 10, 20, 30])
  })

  it('keeps images and labels together, and validation apart from training', async () => {
    const { train, validation } = await idxFolder(smallSet(24), { validation: 9, seed: 3 })
    const seen = [train, validation].flatMap((part) => {
      const labels = labelsOf(part)
      return firstPixels(part).map((pixel, i) => {
        expect(labels[i]).toBe((pixel / 10) % 3)
        return pixel / 10
      })
    })
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, i) => i))
  })

  it('names its classes by numbers, or as told', async () => {
    expect((await idxFolder(smallSet())).train.classes).toEqual(['0', '1', '2'])
    const { train, test } = await idxFolder(smallSet(), { classes: ['cat', 'dog', 'cow'], name: 'animals' })
    expect([train.classes, test.classes]).toEqual(Array(2).fill(['cat', 'dog', 'cow']))
    expect(train.name).toBe('animals')
    await expect(idxFolder(smallSet(), { classes: ['cat', 'dog'] })).rejects.toThrow(/has label 2; expected 0 to 1/)
  })

  it.each([
    ['with dashes', smallSet()],
    ['with dots', renamed(smallSet(), (name) => name.replace('-idx', '.idx'))],
    ['as gzip', packed(smallSet())],
    ['as gzip with dots', renamed(packed(smallSet()), (name) => name.replace('-idx', '.idx'))],
  ])('is found in a folder under names %s', async (_, files) => {
    await inFolder(files, async (folder) => {
      const { test } = await idxFolder(folder)
      expect(firstPixels(test)).toEqual([0, 10, 20, 30])
      expect(test.name).toBe(folder)
    })
  })

  it.each([...smallSet().keys()])('without %s is refused by a message that names it', async (name) => {
    const files = smallSet()
    files.delete(name)
    await expect(idxFolder(files)).rejects.toThrow(DataError)
    await expect(idxFolder(files)).rejects.toThrow(
      `the files given has no ${name} (nor .gz of it); an IDX set is four files: train-images-idx3-ubyte, `,
    )
  })

  it.each<[string, Map<string, Uint8Array>, typeof DataError, RegExp]>([
    [
      'labels that are fewer than images',
      withFile('train-labels-idx1-ubyte', idxBytes([11], new Uint8Array(11))),
      DataError,
      /12 training images have 11 labels; expected one label per image/,
    ],
    [
      'labels that are more than images',
      withFile('t10k-labels-idx1-ubyte', idxBytes([5], new Uint8Array(5))),
      DataError,
      /4 test images have 5 labels/,
    ],
    [
      'images without pixels',
      withFile('t10k-images-idx3-ubyte', idxBytes([4, 0, 3], [])),
      DataError,
      /the test images are 4 x 0 x 3; expected at least one pixel/,
    ],
    [
      'test images of another size',
      withFile('t10k-images-idx3-ubyte', idxBytes([4, 3, 2], new Uint8Array(24))),
      DataError,
      /training images are \[1, 2, 3\], test images \[1, 3, 2\]/,
    ],
    [
      'a file in the place of another',
      withFile('train-labels-idx1-ubyte', smallSet().get('train-images-idx3-ubyte')!),
      FormatError,
      /^train-labels-idx1-ubyte of the files given: .* it is a file of images$/,
    ],
  ])('is refused for %s', async (_, files, kind, message) => {
    const error = await idxFolder(files).catch((error) => error)
    expect(error).toBeInstanceOf(kind)
    expect(error.message).toMatch(message)
  })

  it('is refused for a validation set that leaves nothing to train on', async () => {
    await expect(idxFolder(smallSet(12), { validation: 12 })).rejects.toThrow(ArgumentError)
  })
})

/** The files of an EMNIST set: pictures of 2 x 3 whose pixels are 0 to 5 in the file, and these labels in training and test. */
function emnist(name: string, labels: readonly number[], ending = ''): Map<string, Uint8Array> {
  const images = idxBytes(
    [labels.length, 2, 3],
    labels.flatMap(() => [0, 1, 2, 3, 4, 5]),
  )
  const packed = (bytes: Uint8Array) => (ending === '.gz' ? gzip(bytes) : bytes)
  return new Map(
    ['train', 'test'].flatMap((part) => [
      [`emnist-${name}-${part}-images-idx3-ubyte${ending}`, packed(images)] as const,
      [`emnist-${name}-${part}-labels-idx1-ubyte${ending}`, packed(idxBytes([labels.length], [...labels]))] as const,
    ]),
  )
}

const upTo = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i)

describe("EMNIST's files", () => {
  it.each(['', '.gz'])(
    'give pictures turned upright, whose first rows are the columns of the file%s',
    async (ending) => {
      const { train, test, reading } = await idxFolder(emnist('digits', upTo(0, 9), ending), { validation: 1 })
      expect(reading).toEqual({ prefix: 'emnist-digits-', transposed: true })
      expect(train.description).toEqual(reading)
      expect(test.inputShape).toEqual([1, 3, 2])
      const pixels = new Float32Array(6)
      test.read([0], pixels, new Int32Array(1))
      expect([...pixels].map((value) => Math.round(255 * value))).toEqual([0, 3, 1, 4, 2, 5])
    },
  )

  it.each([
    ['letters', upTo(1, 26), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
    ['digits', upTo(0, 9), '0123456789'],
    ['mnist', upTo(0, 9), '0123456789'],
    ['balanced', upTo(0, 46), '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt'],
    ['bymerge', upTo(0, 46), '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt'],
    ['byclass', upTo(0, 61), '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'],
  ])('of %s have classes by their characters', async (name, labels, characters) => {
    const { test } = await idxFolder(emnist(name, labels), { validation: 1 })
    expect(test.classes).toEqual([...characters])
    expect([...labelsOf(test)]).toEqual(upTo(0, labels.length - 1))
  })

  it('have the classes of their mapping, where it is there', async () => {
    const mapping = (text: string) =>
      emnist('letters', [1, 2, 5]).set('emnist-letters-mapping.txt', new TextEncoder().encode(text))
    const { test } = await idxFolder(mapping('1 65 97\r\n2 66 98\n5 228\n'), { validation: 1 })
    expect(test.classes).toEqual(['A', 'B', 'ä'])
    expect([...labelsOf(test)]).toEqual([0, 1, 2])
    const refused = (text: string) => expect(idxFolder(mapping(text))).rejects
    await refused('1 65\n2 66\n').toThrow(/label 2 is 5; expected those of 1 to 2, which stand for A to B/)
    await refused('one A\n').toThrow(/emnist-letters-mapping\.txt of the files given: a line is 'one A'/)
    await refused('1 65\n2 65\n').toThrow(/label 2, 'A', is listed twice/)
    await refused('').toThrow(/it lists no labels/)
  })

  it('of several sets are of the one that is told', async () => {
    const both = new Map([...emnist('letters', upTo(1, 26)), ...emnist('digits', upTo(0, 9), '.gz')])
    const opened = idxFolder(both)
    await expect(opened).rejects.toThrow(DataError)
    await expect(opened).rejects.toThrow(
      'the files given has 2 sets, whose files begin with emnist-letters-, emnist-digits-; say which, as prefix or behind the folder: the files given/emnist-letters',
    )
    const { test } = await idxFolder(both, { prefix: 'emnist-digits-', validation: 1 })
    expect(test.classes).toHaveLength(10)
    await expect(idxFolder(both, { prefix: 'emnist-balanced-' })).rejects.toThrow(
      /has no emnist-balanced-train-images-idx3-ubyte \(nor \.gz of it\)/,
    )
    // Beside MNIST's own names those are taken, as they are stored.
    const { reading } = await idxFolder(new Map([...both, ...smallSet()]))
    expect(reading).toEqual({ prefix: '', transposed: false })
  })

  it('are found in a folder, and below an address where they are told', async () => {
    const files = emnist('letters', upTo(1, 26))
    await inFolder(files, async (folder) => {
      expect((await idxFolder(folder, { validation: 1 })).test.classes).toHaveLength(26)
    })
    serve(files)
    const { test } = await idxFolder('http://host/data', { prefix: 'emnist-letters-', validation: 1 })
    expect(test.length).toBe(26)
  })
})

describe('a folder', () => {
  it('that is not there, or is a file, has no files', async () => {
    await inFolder(new Map([['file', new Uint8Array(1)]]), async (folder) => {
      for (const place of [join(folder, 'nothing'), join(folder, 'file')])
        await expect(idxFolder(place)).rejects.toThrow(`${place} has no train-images-idx3-ubyte`)
    })
    await expect(idxFolder('')).rejects.toThrow(ArgumentError)
  })

  it('may have a folder of a file’s name beside the file, as some archives unpack', async () => {
    await inFolder(
      renamed(smallSet(), (name) => name.replace('-idx', '.idx')),
      async (folder) => {
        await mkdir(join(folder, 'train-images-idx3-ubyte'))
        expect((await idxFolder(folder)).test.length).toBe(4)
      },
    )
  })
})

describe('an address', () => {
  it.each(['http://host/data', 'http://host/data/'])('%s has its files below it', async (baseUrl) => {
    const fetched = serve(packed(smallSet()))
    expect(firstPixels((await idxFolder(baseUrl)).test)).toEqual([0, 10, 20, 30])
    expect(fetched).toHaveBeenCalledWith('http://host/data/train-images-idx3-ubyte.gz')
  })

  it('that answers with a page where it has no file is asked for the next name', async () => {
    const page = () => new Response('<!doctype html>', { headers: { 'content-type': 'text/html; charset=utf-8' } })
    serve(packed(smallSet()), page)
    expect((await idxFolder('http://host/data')).test.length).toBe(4)
  })

  it('that has no files, answers with an error, or cannot be reached is refused', async () => {
    const load = () => idxFolder('http://host/data')
    serve(new Map())
    await expect(load()).rejects.toThrow('http://host/data/ has no train-images-idx3-ubyte')
    serve(new Map(), () => new Response('', { status: 503 }))
    await expect(load()).rejects.toThrow(/-ubyte cannot be read: the server answers 503/)
    serve(new Map(), () => {
      throw new TypeError('fetch failed')
    })
    const error = await load().catch((error) => error)
    expect(error).toBeInstanceOf(DataError)
    expect(error.message).toMatch(/^http:\/\/host\/data\/.*-ubyte cannot be read: fetch failed$/)
  })
})
