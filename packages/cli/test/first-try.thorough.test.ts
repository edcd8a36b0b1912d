import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { gentle, temporaryFolder } from './command.ts'

const outlines = {
  circle: '<circle r="9"/>',
  triangle: '<polygon points="0,-10 9,6 -9,6"/>',
  square: '<rect x="-8" y="-8" width="16" height="16"/>',
}

/** Figures of any colour and place on a pale ground, 20 of each to train on and 60 to score. */
async function figures(): Promise<string> {
  const folder = join(temporaryFolder(), 'figures')
  let drawn = 0
  // Numbers in [0, 1) that lie evenly, and differ from picture to picture.
  const spread = (of: number): number => (drawn * of) % 1
  for (const [part, count] of [
    ['train', 20],
    ['test', 60],
  ] as const)
    for (const [name, outline] of Object.entries(outlines)) {
      const place = join(folder, part, name)
      mkdirSync(place, { recursive: true })
      for (let i = 0; i < count; i++, drawn++) {
        const [x, y] = [10 + 28 * spread(Math.SQRT2), 10 + 28 * spread(Math.sqrt(3))]
        const [hue, size] = [360 * spread(Math.sqrt(5)), 0.7 + 0.3 * spread(Math.sqrt(7))]
        const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48"><rect width="48" height="48" fill="hsl(${hue}, 30%, 92%)"/><g fill="hsl(${(hue + 150) % 360}, 60%, 45%)" transform="translate(${x} ${y}) scale(${size})">${outline}</g></svg>`
        await sharp(Buffer.from(svg))
          .removeAlpha()
          .png()
          .toFile(join(place, `${i}.png`))
      }
    }
  return folder
}

describe('a few dozen pictures of shapes, at the first try', () => {
  let folder: string
  beforeAll(async () => {
    folder = await figures()
  })
  const accuracyIn = (run: string): number => JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8')).test.accuracy

  it('are learned by the network that is chosen, which is told with the reason', async () => {
    const run = join(temporaryFolder(), 'run')
    const { code, stderr } = await gentle(['train', '--data', folder, '--run-dir', run])
    expect(code).toBe(0)
    expect(stderr).toMatch(/resnet14, as no network is named: pictures of 48 x 48/)
    expect(stderr).toMatch(/learning rate 0\.00\d+ by a range test of 60 steps/)
    expect(accuracyIn(run)).toBeGreaterThan(0.95)
  })

  it('are learned by LeNet-5 far better than by guessing', async () => {
    const run = join(temporaryFolder(), 'run')
    expect((await gentle(['train', 'lenet5', '--data', folder, '--run-dir', run])).code).toBe(0)
    expect(accuracyIn(run)).toBeGreaterThan(0.6)
  })
})
