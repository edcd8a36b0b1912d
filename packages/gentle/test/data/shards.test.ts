import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import {
  createTrainer,
  crossEntropy,
  DataError,
  Flatten,
  Linear,
  readWeights,
  reference,
  Sequential,
  sgd,
  sizeOf,
} from 'gentle-dl'
import { type ImageShardsOptions, imageShards, labelsOf, type PictureSet, preprocessed, subset } from 'gentle-dl/data'
import { plainPreprocessing } from 'gentle-dl/vision'
import { packTar } from 'modern-tar'
import sharp from 'sharp'
import { afterAll, describe, expect, it } from 'vitest'
import { batchParts, batchRanges, partRanges } from '../../src/core/batch-parts.ts'
import { expandBraces } from '../../src/data/shards/shard-files.ts'
import { orderOfShards } from '../../src/data/shards/streams.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** A folder of these files. */
function made(files: Readonly<Record<string, Uint8Array | string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'gentle-shards-'))
  folders.push(folder)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

/** A grey picture of 2 x 2. */
const grey = (value: number): Promise<Uint8Array> =>
  sharp(new Uint8Array(4).fill(value), { raw: { width: 2, height: 2, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer()

/** As bright as its number; few of them are made. */
const greys = await Promise.all(Array.from({ length: 40 }, (_, i) => grey(6 * i)))

const tar = (files: Readonly<Record<string, Uint8Array | string>>): Promise<Uint8Array> =>
  packTar(
    Object.entries(files).map(([name, content]) => {
      const body = typeof content === 'string' ? new TextEncoder().encode(content) : content
      return { header: { name, size: body.length, type: 'file' }, body }
    }),
  )

/** An archive of examples by their numbers, each of class number % classes. */
const shardOf = (numbers: readonly number[], classes = 2): Promise<Uint8Array> =>
  tar(
    Object.fromEntries(
      numbers.flatMap((i) => [
        [`${String(i).padStart(4, '0')}.png`, greys[i]],
        [`${String(i).padStart(4, '0')}.cls`, String(i % classes)],
      ]),
    ),
  )

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

const open = (place: string, options: Partial<ImageShardsOptions> = {}) => imageShards(place, { size: 2, ...options })

/** The numbers of a set's examples, by their brightness. */
async function numbersOf(set: PictureSet, indices: ArrayLike<number> = range(0, set.length)): Promise<number[]> {
  const inputs = new Float32Array(indices.length * sizeOf(set.inputShape))
  await set.read(indices, inputs, new Int32Array(indices.length))
  return Array.from(indices, (_, i) => Math.round((inputs[4 * i] * 255) / 6))
}

const goldens = new URL('../goldens/shards/', import.meta.url)

describe('archives', () => {
  it.each([
    ['ustar', 2],
    ['gnu', 4],
    ['pax', 4],
  ])("are read as Python's tarfile writes them in its %s format, with long names", async (format, length) => {
    const folder = made({ 'train.tar': readFileSync(new URL(`${format}.tar`, goldens)) })
    cpSync(join(folder, 'train.tar'), join(folder, 'val.tar'))
    cpSync(join(folder, 'train.tar'), join(folder, 'test.tar'))
    const { train } = await open(folder)
    const inputs = new Float32Array(4 * length)
    const labels = new Int32Array(length)
    await train.read(range(0, length), inputs, labels)
    expect(Array.from(labels)).toEqual(range(0, length).map((i) => i % 2))
    expect(range(0, length).map((i) => Math.round(255 * inputs[4 * i]))).toEqual(range(0, length).map((i) => 50 * i))
  })

  it('hold of every example its picture and its class, in order of archives and of files', async () => {
    const folder = made({
      'train-000000.tar': await shardOf(range(0, 5)),
      'train-000001.tar': await shardOf(range(5, 8)),
      'val-000000.tar': await shardOf([8, 9]),
      'test/000000.tar': await shardOf([10, 11]),
    })
    const { train, validation, test } = await open(folder)
    expect(await numbersOf(train)).toEqual(range(0, 8))
    expect([...labelsOf(train)]).toEqual([0, 1, 0, 1, 0, 1, 0, 1])
    expect(train.classes).toEqual(['0', '1'])
    expect([await numbersOf(validation), await numbersOf(test)]).toEqual([
      [8, 9],
      [10, 11],
    ])
    expect(train.nameOf!(6)).toBe(`${join(folder, 'train-000001.tar')} at byte 2560`)
  })

  it('are named by patterns as shells expand them', async () => {
    expect(expandBraces('a-{08..11}.tar')).toEqual(['a-08.tar', 'a-09.tar', 'a-10.tar', 'a-11.tar'])
    expect(expandBraces('{train,val}-{0..1}.tar')).toEqual(['train-0.tar', 'train-1.tar', 'val-0.tar', 'val-1.tar'])
    expect(() => expandBraces('a-{3..1}.tar')).toThrow('{3..1} counts down')
    expect(() => expandBraces('a-{1}.tar')).toThrow('{1} is no range; expected braces such as {000000..000099}')
    const folder = made({ 'x-0.tar': await shardOf(range(0, 6)), 'x-1.tar': await shardOf(range(6, 12)) })
    expect((await open(join(folder, 'x-{0..1}.tar'), { test: 2, validation: 2 })).train.length).toBe(8)
    await expect(open(join(folder, 'x-{0..2}.tar'))).rejects.toThrow(
      `shard ${join(folder, 'x-2.tar')}: there is no such file`,
    )
  })

  it('tell labels by number, in JSON, and by names that classes.txt lists', async () => {
    const picture = greys[1]
    const examples = {
      'a.png': picture,
      'a.json': '{"label": 1}',
      'b.png': picture,
      'b.txt': 'cat\n',
      'c.png': picture,
      'c.cls': '1',
    }
    const shard = await tar(examples)
    const named = made({ 'train.tar': shard, 'val.tar': shard, 'test.tar': shard, 'classes.txt': 'cat\ndog\n' })
    const { train } = await open(named)
    expect([train.classes, [...labelsOf(train)]]).toEqual([
      ['cat', 'dog'],
      [1, 0, 1],
    ])
    await expect(open(made({ 'train.tar': shard }))).rejects.toThrow(
      "example b: its label, .txt, is 'cat'; expected a whole number from 0 (names need a classes.txt beside the shards)",
    )
    const beyond = made({ 'train.tar': await tar({ 'a.png': picture, 'a.cls': '2' }), 'classes.txt': 'cat\ndog\n' })
    await expect(open(beyond)).rejects.toThrow("its label, .cls, is '2'; expected 0 to 1")
    await expect(open(made({ 'a.tar': shard, 'classes.txt': 'cat\ncat' }))).rejects.toThrow(
      "line 2, 'cat', is there twice",
    )
  })

  it('that are incomplete are refused by the name of the archive and of the example', async () => {
    const picture = greys[1]
    const refusal = async (files: Readonly<Record<string, Uint8Array | string>>) => {
      const error = await open(made({ 'train-0.tar': await tar(files) })).catch((reason) => reason)
      expect(error).toBeInstanceOf(DataError)
      return (error as Error).message.replace(/^shard \S*train-0\.tar:? /, '')
    }
    expect(await refusal({ 'a.png': picture })).toBe(
      'example a has no label, only .png; expected .cls with the number of its class',
    )
    expect(await refusal({ 'a.cls': '1' })).toBe(
      'example a has no picture, only .cls; expected .jpg, .jpeg, .png, .webp',
    )
    expect(await refusal({ 'a.ppm': 'P6', 'a.cls': '1' })).toBe(
      'example a has a picture as .ppm, which is not read; write it as .png',
    )
    expect(await refusal({ 'a.png': picture, 'a.jpg': picture, 'a.cls': '1' })).toBe(
      'example a has two pictures, .jpg and .png; expected one',
    )
    expect(await refusal({ 'a.png': picture, 'a.cls': '1', 'b.png': picture, 'b.cls': '0', 'a.txt': '' })).toBe(
      'example a is there twice; the files of an example follow each other, and no other has its name',
    )
    expect(await refusal({ 'a.png': picture, 'a.PNG': picture, 'a.cls': '1' })).toBe('a.PNG is there twice')
    expect(await refusal({ 'a.png': picture, 'a.cls': '-1' })).toBe(
      "example a: its label, .cls, is '-1'; expected a whole number from 0 (names need a classes.txt beside the shards)",
    )
    expect(await refusal({ 'a.png': picture, 'a.json': '{"caption": 1}' })).toBe(
      'example a: its label, .json, is not there; expected a whole number from 0 (names need a classes.txt beside the shards)',
    )
    expect(await refusal({ README: 'all about it' })).toBe('has no example')
  })

  it('that are cut off anywhere, broken, compressed, joined or no archives are refused', async () => {
    const whole = await shardOf(range(0, 3))
    const refusal = async (bytes: Uint8Array) =>
      ((await open(made({ 'a.tar': bytes })).catch((reason) => reason)) as Error).message
    for (let length = 0; length < whole.length - 1024; length += 512)
      expect(await refusal(whole.slice(0, length + 100)), `${length}`).toMatch(/is cut off: it ends at byte \d+/)
    const changed = whole.slice()
    changed[3] = 0x39
    expect(await refusal(changed)).toMatch(/is broken, or no tar archive: there is no header at byte 0$/)
    expect(await refusal(new Uint8Array(2048).fill(0x41))).toMatch(/no tar archive/)
    expect(await refusal(Uint8Array.from([0x1f, 0x8b, ...new Uint8Array(1022)]))).toMatch(
      /is compressed by gzip.*gunzip$/,
    )
    expect(await refusal(Uint8Array.from([...whole, ...whole]))).toMatch(/has more behind its end at byte/)
    const link = await packTar([{ header: { name: 'a.png', type: 'link', linkname: 'b.png', size: 0 } }])
    expect(await refusal(link)).toMatch(/has a\.png, which is a link and no file; write the archive with files alone$/)
    await expect(open(made({ 'a.tar.gz': 'x' }))).rejects.toThrow('a.tar.gz is compressed')
    await expect(open(made({ 'a.txt': 'x' }))).rejects.toThrow('there is no .tar file; expected a folder of them')
    await expect(open('s3://bucket/train-{0..9}.tar')).rejects.toThrow('only files are read')
  })

  it('are parsed to the same files as modern-tar packed, whatever their names and sizes', async () => {
    const name = fc.stringMatching(/^[a-zé/]{1,150}$/).filter((text) => !/\/\/|^\/|\/$/.test(text))
    const { tarMembers } = await import('../../src/data/shards/tar.ts')
    const { bytesAccess } = await import('../../src/core/random-access.ts')
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(name, fc.uint8Array({ maxLength: 1500 })), { maxLength: 8 }),
        async (files) => {
          const archive = await packTar(
            files.map(([name, body]) => ({ header: { name, size: body.length, type: 'file' }, body })),
          )
          const found = [...tarMembers(bytesAccess(archive), 'archive')]
          expect(found.map(({ name }) => name)).toEqual(files.map(([name]) => name))
          for (const [i, { offset, size }] of found.entries())
            expect(archive.slice(offset, offset + size)).toEqual(new Uint8Array(files[i][1]))
        },
      ),
      { numRuns: 50 },
    )
  })
})

