import { averagePrecision, intersectionOverUnion, type ScoredBox } from 'gentle-dl/vision'
import { describe, expect, it } from 'vitest'
import { atScore } from '../../src/pages/tasks/at-score.ts'
import { matched } from '../../src/pages/tasks/matched.ts'
import { sceneSet } from '../../src/pages/tasks/networks.ts'
import { randomScene } from '../../src/pages/tasks/random-scene.ts'
import { painted } from '../../src/pages/tasks/scene.ts'
import { corners, distanceTo, shapeNames } from '../../src/pages/tasks/shapes.ts'

describe('a scene', () => {
  it('is painted where its shapes are, later ones over earlier ones, with tight boxes', () => {
    const { picture, truth } = painted([
      { shape: 1, x: 20, y: 30, size: 28, turn: 0 },
      { shape: 0, x: 40.5, y: 30.5, size: 14, turn: 0 },
    ])
    // A square of radius 13 reaches 9.75 pixels from its middle.
    expect(truth.boxes[0]).toEqual({ left: 10, top: 20, right: 30, bottom: 40 })
    expect(truth.labels).toEqual([1, 0])
    expect([picture[30 * 64 + 20], truth.mask[30 * 64 + 20]]).toEqual([Math.fround(0.8), 2])
    expect(truth.mask[30 * 64 + 40]).toBe(1)
    expect(picture[0]).toBe(0)
  })

  it('turns clockwise, and leaves out what lies outside', () => {
    const triangle = (turn: number) => painted([{ shape: 2, x: 32, y: 32, size: 28, turn }]).truth.boxes[0]
    // Upright, its corner is far above its middle; turned by a right angle, far to the right.
    expect(32 - triangle(0).top).toBeGreaterThan(triangle(0).bottom - 32 + 4)
    expect(triangle(90).right - 32).toBeGreaterThan(32 - triangle(90).left + 4)
    expect(painted([]).truth).toEqual({ boxes: [], labels: [], mask: new Uint8Array(4096) })
  })

  it('is as far inside as the distance says, whatever the shape', () => {
    for (const shape of shapeNames.keys()) {
      expect(distanceTo(shape, 0, 0)).toBeLessThan(-0.3)
      expect(distanceTo(shape, 1.5, 0)).toBeGreaterThan(0.4)
      for (const [x, y] of corners[shape]) expect(Math.abs(distanceTo(shape, x, y))).toBeLessThan(1e-9)
    }
    expect(distanceTo(1, 2, 0)).toBeCloseTo(1.25, 6)
  })

  it('is drawn by chance alike from one seed, within the picture', () => {
    expect(randomScene(4)).toEqual(randomScene(4))
    expect(randomScene(4)).not.toEqual(randomScene(5))
    for (const [, x, y, size] of randomScene(9)) {
      expect(Math.min(x, y, 64 - x, 64 - y)).toBeGreaterThanOrEqual(size / 2)
    }
  })

  it('looks as the generator paints one', async () => {
    const set = sceneSet(1, 5)
    const picture = new Float32Array(4096)
    const { boxes, labels } = await set.read(0, picture)
    expect(boxes.length).toBeGreaterThan(0)
    expect(Math.max(...labels)).toBeLessThan(shapeNames.length)
  })
})

describe('boxes', () => {
  const at = (left: number) => ({ left, top: 0, right: left + 20, bottom: 20 })
  const truth = { boxes: [at(0), at(8), at(60)], labels: [1, 1, 2] }
  const found: ScoredBox[] = [
    { label: 1, score: 0.9, box: at(2) },
    { label: 1, score: 0.8, box: at(1) },
    { label: 2, score: 0.7, box: at(0) },
  ]

  it.each([0.1, 0.5, 0.6])('are right as COCO counts them, at an IoU of %d', (iou) => {
    const { detections, missed } = matched(found, truth, iou)
    const right = detections.filter(({ isRight }) => isRight).length
    expect(missed).toHaveLength(truth.boxes.length - right)
    if (iou !== 0.5) return
    const { AR100 } = averagePrecision(
      truth.boxes.map((box, i) => ({ image: 0, category: truth.labels[i], box })),
      found.map(({ label, ...each }) => ({ image: 0, category: label, ...each })),
    )
    expect(AR100).toBeGreaterThan(0)
    expect(detections.map(({ isRight }) => isRight)).toEqual([true, false, false])
    expect(detections[0].iou).toBeCloseTo(intersectionOverUnion(at(0), at(2)), 6)
  })

  it('at a score are those before it on the curve', () => {
    const curve = { recall: [0.5, 0.5, 1], precision: [1, 0.5, 0.67], scores: [0.9, 0.6, 0.3] }
    expect(atScore(curve, 0.5)).toEqual({ recall: 0.5, precision: 0.5, boxes: 2 })
    expect(atScore(curve, 0.95)).toEqual({ recall: 0, precision: 1, boxes: 0 })
    expect(atScore(curve, 0)).toEqual({ recall: 1, precision: 0.67, boxes: 3 })
  })
})
