import { zipSync } from 'fflate'
import { inMemory } from 'gentle-dl/data'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { sizeInHeader } from '../../src/engine/decoded-picture.ts'
import { readArchive } from '../../src/pages/pictures/archive.ts'
import {
  type Collection,
  className,
  empty,
  labelledOf,
  obstacle,
  relabelled,
  renamed,
  withClass,
  withoutClass,
  withPictures,
} from '../../src/pages/pictures/collection.ts'
import { examplePictures, perClass } from '../../src/pages/pictures/example.ts'
import { exerciseAnswer } from '../../src/pages/pictures/exercise.ts'
import { folderNames } from '../../src/pages/pictures/folder-names.ts'
import { History } from '../../src/pages/pictures/history.ts'
import { confusionOf, judgementOf, only, topLosses, worstMistakes } from '../../src/pages/pictures/judged.ts'
import { maxClasses, wrongLabels } from '../../src/pages/pictures/settings.ts'
import { takeFiles } from '../../src/pages/pictures/take-files.ts'
import { heldOutOf } from '../../src/pages/pictures/training.ts'

it('holds out what the library splits off', async () => {
  const labels = Array.from({ length: 20 }, (_, i) => (i < 12 ? 0 : 1))
  const chosen = heldOutOf(labels, 25, 7)
  expect(chosen.size).toBe(5)
  expect([...chosen].filter((i) => i < 12)).toHaveLength(3)
  expect(heldOutOf(labels, 0, 7).size).toBe(0)
})

describe('an archive', () => {
  const dot = Uint8Array.of(1, 2, 3)

  it('has a class for each folder, and passes over what is no picture', () => {
    const { files, remark } = readArchive(
      zipSync({
        'set/cats/1.jpg': dot,
        'set/cats/2.PNG': dot,
        'set/dogs/1.webp': dot,
        'set/readme.txt': dot,
        '__MACOSX/set/cats/._1.jpg': dot,
      }),
      'set.zip',
    )
    expect(files.map(({ name, label }) => `${label}/${name}`)).toEqual(['cats/1.jpg', 'cats/2.PNG', 'dogs/1.webp'])
    expect(remark).toBe('')
  })

  it('without folders is of the class that it is named after', () => {
    expect(readArchive(zipSync({ '0.jpg': dot }), 'my cat.zip').files[0].label).toBe('my cat')
  })

  it('is opened where it is a Teachable Machine project of pictures', () => {
    const manifest = new TextEncoder().encode('{"type":"image","version":"2.4.4","appdata":{"trainEpochs":50}}')
    const { files, remark } = readArchive(
      zipSync({ 'manifest.json': manifest, 'my cat-!-0.jpg': dot, 'my cat-!-1.jpg': dot, 'Class 2-!-0.jpg': dot }),
      'project.tm',
    )
    expect(files.map(({ label }) => label)).toEqual(['my cat', 'my cat', 'Class 2'])
    expect(remark).toContain('3 pictures of 2 classes')
  })

  it.each([
    ['a.zip', zipSync({ 'a.txt': dot }), "'a.zip' holds no pictures"],
    ['a.zip', dot, "'a.zip' is not a zip archive, or is broken"],
    ['a.zip', zipSync({ 'a/1.jpg': new Uint8Array(1000) }).slice(0, -30), "'a.zip' is not a zip archive, or is broken"],
    [
      'sound.tm',
      zipSync({ 'manifest.json': new TextEncoder().encode('{"type":"audio"}') }),
      "'sound.tm' is a Teachable Machine project of type 'audio'; expected one of images",
    ],
    ['x.tm', zipSync({ 'manifest.json': dot, 'a-!-0.jpg': dot }), 'its manifest.json is broken'],
    [
      'many.zip',
      zipSync(Object.fromEntries(Array.from({ length: 2001 }, (_, i) => [`a/${i}.jpg`, new Uint8Array(0)]))),
      "'many.zip' has more than 2,000 pictures",
    ],
  ])('is refused by name: %s %#', (name, bytes, message) => {
    expect(() => readArchive(bytes, name)).toThrow(message)
  })

  it('is not unpacked where it says that it becomes too large', () => {
    const bytes = zipSync({ 'a/1.jpg': new Uint8Array(5000) })
    const view = new DataView(bytes.buffer)
    // The size in the directory, which follows the file.
    const at = bytes.findIndex((_, i) => i + 4 <= bytes.length && view.getUint32(i, true) === 0x02014b50)
    view.setUint32(at + 24, 0x7fffffff, true)
    expect(() => readArchive(bytes, 'bomb.zip')).toThrow("'bomb.zip' unpacks to more than 512 MB")
  })

  it('does not hold up the other files', async () => {
    const file = (content: Uint8Array<ArrayBuffer>, type = ''): Blob => new Blob([content], { type })
    const { files, problems } = await takeFiles([
      { path: 'cats/1.jpg', file: file(dot) },
      { path: 'broken.zip', file: file(dot) },
      { path: 'notes.txt', file: file(dot) },
      { path: 'cats/.DS_Store', file: file(dot) },
      { path: 'photo', file: file(dot, 'image/png') },
    ])
    expect(files.map(({ name, label }) => `${label}/${name}`)).toEqual(['cats/1.jpg', '/photo'])
    expect(problems).toEqual([
      expect.stringContaining("'broken.zip' is not a zip archive"),
      expect.stringContaining("'notes.txt' is neither a picture nor an archive"),
    ])
  })
})