describe('the index beside archives', () => {
  const shards = async () => ({
    'train.tar': await shardOf(range(0, 6)),
    'val.tar': await shardOf([6]),
    'test.tar': await shardOf([7]),
  })

  it('is made once, and again for an archive that has changed', async () => {
    const folder = made(await shards())
    const told: number[] = []
    const opened = () => open(folder, { onIndexing: (count) => told.push(count) })
    await opened()
    const kept = readFileSync(join(folder, 'shards.index'))
    expect(await numbersOf((await opened()).train)).toEqual(range(0, 6))
    expect(told).toEqual([3])
    writeFileSync(join(folder, 'train.tar'), await shardOf(range(10, 16)))
    utimesSync(join(folder, 'train.tar'), 0, 1)
    expect(await numbersOf((await opened()).train)).toEqual(range(10, 16))
    expect(told).toEqual([3, 3])
    // One that is cut off, or of something else, is made again.
    for (const broken of [kept.subarray(0, 200), Buffer.from('not an index')]) {
      writeFileSync(join(folder, 'shards.index'), broken)
      expect(await numbersOf((await opened()).train)).toEqual(range(10, 16))
    }
    expect(told.length).toBe(4)
  })

  it('is not believed where an archive changes while it is open', async () => {
    const folder = made(await shards())
    const { train } = await open(folder)
    const { size } = statSync(join(folder, 'train.tar'))
    writeFileSync(join(folder, 'train.tar'), new Uint8Array(size))
    await expect(numbersOf(train)).rejects.toThrow(
      'there is no picture at byte 512 any more; it has changed, open it again',
    )
    truncateSync(join(folder, 'train.tar'), 1000)
    await expect(numbersOf(train, [5])).rejects.toThrow(/train\.tar was truncated while it was being read$/)
  })
})

