/** Digits that are dark on light, given to a model of light ones on dark. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeImageFile } from 'gentle-dl/data'
import { image } from 'gentle-dl/vision'
import { beforeAll, describe, expect, it } from 'vitest'
import { gentle, idxBytes, plainRecipe, temporaryFolder } from './command.ts'

const folder = temporaryFolder()

/** Pictures of a bar that lies or stands, light on dark. */
function bars(count: number): Uint8Array {
  const pixels = new Uint8Array(count * 784)
  for (let i = 0; i < count; i++)
    for (let along = 6; along < 22; along++)
      for (let across = 12 + (i % 3); across < 16 + (i % 3); across++)
        pixels[i * 784 + (i % 2 === 0 ? across * 28 + along : along * 28 + across)] = 200 + (i % 50)
  return pixels
}

/** A folder of such pictures, or of their negatives. */
function setOf(name: string, negative: boolean): string {
  const place = join(folder, name)
  mkdirSync(place)
  for (const [part, count] of Object.entries({ train: 120, t10k: 40 })) {
    const pixels = bars(count).map((value) => (negative ? 255 - value : value))
    writeFileSync(join(place, `${part}-images-idx3-ubyte`), idxBytes([count, 28, 28], pixels))
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 2)
    writeFileSync(join(place, `${part}-labels-idx1-ubyte`), idxBytes([count], labels))
  }
  return place
}

const pictureOf = async (name: string, value: (lit: boolean) => number): Promise<string> => {
  const file = join(folder, name)
  const lit = bars(1)
  await writeImageFile(
    file,
    image(
      1,
      28,
      28,
      Float32Array.from(lit, (pixel) => value(pixel > 0)),
    ),
  )
  return file
}

describe('pictures that look like negatives of the training pictures', () => {
  const run = join(folder, 'run')
  const looks = /looks? inverted: .*light where .*run was trained on a dark one/

  beforeAll(async () => {
    const flags = ['--data', setOf('bars', false), '--epochs', '1', ...plainRecipe, '--run-dir', run, '--quiet']
    expect((await gentle(['train', 'lenet5', ...flags])).code).toBe(0)
  })

  it('are noted by predict, which names --invert, and not when they are inverted', async () => {
    const dark = await pictureOf('dark.png', (lit) => (lit ? 0.1 : 0.95))
    const { stderr } = await gentle(['predict', run, dark])
    expect(stderr).toMatch(looks)
    expect(stderr).toMatch(/dark\.png looks inverted.*--invert inverts pictures/)
    expect((await gentle(['predict', run, dark, '--invert'])).stderr).toBe('')
    const both = await gentle(['predict', run, dark, await pictureOf('light.png', (lit) => (lit ? 0.9 : 0))])
    expect(both.stderr).toMatch(/1 of 2|dark\.png looks/)
  })

  it('are noted where --invert makes them so', async () => {
    const light = await pictureOf('plain.png', (lit) => (lit ? 0.9 : 0.05))
    expect((await gentle(['predict', run, light])).stderr).toBe('')
    expect((await gentle(['predict', run, light, '--invert'])).stderr).toMatch(/leave out --invert/)
  })

  it('are not looked for among pictures of no such background', async () => {
    const grey = await pictureOf('grey.png', (lit) => (lit ? 0.9 : 0.5))
    expect((await gentle(['predict', run, grey])).stderr).toBe('')
  })

  it('are noted by eval and by predict of a data set', async () => {
    const negatives = setOf('negatives', true)
    expect((await gentle(['eval', run, '--data', negatives])).stderr).toMatch(/look inverted/)
    expect((await gentle(['predict', run, '--data', negatives])).stderr).toMatch(/look inverted/)
    expect((await gentle(['eval', run, '--data', join(folder, 'bars')])).stderr).not.toMatch(/inverted/)
  })
})
