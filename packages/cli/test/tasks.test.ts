/** The tasks with boxes and masks, at a tiny size: that they learn, and what their runs keep. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { gentle, smallIdxSet, temporaryFolder } from './command.ts'

const source = `source=idx:${smallIdxSet()}`
const scenes = (options: string): string => `scenes:side=32,size=14-20,clutter=0,rotation=0,${options},${source}`

/** Each preset at a size that takes seconds, and a score that it reaches only if it learns. */
const tiny = {
  localize: {
    preset: 'localize-scenes',
    data: scenes('objects=1-1,train=640'),
    more: ['--epochs', '2', '--batch-size', '16'],
    score: 'label right and IoU >= 0.5',
    least: 0.5,
  },
  detect: {
    preset: 'detect-scenes',
    data: scenes('objects=1-2,train=480'),
    more: ['--epochs', '1', '--batch-size', '8'],
    score: 'AP50',
    least: 0.5,
  },
  segment: {
    preset: 'segment-scenes',
    data: scenes('objects=1-2,train=480'),
    more: ['--epochs', '1', '--batch-size', '8'],
    score: 'mean IoU',
    least: 0.6,
  },
} as const

describe.each(Object.entries(tiny))('gentle train --task %s', (task, { preset, data, more, score, least }) => {
  const run = join(temporaryFolder(), task)

  it('learns by its preset, and keeps figures, weights, and the best and the worst pictures', async () => {
    const { code, stdout, stderr } = await gentle([
      ...['train', '--preset', preset, '--data', data, '--run-dir', run, '--seed', '1', '--threads', '2'],
      ...more,
    ])
    expect(stderr).toMatch(/^epoch 1\//m)
    expect(code).toBe(0)
    expect(stdout).toContain('Try next')
    const summary = JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8'))
    expect(summary).toMatchObject({ task, data, seed: 1 })
    expect(summary.test.metrics[score]).toBeGreaterThan(least)
    const expected = ['best.png', 'worst.png', 'example.png', 'curves.svg', 'metrics.csv', 'run.json', 'summary.json']
    expect(readdirSync(run)).toEqual(expect.arrayContaining(expected))
    expect(existsSync(join(run, 'precision-recall.svg'))).toBe(task === 'detect')
    expect((await sharp(join(run, 'best.png')).metadata()).width).toBeGreaterThan(200)
  })

  it('is evaluated by the same figures, and with mirror images by others', async () => {
    const summary = JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8'))
    const evaluated = await gentle(['eval', run, '--data', data, '--seed', '1', '--json'])
    expect(JSON.parse(evaluated.stdout)[score]).toBe(summary.test.metrics[score])
    const flipped = await gentle(['eval', run, '--data', data, '--seed', '1', '--json', '--flips'])
    expect(flipped.code).toBe(0)
    expect(JSON.parse(flipped.stdout)[score]).not.toBe(summary.test.metrics[score])
  })

  it('says what is in a picture of another size, in its pixels, and draws it', async () => {
    const picture = join(run, 'larger.png')
    await sharp(join(run, 'example.png')).resize(64, 64, { kernel: 'nearest' }).extend({ right: 64 }).toFile(picture)
    const drawn = join(run, 'annotated.png')
    const { code, stdout } = await gentle(['predict', run, picture, '--out', drawn, '--json', '--least-score', '0'])
    expect(code).toBe(0)
    const [{ objects, pixels }] = JSON.parse(stdout)
    if (task === 'segment') expect(pixels.background).toBeGreaterThan(0.5)
    else {
      const [left, top, width, height] = objects[0].box
      expect(objects[0].score).toBeGreaterThan(0)
      expect(left).toBeGreaterThanOrEqual(0)
      expect(left + width).toBeLessThanOrEqual(128)
      expect(top + height).toBeLessThanOrEqual(64)
    }
    expect((await sharp(drawn).metadata()).width).toBe(384)
  })
})

describe('gentle train --preset classify-scenes', () => {
  it('learns the label of the one object of a scene', async () => {
    const run = join(temporaryFolder(), 'classify')
    const { code } = await gentle([
      ...['train', '--preset', 'classify-scenes', '--data', scenes('objects=1-1,train=640'), '--epochs', '2'],
      ...['--run-dir', run, '--seed', '1', '--threads', '2'],
    ])
    expect(code).toBe(0)
    const summary = JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8'))
    // Two classes: what does not learn is right by half.
    expect(summary.test.accuracy).toBeGreaterThan(0.9)
  })
})

describe('gentle train --task', () => {
  it.each([
    [['--task', 'find'], /unknown --task 'find'/],
    [['--preset', 'detect-scene'], /did you mean detect-scenes\?/],
    [['resnet14', '--task', 'segment'], /resnet14 is not for --task segment; there are unet, fcn/],
    [['unet', '--task', 'detect'], /unet is not for --task detect/],
    [['mlp', '--task', 'localize', '--data', scenes('train=8')], /flattens its pictures at once/],
    [['--task', 'detect', '--data', 'scenes:objects=3-1'], /objects is 3 to 1/],
    [['--task', 'detect', '--data', 'scenes:wheels=3'], /unknown option of scenes:wheels=3: 'wheels'/],
    [['--task', 'detect', '--data', 'scenes:side=big'], /side is big; expected a number/],
    [['--task', 'detect', '--data', 'scenes:source=cifar10:x'], /expected mnist or idx:DIR/],
    [
      ['--task', 'segment', '--data', scenes('train=8'), '--loss', 'hinge'],
      /expected one of crossEntropy, dice, focal, both/,
    ],
    [['--task', 'detect', '--data', scenes('train=8'), '--augment', 'mixUp'], /mixes pictures/],
    [['--task', 'detect', '--data', scenes('train=8'), '--class-weights', 'balanced'], /is for --task classify/],
  ])('refuses %j in one line', async (args, message) => {
    const { code, stderr } = await gentle(['train', ...args, '--quiet'])
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })
})
