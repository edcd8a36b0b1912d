import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { ArgumentError } from '../../src/core/errors.ts'
import { writeImageFile } from '../../src/data/image-file.ts'
import { imageFolder } from '../../src/data/image-folder.ts'
import { inMemory } from '../../src/data/memory.ts'
import { preprocessed } from '../../src/data/preprocessed.ts'
import { readPreprocessedImage } from '../../src/data/preprocessed-image.ts'
import { image } from '../../src/vision/image.ts'
import { imagenetPreprocessing, preprocessImage } from '../../src/vision/preprocessing.ts'

const folder = mkdtempSync(join(tmpdir(), 'gentle-preprocessed-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const preprocessing = imagenetPreprocessing([3, 7, 7])
const size = 3 * 7 * 7

it('shows a network the pictures of a folder as prediction shows them, from the files', async () => {
  for (const [c, name] of ['a', 'b'].entries()) {
    mkdirSync(join(folder, name))
    for (let k = 0; k < 3; k++)
      await writeImageFile(
        join(folder, name, `${k}.png`),
        image(
          3,
          9,
          12 + k,
          Float32Array.from({ length: 27 * (12 + k) }, (_, i) => ((i * (c + k + 3)) % 29) / 28),
        ),
      )
  }
  const { train } = await imageFolder(folder, { size: 4 })
  const prepared = preprocessed(train, preprocessing)
  expect(prepared.inputShape).toEqual([3, 7, 7])
  const [inputs, targets] = [new Float32Array(2 * size), new Int32Array(2)]
  await prepared.read([1, 0], inputs, targets)
  for (const [row, index] of [1, 0].entries()) {
    const { file, label } = train.examples[index]
    expect(inputs.slice(row * size, (row + 1) * size)).toEqual(await readPreprocessedImage(file, preprocessing))
    expect(targets[row]).toBe(label)
  }
})

it('prepares pictures in memory, and refuses what are none', async () => {
  const values = Float32Array.from({ length: 2 * 48 }, (_, i) => (i % 7) / 7)
  const set = inMemory({ inputs: values, inputShape: [1, 6, 8], targets: Int32Array.of(0, 1), classes: ['no', 'yes'] })
  const prepared = preprocessed(set, preprocessing)
  const [inputs, targets] = [new Float32Array(size), new Int32Array(1)]
  await prepared.read([1], inputs, targets)
  expect(inputs).toEqual(preprocessImage(image(1, 6, 8, values.slice(48)), preprocessing))
  expect([targets[0], prepared.classes]).toEqual([1, ['no', 'yes']])
  const points = inMemory({ inputs: new Float32Array(2), inputShape: [2], targets: Int32Array.of(0) })
  expect(() => preprocessed(points, preprocessing)).toThrow(ArgumentError)
})