describe('sets in archives', () => {
  it('are split by seed where there is no validation and no test, of each class its share', async () => {
    const folder = made({ 'a.tar': await shardOf(range(0, 20)), 'b.tar': await shardOf(range(20, 40)) })
    const { train, validation, test } = await open(folder, { test: 8, validation: 4, seed: 3 })
    expect([train.length, validation.length, test.length]).toEqual([28, 4, 8])
    expect([...labelsOf(test)].filter((label) => label === 0).length).toBe(4)
    const all = (await Promise.all([train, validation, test].map((set) => numbersOf(set)))).flat()
    expect(all.sort((a, b) => a - b)).toEqual(range(0, 40))
  })

  it('are read from their files at the size that a network takes', async () => {
    const folder = made({
      'train.tar': await shardOf([3]),
      'val.tar': await shardOf([3]),
      'test.tar': await shardOf([3]),
    })
    const { train } = await open(folder)
    const set = preprocessed(train, plainPreprocessing([3, 4, 4])!)
    const inputs = new Float32Array(48)
    await set.read([0], inputs, new Int32Array(1))
    expect(Math.round(inputs[0] * 255)).toBe(18)
    expect(set.order!({ seed: 0, epoch: 1, batchSize: 1 })).toEqual(Uint32Array.of(0))
  })

  it('name the picture that cannot be decoded, and its archive', async () => {
    const files = { 'a.png': greys[0], 'a.cls': '0', 'b.png': 'no picture', 'b.cls': '1' }
    const folder = made({
      'train.tar': await tar(files),
      'val.tar': await shardOf([1]),
      'test.tar': await shardOf([1]),
    })
    const { train } = await open(folder)
    await expect(numbersOf(train)).rejects.toThrow(
      `image b.png in ${join(folder, 'train.tar')}: it cannot be decoded: it is not a picture`,
    )
  })
})

