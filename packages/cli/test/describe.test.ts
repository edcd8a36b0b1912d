import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { imageFileInfo } from 'gentle-dl/data'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { gentle, smallIdxSet, temporaryFolder } from './command.ts'

const folder = join(temporaryFolder(), 'shades')

/** Five dark and ten bright pictures of other sizes; one in training twice, one of the test in training, one broken. */
beforeAll(async () => {
  const put = async (name: string, level: number, width = 16) => {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    await sharp({ create: { width, height: 16, channels: 3, background: { r: level, g: 0, b: 255 } } })
      .png()
      .toFile(join(folder, name))
  }
  for (let i = 0; i < 5; i++) await put(`train/dark/${i}.png`, i, i === 0 ? 24 : 16)
  for (let i = 0; i < 10; i++) await put(`train/bright/${i}.png`, 255 - i)
  for (let i = 0; i < 3; i++) await put(`test/dark/${i}.png`, 20 + i)
  copyFileSync(join(folder, 'train/dark/1.png'), join(folder, 'train/dark/again.png'))
  copyFileSync(join(folder, 'train/dark/2.png'), join(folder, 'test/dark/leaked.png'))
  copyFileSync(join(folder, 'train/dark/3.png'), join(folder, 'train/bright/wrong.png'))
  mkdirSync(join(folder, 'val/dark'), { recursive: true })
  copyFileSync(join(folder, 'test/dark/0.png'), join(folder, 'val/dark/0.png'))
  writeFileSync(join(folder, 'train/bright/broken.png'), '')
})

describe('gentle data describe', () => {
  it('tells of a folder counts, sizes, mean and standard deviation, duplicates between parts, broken files', async () => {
    const { stdout, code } = await gentle(['data', 'describe', folder, '--resize', '16', '--json'])
    expect(code).toBe(0)
    const described = JSON.parse(stdout)
    expect(described.train).toEqual({ examples: 17, perClass: { bright: 11, dark: 6 } })
    expect(described.imbalance).toEqual({
      largest: { label: 'bright', examples: 11 },
      smallest: { label: 'dark', examples: 6 },
      ratio: 11 / 6,
    })
    expect(described.sizes).toMatchObject({
      width: { min: 16, median: 16, max: 24 },
      commonest: { '16 x 16': 21, '16 x 24': 1 },
      formats: { png: 22 },
    })
    // Pictures that are wider than high lie on black: of 24 x 16, 11 of 16 lines are left.
    expect(described.mean[1]).toBe(0)
    expect(described.mean[2]).toBeCloseTo((16 + 11 / 16) / 17, 5)
    const reds = [1, 1, 2, 3, 3, 4, ...Array.from({ length: 10 }, (_, i) => 255 - i)]
    expect(described.mean[0]).toBeCloseTo(reds.reduce((a, b) => a + b, 0) / 255 / 17, 5)
    expect(described.duplicates).toMatchObject({
      within: { train: 2, validation: 0, test: 0 },
      between: [
        { earlier: 'train', later: 'validation', examples: 0 },
        { earlier: 'train', later: 'test', examples: 1 },
        { earlier: 'validation', later: 'test', examples: 1 },
      ],
      contradicting: 1,
    })
    expect(described.duplicates.found).toContainEqual({
      example: join(folder, 'test/dark/leaked.png'),
      repeats: join(folder, 'train/dark/2.png'),
    })
    expect(described.broken).toEqual([
      {
        file: join(folder, 'train/bright/broken.png'),
        reason: expect.stringMatching(/broken\.png: the file is empty; expected a picture$/),
      },
    ])
  })

  it('writes a sheet of pictures of every class, and says it all in words', async () => {
    const sheet = join(temporaryFolder(), 'contact-sheet.png')
    const { stdout, stderr } = await gentle(['data', 'describe', `images:${folder}`, '--out', sheet])
    expect(stderr).toBe(`wrote pictures of every class to ${sheet}\n`)
    expect(stdout).toMatch(/bright has 1\.83 times the training examples of dark/)
    expect(stdout).toMatch(/1 example of test also in train/)
    expect(stdout).toMatch(/1 example of these with a different label/)
    expect(stdout).toMatch(/1 image was skipped/)
    expect(await imageFileInfo(sheet)).toMatchObject({ format: 'png', width: 6 * (128 + 12) + 12 })
  })

  it('takes every other data set, too, and `data` alone stays short', async () => {
    const idx = JSON.parse((await gentle(['data', 'describe', smallIdxSet(), '--json'])).stdout)
    expect(idx).toMatchObject({ inputShape: [1, 28, 28], test: { examples: 40, perClass: { 0: 20, 1: 20 } } })
    expect(idx.mean[0]).toBeGreaterThan(0.4)
    expect((await gentle(['data', 'describe', 'moons'])).stdout).toContain('coordinate 1')
    expect((await gentle(['data', folder])).stdout).toMatch(/3 x 28 x 28, 2 classes/)
  })

  it('refuses what does not go together', async () => {
    const refuses = async (args: readonly string[], pattern: RegExp): Promise<void> => {
      const { code, stderr } = await gentle(['data', 'describe', ...args])
      expect(stderr).toMatch(pattern)
      expect(code).toBe(2)
    }
    await refuses([folder, '--strict'], /1 of 18 images cannot be read; the first: .*broken\.png/)
    await refuses(['moons', '--out', 'x.png'], /--out is for image data sets/)
    await refuses([folder, '--resize', '0'], /--resize is 0; expected a whole number of at least 1/)
  })
})
