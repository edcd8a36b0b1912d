import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { intersectionOverUnion } from 'gentle-dl/vision'
import { afterAll, describe, expect, it } from 'vitest'
import { atScore } from '../../src/pages/tasks/at-score.ts'
import { exerciseAnswer } from '../../src/pages/tasks/exercise.ts'
import { program } from '../../src/pages/tasks/program.ts'
import { Session } from '../../src/pages/tasks/session.ts'
import { shapeNames } from '../../src/pages/tasks/shapes.ts'
import { printed } from './run-program.ts'

const weights = fileURLToPath(new URL('../../src/pages/tasks/weights/', import.meta.url))

it('the program that is shown gives what the page says of all scenes, and the networks are as good as that says', async () => {
  const session = new Session((name) => readFile(`${weights}${name}.safetensors`))
  try {
    const thresholds = { score: 0.4, suppression: 0.6, iou: 0.7 }
    const quality = await session.quality()
    const judgement = await session.judge(thresholds, 3)
    const { precision, recall } = atScore(judgement, thresholds.score)
    const text = program(thresholds, 3).replace(/`\$\{task\}\.safetensors`/, () => `\`${weights}\${task}.safetensors\``)
    expect((await printed(text)).trim().split('\n')).toEqual([
      `label ${quality.classify.toFixed(3)} label and box ${quality.localize.toFixed(3)}`,
      `AP50 ${quality.detect.toFixed(3)} mean IoU ${quality.segment.toFixed(3)}`,
      `crowded: AP50 ${judgement.AP50.toFixed(3)} precision ${precision.toFixed(3)} recall ${recall.toFixed(3)}`,
    ])
    expect(quality.detect).toBeGreaterThan(0.95)
    expect(quality.segment).toBeGreaterThan(0.9)
    expect(quality.localize).toBeGreaterThan(0.85)
    expect(quality.classify).toBeGreaterThan(0.9)
  } finally {
    await session.close()
  }
})

describe('the four networks', () => {
  const load = (name: string): Promise<Uint8Array> =>
    readFile(new URL(`../../src/pages/tasks/weights/${name}.safetensors`, import.meta.url))
  const session = new Session(load, { threads: 1 })
  afterAll(() => session.close())

  it('see what is in a scene, and the exercise asks about it', async () => {
    const scene = [
      { shape: 3, x: 16, y: 16, size: 26, turn: 0 },
      { shape: 0, x: 44, y: 44, size: 24, turn: 0 },
    ]
    const thresholds = { score: 0.4, suppression: 0.5, iou: 0.5 }
    const said = await session.look(scene, thresholds)
    expect(said.detections.map(({ label, isRight }) => [shapeNames[label], isRight])).toEqual(
      expect.arrayContaining([
        ['star', true],
        ['circle', true],
      ]),
    )
    expect([said.detections.length, said.missed.length]).toEqual([2, 0])
    const { box } = said.located
    expect(Math.max(...said.truth.boxes.map((each) => intersectionOverUnion(each, box)))).toBeGreaterThan(0.5)
    const right = said.mask.reduce((sum, value, i) => sum + (value === said.truth.mask[i] ? 1 : 0), 0)
    expect(right / said.mask.length).toBeGreaterThan(0.97)
    expect(said.probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5)
    expect(exerciseAnswer(said).remark).toContain('now it is 0.00 at most')

    const everything = await session.look(scene, { ...thresholds, suppression: 1, score: 0.05 })
    expect(everything.detections).toHaveLength(everything.candidates.length)
    expect(everything.candidates.length).toBeGreaterThan(2)
    expect((await session.look([], thresholds)).detections).toEqual([])
  })

  it('solve the exercise where two overlap and both are found', async () => {
    const pair = [
      { shape: 0, x: 24, y: 30, size: 26, turn: 0 },
      { shape: 0, x: 35, y: 35, size: 26, turn: 0 },
    ]
    const said = await session.look(pair, { score: 0.4, suppression: 0.5, iou: 0.5 })
    expect(exerciseAnswer(said).right).toBe(true)
    const fewer = await session.look(pair, { score: 0.4, suppression: 0.05, iou: 0.5 })
    expect(exerciseAnswer(fewer).remark).toContain('1 of 2 shapes are not found')
    expect(exerciseAnswer(undefined).right).toBe(false)
  })
})