describe('the order of an epoch', () => {
  const counts = [50, 70, 60, 40, 55, 65, 50, 70, 60, 40, 55, 65, 50, 70, 60, 40]
  const examples = counts.reduce((a, b) => a + b)
  const epoch = { seed: 1, epoch: 1, batchSize: 64 }

  it('takes every example once, whatever the archives, the window and the batches', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 0, max: 9 }),
        (shards, window, batchSize, seed) => {
          const order = orderOfShards(shards, window, { seed, epoch: 1, batchSize })
          expect([...order].sort((a, b) => a - b)).toEqual(
            range(
              0,
              shards.reduce((a, b) => a + b),
            ),
          )
        },
      ),
    )
  })

  it.each([9, 17])('takes %i examples in batches of 8, the last of which has one more', (count) => {
    const order = orderOfShards([count], 4, { seed: 1, epoch: 1, batchSize: 8 })
    expect([...order].sort((a, b) => a - b)).toEqual(range(0, count))
  })

  it('is another for each epoch and seed, and the same for the same', () => {
    const order = orderOfShards(counts, 16, epoch)
    expect(orderOfShards(counts, 16, epoch)).toEqual(order)
    expect(orderOfShards(counts, 16, { ...epoch, epoch: 2 })).not.toEqual(order)
    expect(orderOfShards(counts, 16, { ...epoch, seed: 2 })).not.toEqual(order)
  })

  /** The archive of each example. */
  const shardOfExample = counts.flatMap((count, shard) => new Array<number>(count).fill(shard))

  /** The archives that a part of the batches reads, but for the batches in which a stream has ended. */
  const shardsOfParts = (batchSize: number, whole: number) => {
    const order = orderOfShards(counts, 16, { ...epoch, batchSize })
    const parts = Array.from({ length: batchParts }, () => new Set<number>())
    for (const { start, end } of [...batchRanges(examples, batchSize)].slice(0, whole))
      for (const [part, own] of [...partRanges(end - start, batchSize)].entries())
        for (const index of order.subarray(start + own.start, start + own.end)) parts[part].add(shardOfExample[index])
    return parts
  }

  it('gives each part of the batches archives of its own', () => {
    const whole = 9
    const parts = shardsOfParts(64, whole)
    for (let a = 0; a < batchParts; a++)
      for (let b = a + 1; b < batchParts; b++) expect([...parts[a]].filter((shard) => parts[b].has(shard))).toEqual([])
    // In the last batches streams that have ended are helped out.
    expect(shardsOfParts(64, 15).reduce((sum, { size }) => sum + size, 0)).toBeGreaterThan(counts.length)
  })

  it('moves an example by chance, but not before its turn: what is drawn is among the next of its stream', () => {
    const one = [400]
    const order = orderOfShards(one, 10, { seed: 5, epoch: 1, batchSize: 8 })
    for (let i = 0; i < 400; i++) expect(order[i]).toBeLessThan(i + 10)
    expect([...order]).not.toEqual(range(0, 400))
    const late = [...order].filter((index, i) => i - index > 10).length
    expect(late).toBeGreaterThan(20)
  })

  it('of a part of a set is that of the whole, without what is left out', async () => {
    const folder = made({
      'train-0.tar': await shardOf(range(0, 20)),
      'train-1.tar': await shardOf(range(20, 40)),
      'val.tar': await shardOf([1]),
      'test.tar': await shardOf([1]),
    })
    const { train } = await open(folder, { shuffleBuffer: 4 })
    const chosen = [30, 5, 7, 5]
    const order = subset(train, chosen).order!(epoch)
    const whole = [...train.order!(epoch)].filter((index) => chosen.includes(index))
    expect([...order].map((i) => chosen[i])).toEqual(whole.flatMap((index) => (index === 5 ? [5, 5] : [index])))
  })
})

