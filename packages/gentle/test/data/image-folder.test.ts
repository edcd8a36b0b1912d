import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ArgumentError, DataError, sizeOf } from 'gentle-dl'
import { type ImageFolderOptions, type ImageSet, imageFolder, labelsOf, readImageFile, subset } from 'gentle-dl/data'
import sharp from 'sharp'
import { afterAll, describe, expect, it } from 'vitest'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** A JPEG of one colour; no two of the same name's end are alike. */
const jpeg = (colour: string, width = 12, height = 8): Promise<Uint8Array> =>
  sharp({ create: { width, height, channels: 3, background: colour } })
    .jpeg()
    .toBuffer()

const reds = ['#800000', '#900000', '#a00000', '#b00000', '#c00000', '#d00000', '#e00000', '#f00000']
const pictures = await Promise.all(reds.map((colour) => jpeg(colour)))

/** A folder of these files. */
function made(files: Readonly<Record<string, Uint8Array | string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'gentle-folder-'))
  folders.push(folder)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

/** `count` pictures in a folder. */
const inFolder = (place: string, count: number): Record<string, Uint8Array> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${place}/${i}.jpg`, pictures[i % pictures.length]]))

const open = (folder: string, options: Partial<ImageFolderOptions> = {}) => imageFolder(folder, { size: 8, ...options })

async function everything(set: ImageSet): Promise<{ inputs: Float32Array; labels: Int32Array }> {
  const inputs = new Float32Array(set.length * sizeOf(set.inputShape))
  const labels = new Int32Array(set.length)
  await set.read(
    Array.from({ length: set.length }, (_, i) => i),
    inputs,
    labels,
  )
  return { inputs, labels }
}

const filesOf = (set: ImageSet): string[] => set.examples.map(({ file }) => file)

describe('imageFolder', () => {
  it('takes train, validation and test as they lie, classes and files in order of their names', async () => {
    const folder = made({
      ...inFolder('train/dog', 3),
      ...inFolder('train/cat', 2),
      ...inFolder('val/dog', 1),
      ...inFolder('test/cat', 2),
      'annotations/all.txt': '',
    })
    const { train, validation, test, skipped } = await open(folder)
    expect(train.classes).toEqual(['cat', 'dog'])
    expect(filesOf(train).map((file) => file.slice(folder.length + 1))).toEqual(
      ['cat/0', 'cat/1', 'dog/0', 'dog/1', 'dog/2'].map((name) => join(`train/${name}.jpg`)),
    )
    expect([...labelsOf(train)]).toEqual([0, 0, 1, 1, 1])
    expect([validation.length, test.length, skipped]).toEqual([1, 2, []])
    expect([...labelsOf(test)]).toEqual([0, 0])
  })

  it('splits one folder by seed, of each class its share, and no file is in two parts', async () => {
    const folder = made({ ...inFolder('b', 24), ...inFolder('a', 12) })
    const splits = await open(folder, { test: 6, validation: 3, seed: 5 })
    const { train, validation, test } = splits
    expect([train.length, validation.length, test.length]).toEqual([27, 3, 6])
    expect([...labelsOf(test)]).toEqual([0, 0, 1, 1, 1, 1])
    expect([...labelsOf(validation)]).toEqual([0, 1, 1])
    const all = [train, validation, test].flatMap(filesOf)
    expect(new Set(all).size).toBe(36)
    expect(filesOf((await open(folder, { test: 6, validation: 3, seed: 5 })).test)).toEqual(filesOf(test))
    expect(filesOf((await open(folder, { test: 6, validation: 3, seed: 6 })).test)).not.toEqual(filesOf(test))
    const contained = await open(folder)
    expect([contained.train.length, contained.validation.length, contained.test.length]).toEqual([25, 5, 6])
  })

  it('reads the pictures as readImageFile does, the same for any number of workers', async () => {
    const folder = made({ ...inFolder('a', 5), ...inFolder('b', 4) })
    for (const fit of ['contain', 'cover', 'stretch'] as const) {
      const { train } = await open(folder, { size: [6, 10], fit, workers: 0 })
      expect(train.inputShape).toEqual([3, 6, 10])
      const { inputs, labels } = await everything(train)
      expect(labels).toEqual(labelsOf(train))
      for (const [i, file] of filesOf(train).entries()) {
        const { data } = await readImageFile(file, { channels: 3, size: { height: 6, width: 10, fit } })
        expect(inputs.subarray(i * 180, (i + 1) * 180)).toEqual(data)
      }
      const many = (await open(folder, { size: [6, 10], fit, workers: 2 })).train
      expect((await everything(many)).inputs).toEqual(inputs)
    }
  })

  it('gives a part of it in another order, too', async () => {
    const { train } = await open(made({ ...inFolder('a', 5), ...inFolder('b', 4) }))
    const { inputs } = await everything(train)
    const size = sizeOf(train.inputShape)
    const [two, labels] = [new Float32Array(2 * size), new Int32Array(2)]
    await subset(train, [4, 1]).read([1, 0], two, labels)
    expect(two.subarray(0, size)).toEqual(inputs.subarray(size, 2 * size))
    expect(two.subarray(size)).toEqual(inputs.subarray(4 * size, 5 * size))
  })

  it('has one channel where all pictures are grey, or where it is asked for', async () => {
    const grey = await sharp(new Uint8Array(64).fill(9), { raw: { width: 8, height: 8, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toBuffer()
    const greys = { 'a/1.png': grey, 'a/2.png': grey, 'b/1.png': grey, 'b/2.png': grey }
    expect((await open(made(greys))).train.inputShape).toEqual([1, 8, 8])
    expect((await open(made({ ...greys, 'b/3.jpg': pictures[0] }))).train.inputShape).toEqual([3, 8, 8])
    expect((await open(made({ ...greys, 'b/3.jpg': pictures[0] }), { channels: 1 })).train.inputShape[0]).toBe(1)
  })

  it('follows links, takes any name, and leaves out what is hidden or no picture', async () => {
    const folder = made({
      ...inFolder('Äpfel', 3),
      ...inFolder('猫 [x]', 3),
      'Äpfel/notes.txt': 'none',
      'Äpfel/.hidden.jpg': 'none',
      '.cache/1.jpg': 'none',
      'readme.md': '',
    })
    const elsewhere = made(inFolder('b', 3))
    symlinkSync(join(elsewhere, 'b'), join(folder, 'linked'))
    symlinkSync(join(elsewhere, 'b', '1.jpg'), join(folder, 'Äpfel', 'linked.JPG'))
    const { train, validation, test, skipped } = await open(folder)
    expect(train.classes).toEqual(['linked', 'Äpfel', '猫 [x]'])
    expect(train.length + validation.length + test.length).toBe(10)
    expect(skipped).toEqual([])
  })

  it('takes a class called train for a class where images lie in it', async () => {
    const { train } = await open(made({ ...inFolder('train', 4), ...inFolder('car', 4) }))
    expect(train.classes).toEqual(['car', 'train'])
  })
})

describe('images beside the folders of classes', () => {
  it('are left out and listed, wherever they lie, and refused when strict', async () => {
    const folder = made({
      ...inFolder('train/a', 4),
      ...inFolder('train/b', 4),
      ...inFolder('train', 1),
      ...inFolder('.', 1),
    })
    const { train, skipped } = await open(folder, { test: 1, validation: 1 })
    expect(train.length).toBe(6)
    expect(skipped).toEqual(
      ['0.jpg', join('train', '0.jpg')].map((name) => ({
        file: join(folder, name),
        reason: `image ${join(folder, name)}: it is not in a class folder`,
      })),
    )
    await expect(open(folder, { strict: true })).rejects.toThrow(
      /2 images are not in class folders; the first: .*0\.jpg$/,
    )
  })

  it('are not part', () =>
    expect(
      open(made({ ...inFolder('train/a', 4), ...inFolder('train/b', 4), ...inFolder('test', 2) })),
    ).rejects.toThrow(/test has images outside of class folders; expected one folder of images per class/))
})

describe('broken images among many', () => {
  const broken = (): string => {
    const folder = made({
      ...inFolder('a', 6),
      ...inFolder('b', 6),
      'a/cut.jpg': pictures[0].subarray(0, pictures[0].length * 0.9),
      'b/page.png': '<html>not found</html>',
    })
    symlinkSync(join(folder, 'nowhere.jpg'), join(folder, 'b', 'link.jpg'))
    return folder
  }

  it('are left out and listed with what is wrong', async () => {
    const { train, validation, test, skipped } = await open(broken())
    expect(train.length + validation.length + test.length).toBe(12)
    expect(skipped.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/cut\.jpg: it cannot be decoded: it is broken or cut off/),
      expect.stringMatching(/link\.jpg: there is no such file/),
      expect.stringMatching(/page\.png: it cannot be decoded: it is not a picture/),
    ])
  })

  it('are refused when strict, with their number and the first', async () => {
    await expect(open(broken(), { strict: true })).rejects.toThrow(
      /^image folder .*: 3 of 15 images cannot be read; the first: image .*cut\.jpg: it cannot be decoded: it is broken/,
    )
  })

  it('that break after the folder was opened are named when they are read', async () => {
    const folder = made({ ...inFolder('a', 4), ...inFolder('b', 4) })
    const sets = await Promise.all([1, 3].map((workers) => open(folder, { workers })))
    const [, , gone, too] = filesOf(sets[0].train)
    rmSync(gone)
    rmSync(too)
    for (const { train } of sets)
      await expect(everything(train)).rejects.toThrow(`image ${gone}: there is no such file`)
  })
})

describe('image folders that are none', () => {
  const refuses = async (files: Readonly<Record<string, Uint8Array | string>>, pattern: RegExp): Promise<void> => {
    const folder = made(files)
    const error = await open(folder).catch((thrown: Error) => thrown)
    expect(error).toBeInstanceOf(DataError)
    expect((error as Error).message).toContain(`image folder ${folder}: `)
    expect((error as Error).message).toMatch(pattern)
    expect((error as Error).message).not.toContain('\n')
  }

  it('are told in one line: what is missing and what was expected', async () => {
    await refuses({}, /it is empty; expected one folder of images per class/)
    await refuses(inFolder('.', 3), /its images are not in class folders; expected one folder of images per class/)
    await refuses(inFolder('cat', 3), /only one class, 'cat'; expected at least two/)
    await refuses(inFolder('photos/train/cat', 3), /only one class, 'photos'.*did you mean .*photos\?/)
    await refuses(
      { ...inFolder('cat', 3), 'dog/1.txt': '' },
      /class 'dog' has no image: .*dog has 1 files, none of them a picture/,
    )
    await refuses(
      { ...inFolder('cat', 3), ...inFolder('dog/small', 2) },
      /dog.small is nested too deep; expected images directly in .*dog/,
    )
    await refuses(
      { ...inFolder('train/cat', 3), ...inFolder('train/dog', 3), ...inFolder('test/cow', 1) },
      /cow is a class that training does not have; .*cat, dog/,
    )
    await refuses(
      { ...inFolder('cat', 3), 'dog/1.jpg': 'broken' },
      /class 'dog' has no image to train on; 1 cannot be read, the first: .*1\.jpg/,
    )
    await refuses(
      { ...inFolder('cat', 1), ...inFolder('dog', 1) },
      /2 images are too few to split; expected at least 3/,
    )
    const empty = made({ ...inFolder('train/cat', 3), ...inFolder('train/dog', 3) })
    mkdirSync(join(empty, 'test'))
    await expect(open(empty)).rejects.toThrow(/test is empty/)
    mkdirSync(join(empty, 'train', 'cow'))
    await expect(open(empty)).rejects.toThrow(/class 'cow' has no image: .*cow is empty/)
    await expect(open(join(empty, 'none'))).rejects.toThrow(/there is no such folder; expected/)
    await expect(open(join(empty, 'train', 'cat', '0.jpg'))).rejects.toThrow(/it is a file; expected/)
  })

  it('and options out of range', async () => {
    const folder = made({ ...inFolder('a', 3), ...inFolder('b', 3) })
    await expect(open(folder, { size: 0 })).rejects.toThrow(ArgumentError)
    await expect(open(folder, { workers: -1 })).rejects.toThrow(
      /workers is -1; expected a whole number of threads from 0 to 64/,
    )
    await expect(open(folder, { test: 6 })).rejects.toThrow(ArgumentError)
    const { train } = await open(folder)
    await expect(train.read([99], new Float32Array(192), new Int32Array(1))).rejects.toThrow(/no example 99/)
    await expect(train.read([0], new Float32Array(10), new Int32Array(1))).rejects.toThrow(/room for 10 values/)
  })
})
