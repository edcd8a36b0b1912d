/** The tasks with boxes and masks, at a tiny size. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { gentle, smallIdxSet, temporaryFolder } from './command.ts'
import { sectionsOf } from './report-pages.ts'

const source = `source=idx:${smallIdxSet()}`
export const scenes = (options: string): string => `scenes:side=32,size=14-20,clutter=0,rotation=0,${options},${source}`

/** A preset with less data; what its run reaches of a score, if it is trained for long enough to learn. */
export interface TaskRun {
  /** The preset's unless given. */
  readonly model?: string
  readonly preset: string
  readonly data: string
  readonly more: readonly string[]
  readonly score: string
  readonly min?: number
}

/** Registers the tests of one task: its training by a preset, and what the commands make of the run. */
export function describeTask(task: string, { model, preset, data, more, score, min }: TaskRun): void {
  const run = join(temporaryFolder(), task)

  describe(`gentle train --task ${task}`, () => {
    it('trains by its preset, and keeps figures, weights, and the best and the worst pictures', async () => {
      const { code, stdout, stderr } = await gentle([
        ...[
          'train',
          ...(model === undefined ? [] : [model]),
          '--preset',
          preset,
          '--data',
          data,
          '--run-dir',
          run,
          '--seed',
          '1',
          '--threads',
          '2',
        ],
        ...more,
      ])
      expect(stderr).toMatch(/^epoch 1\//m)
      expect(code).toBe(0)
      expect(stdout).toContain('Next steps')
      const summary = JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8'))
      expect(summary).toMatchObject({ task, data, seed: 1 })
      expect(summary.test.metrics[score]).toBeGreaterThan(min ?? -1)
      const expected = ['best.png', 'worst.png', 'example.png', 'curves.svg', 'metrics.csv', 'run.json', 'summary.json']
      expect(readdirSync(run)).toEqual(expect.arrayContaining(expected))
      expect(existsSync(join(run, 'precision-recall.svg'))).toBe(task === 'detect')
      expect((await sharp(join(run, 'best.png')).metadata()).width).toBeGreaterThan(200)
    })

    it('has a report with the parts that are stored', async () => {
      await expect(sectionsOf(run)).toMatchFileSnapshot(`snapshots/report-of-${task}.txt`)
    })

    it('is evaluated by the same figures, and with mirror images by others', async () => {
      const summary = JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8'))
      const evaluated = await gentle(['eval', run, '--data', data, '--seed', '1', '--json'])
      expect(JSON.parse(evaluated.stdout)[score]).toBe(summary.test.metrics[score])
      // Those of the training examples, too, are of the weights that were chosen; of more than 500 they are of some.
      if (!data.includes('train=640')) {
        const learned = await gentle(['eval', run, '--data', data, '--seed', '1', '--split', 'train', '--json'])
        expect(JSON.parse(learned.stdout)[score]).toBe(summary.train.metrics[score])
      }
      const flipped = await gentle(['eval', run, '--data', data, '--seed', '1', '--json', '--flip'])
      expect(flipped.code).toBe(0)
      if (min !== undefined) expect(JSON.parse(flipped.stdout)[score]).not.toBe(summary.test.metrics[score])
    })

    it('says what is in a picture of another size, in its pixels, and draws it', async () => {
      const picture = join(run, 'larger.png')
      await sharp(join(run, 'example.png')).resize(64, 64, { kernel: 'nearest' }).extend({ right: 64 }).toFile(picture)
      const drawn = join(run, 'annotated.png')
      const { code, stdout } = await gentle([
        'predict',
        run,
        picture,
        '--out',
        drawn,
        '--json',
        '--score-threshold',
        '0',
      ])
      expect(code).toBe(0)
      const [{ objects, pixels }] = JSON.parse(stdout)
      if (task === 'segment') expect(pixels.background).toBeGreaterThan(0.5)
      else if (min !== undefined) expect(objects.length).toBeGreaterThan(0)
      for (const { box, score } of objects ?? []) {
        const [left, top, width, height] = box
        expect(score).toBeGreaterThan(0)
        expect(left).toBeGreaterThanOrEqual(0)
        expect(left + width).toBeLessThanOrEqual(128)
        expect(top + height).toBeLessThanOrEqual(64)
      }
      expect((await sharp(drawn).metadata()).width).toBe(384)
    })

    if (task === 'detect')
      it('shows objects from the score that was best on validation, or from another', async () => {
        const { scoreThreshold } = JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8'))
        const scoresFrom = async (...flags: string[]): Promise<{ scores: number[]; stderr: string }> => {
          const { stdout, stderr } = await gentle(['predict', run, join(run, 'example.png'), '--json', ...flags])
          const [{ objects }] = JSON.parse(stdout)
          return { scores: objects.map(({ score }: { score: number }) => score), stderr }
        }
        const { scores: all } = await scoresFrom('--score-threshold', '0')
        // Some are above it and some below, or there is nothing to see here.
        expect(all.length).toBeGreaterThan(1)
        const shown = await scoresFrom()
        expect(shown.stderr).toContain(scoreThreshold.toFixed(2))
        expect(shown.scores).toEqual(all.filter((score) => score >= scoreThreshold))
        // A detector that has hardly learned may find nothing that is good enough.
        if (min !== undefined) expect(shown.scores.length).toBeGreaterThan(0)
        expect(shown.scores.length).toBeLessThan(all.length)
        const low = [...all].sort((a, b) => b - a)[1]
        const { scores: two, stderr } = await scoresFrom('--score-threshold', String(low - 1e-4))
        expect(two.length).toBeGreaterThanOrEqual(2)
        expect(two).toEqual(all.filter((score) => score >= low - 1e-4))
        expect(stderr).not.toContain('best F1')
      })
  })
}