describe('a training on archives', () => {
  it('goes on from any example to the same weights', async () => {
    const folder = made({
      'classes.txt': 'even\nodd\n',
      'train-0.tar': await shardOf(range(0, 13)),
      'train-1.tar': await shardOf(range(13, 30)),
      'train-2.tar': await shardOf(range(30, 40)),
      'val.tar': await shardOf(range(0, 4)),
      'test.tar': await shardOf([1]),
    })
    const options = {
      backend: reference(),
      loss: crossEntropy,
      optimizer: sgd({ learningRate: 0.1 }),
      batchSize: 8,
      epochs: 3,
      seed: 4,
    }
    const trainer = async (settings: Partial<ImageShardsOptions> = {}) =>
      createTrainer(
        Sequential(Flatten(), Linear(2)),
        (await open(folder, { shuffleBuffer: 6, ...settings })).train,
        options,
      )
    const whole = await trainer()
    while (!whole.done) await whole.step()
    const first = await trainer()
    for (let step = 0; step < 7; step++) await first.step()
    const state = await first.state()
    const again = await trainer()
    await again.restore(state)
    while (!again.done) await again.step()
    const weightsOf = async ({ model }: typeof whole) => [...(await readWeights(model))]
    expect(await weightsOf(again)).toEqual(await weightsOf(whole))
    expect(await weightsOf(first)).not.toEqual(await weightsOf(whole))
    // Another order is another training.
    await expect((await trainer({ shuffleBuffer: 7 })).restore(state)).rejects.toThrow(/shuffleBuffer/)
  })
})