describe('a picture’s header', () => {
  it('tells its size before it is decoded', async () => {
    const bytes = await sharp({ create: { width: 30, height: 20, channels: 3, background: 'red' } })
      .jpeg()
      .toBuffer()
    expect(sizeInHeader(bytes, 'a.jpg')).toEqual([30, 20])
  })

  it('is refused where it is of too many pixels, of another format, or none', async () => {
    const bytes = await sharp({ create: { width: 3, height: 2, channels: 3, background: 'red' } })
      .png()
      .toBuffer()
    bytes.writeUInt32BE(60_000, 16)
    bytes.writeUInt32BE(60_000, 20)
    expect(() => sizeInHeader(bytes, 'bomb.png')).toThrow("'bomb.png' has 60000 × 60000 pixels; expected at most 64")
    expect(() => sizeInHeader(Buffer.from('<svg width="10" height="10"></svg>'), 'a.svg')).toThrow('is not a picture')
    expect(() => sizeInHeader(new Uint8Array(3), 'a.png')).toThrow("'a.png' is not a picture")
  })
})

describe('a collection', () => {
  const two: Collection = withPictures(empty, [
    { id: 1, label: 'b' },
    { id: 2, label: 'a' },
    { id: 3, label: 'b' },
  ])

  it('gives classes in the order of their names, and pictures class by class', () => {
    expect(labelledOf(two)).toEqual({ classes: ['a', 'b'], ids: [2, 1, 3], labels: [0, 1, 1] })
  })

  it('is edited without changing what it was', () => {
    expect(labelledOf(renamed(two, 'a', 'c'))).toEqual({ classes: ['b', 'c'], ids: [1, 3, 2], labels: [0, 0, 1] })
    expect(renamed(two, 'a', 'b').classes).toEqual(['b', 'a'])
    expect(relabelled(two, 1, 'a').pictures[0]).toEqual({ id: 1, label: 'a' })
    expect(withoutClass(two, 'b').pictures).toEqual([{ id: 2, label: 'a' }])
    expect(two.pictures).toHaveLength(3)
  })

  it('takes so many classes, and names of one line', () => {
    const many = Array.from({ length: 30 }, (_, i) => `class ${i}`).reduce(withClass, empty)
    expect(many.classes).toHaveLength(maxClasses)
    expect(withPictures(many, [{ id: 1, label: 'another' }])).toEqual(many)
    expect(className('  my\n\tcat  ')).toBe('my cat')
    expect(folderNames(['a/b', 'a:b', '..', 'ok'])).toEqual(['a_b', 'a_b 2', '_', 'ok'])
  })

  it('tells what it lacks', () => {
    expect(obstacle(two)).toBe("The class 'a' has too few pictures; collect at least three.")
    expect(obstacle(withoutClass(two, 'a'))).toContain('at least two classes')
  })

  it('can be had back', () => {
    const history = new History()
    history.edit(two)
    history.edit(withoutClass(two, 'a'))
    history.undo()
    expect(history.present.value).toBe(two)
    history.undo()
    expect([history.present.value, history.canUndo.value]).toEqual([empty, false])
  })
})

describe('a judgement', () => {
  const judgement = judgementOf(
    { classes: ['a', 'b'], ids: [10, 11, 12], labels: [0, 0, 1] },
    Float32Array.of(0.9, 0.1, 0.2, 0.8, 0.6, 0.4),
    new Set([1]),
  )

  it('counts, and finds the worst', () => {
    expect(confusionOf(judgement)).toEqual([
      [1, 1],
      [1, 0],
    ])
    expect(worstMistakes(judgement, 5).map(({ id }) => id)).toEqual([11, 12])
    expect(topLosses(judgement, 2).map(({ id }) => id)).toEqual([11, 12])
    expect(judgement.pictures[1].loss).toBeCloseTo(-Math.log(0.2), 5)
    expect(only(judgement, 'held out').pictures.map(({ id }) => id)).toEqual([11])
  })
})

describe('the exercise', () => {
  it('is solved when the wrong labels of the example are gone', async () => {
    const targets = Int32Array.from({ length: 600 }, (_, i) => i % 10)
    const digits = inMemory({
      inputs: new Uint8Array(600 * 784),
      inputShape: [1, 28, 28],
      targets,
      classes: [...'0123456789'],
    })
    const examples = await examplePictures(digits)
    expect(examples).toHaveLength(3 * perClass)
    expect(examples.filter(({ label, truth }) => label !== truth)).toHaveLength(wrongLabels)
    const truths = new Map(examples.map(({ truth }, id) => [id, truth]))
    let collection = withPictures(
      empty,
      examples.map(({ label }, id) => ({ id, label })),
    )
    expect(exerciseAnswer(collection, new Map()).remark).toContain('Choose the example')
    expect(exerciseAnswer(collection, truths).remark).toContain('4 labels are wrong')
    for (const [id, truth] of truths) collection = relabelled(collection, id, truth)
    expect(exerciseAnswer(collection, truths).right).toBe(true)
    expect(exerciseAnswer(empty, truths).remark).toContain('pictures are gone')
  })
})
