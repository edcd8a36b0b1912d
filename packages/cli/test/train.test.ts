import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { gentle, type Outcome, plainRecipe, smallIdxSet, temporaryFolder } from './command.ts'

const folder = smallIdxSet()
const run = join(temporaryFolder(), 'run')
const own = ['train', 'lenet5', '--data', `idx:${folder}`, '--epochs', '2', '--batch-size', '20', '--threads', '2']
const train = [...own, ...plainRecipe]

describe('gentle train', () => {
  let outcome: Outcome
  beforeAll(async () => {
    outcome = await gentle([...train, '--run-dir', run, '--seed', '3'])
  })

  it('ends with the test accuracy, pictures of examples and what to try next', () => {
    expect(outcome.code).toBe(0)
    expect(outcome.stdout).toContain('Test accuracy 100.00 %')
    expect(outcome.stdout).toMatch(/[\u2801-\u28ff]/)
    expect(outcome.stdout).toContain(`npx gentle predict ${run} ${run}/example.png`)
  })

  it('tells a line an epoch beside the results where there is no terminal', () => {
    expect(outcome.stderr.match(/^epoch \d\/2 /gm)).toHaveLength(2)
  })

  it('keeps arguments, metrics, figures, pictures and weights in the run folder', () => {
    expect(readdirSync(run).sort()).toEqual(
      [
        'confusion.svg',
        'curves.svg',
        'example.png',
        'metrics.csv',
        'predictions.json',
        'predictions.png',
        'report.html',
        'run.json',
        'summary.json',
        'weights',
      ].sort(),
    )
    expect(readdirSync(join(run, 'weights')).sort()).toEqual([
      'best.safetensors',
      'last.safetensors',
      'progress.safetensors',
    ])
    expect(JSON.parse(readFileSync(join(run, 'run.json'), 'utf8')).settings).toEqual({
      model: 'lenet5',
      data: `idx:${folder}`,
      epochs: 2,
      batchSize: 20,
      optimizer: 'sgd',
      learningRate: 0.1,
      schedule: 'cosine',
      warmup: 1,
      momentum: 0.9,
      augment: 'none',
      normalize: 'none',
      classWeights: 'none',
      seed: 3,
      threads: 2,
    })
    expect(readFileSync(join(run, 'metrics.csv'), 'utf8').trim().split('\n')).toHaveLength(3)
    const summary = JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8'))
    expect(summary).toMatchObject({
      model: 'lenet5',
      data: `idx:${folder}`,
      task: 'classify',
      seed: 3,
      epochs: 2,
      threads: 2,
    })
    for (const part of ['train', 'validation', 'test']) expect(summary[part].accuracy).toBeGreaterThan(0.9)
    expect(summary.parameters).toBe(61_706 - 8 * 85)
  })

  it('makes runs that the other commands use, on pictures of any size', async () => {
    const evaluated = await gentle(['eval', run, '--data', `idx:${folder}`, '--json'])
    expect(JSON.parse(evaluated.stdout).accuracy).toBe(1)
    const left = join(temporaryFolder(), 'left.png')
    const ground = sharp({ create: { width: 300, height: 300, channels: 3, background: '#ffffff' } })
    const ink = await sharp({ create: { width: 150, height: 300, channels: 3, background: '#000000' } })
      .png()
      .toBuffer()
    await ground
      .composite([{ input: ink, left: 0, top: 0 }])
      .png()
      .toFile(left)
    const dark = JSON.parse((await gentle(['predict', run, left, '--invert', '--json'])).stdout)
    expect(dark[0].image).toBe(left)
    expect(dark[0].predictions[0].label).toBe('0')
    expect(dark[0].predictions[0].probability).toBeGreaterThan(0.5)
    const light = JSON.parse((await gentle(['predict', run, left, '--json'])).stdout)
    expect(light[0].predictions[0].label).toBe('1')
  })

  it('gives the same summary for the same seed, apart from times', async () => {
    const again = await gentle([...train, '--seed', '3', '--json', '--run-dir', join(temporaryFolder(), 'again')])
    const { examplesPerSecond: _, seconds: __, ...figures } = JSON.parse(again.stdout)
    const {
      examplesPerSecond: ___,
      seconds: ____,
      ...first
    } = JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8'))
    expect(figures).toEqual(first)
  })

  it('numbers its folders where a name is taken, and refuses a folder that holds a run', async () => {
    const cwd = temporaryFolder()
    for (let i = 0; i < 2; i++)
      expect((await gentle(['train', 'perceptron', '--data', 'and', '--epochs', '2', '--quiet'], { cwd })).code).toBe(0)
    expect(readdirSync(join(cwd, 'runs', 'classify')).sort()).toEqual(['perceptron-and', 'perceptron-and-2'])
    const taken = await gentle([
      'train',
      'perceptron',
      '--data',
      'and',
      '--run-dir',
      join(cwd, 'runs', 'classify', 'perceptron-and'),
    ])
    expect(taken.code).toBe(2)
    expect(taken.stderr).toContain('--resume')
  })

  it('goes on only as the same training', async () => {
    const refuses = async (flags: readonly string[], pattern: RegExp): Promise<void> => {
      const { code, stderr } = await gentle(['train', '--resume', run, ...flags])
      expect(stderr).toMatch(pattern)
      expect(stderr.trim().split('\n')).toHaveLength(1)
      expect(code).toBe(2)
    }
    await refuses(['--batch-size', '10'], /--batch-size cannot be changed .* it is 20, not 10/)
    await refuses(['--epochs', '1'], /--epochs is 1, but .* has already been trained for longer; expected at least 2/)
    await refuses(['--run-dir', 'elsewhere'], /--run-dir is for new runs/)
    await refuses(['--stop-after', '0'], /--stop-after is 0; expected a whole number of epochs of at least 1/)
  })

  it('stops at a loss that is not finite, says the step and exits with 1', async () => {
    const place = join(temporaryFolder(), 'diverged')
    const result = await gentle([...own, '--learning-rate', '3e38', '--run-dir', place])
    expect(result.code).toBe(1)
    expect(result.stderr).toMatch(/became (NaN|Infinity|-Infinity).* at step \d+/)
    expect(existsSync(join(place, 'run.json'))).toBe(true)
    expect(result.stderr).toMatch(
      /examples \d+, .*; to find the op where it begins:\n {2}npx gentle train --resume .* --detect-anomaly\n/,
    )
    const again = await gentle(['train', '--resume', place, '--detect-anomaly', '--quiet'])
    expect(again.code).toBe(1)
    expect(again.stderr).toMatch(/ \((forward|backward|update), of shape \[.*\]\) gives (NaN|-?Infinity)/)
    expect(again.stderr).not.toMatch(/detect-?anomaly/i)
    const told = JSON.parse(readFileSync(join(place, 'diverged.json'), 'utf8'))
    expect(told).toMatchObject({
      epoch: 1,
      anomaly: { op: expect.any(String), value: expect.stringMatching(/NaN|Infinity/) },
    })
  })
})
