import { describe, expect, it } from 'vitest'
import { Random } from '../../../src/core/random.ts'
import { falsePositiveKinds, falsePositives } from '../../../src/vision/metrics/false-positives.ts'
import type { DetectedObject, TruthObject } from '../../../src/vision/metrics/objects.ts'
import { precisionRecallCurve } from '../../../src/vision/metrics/precision-recall-curve.ts'

const square = (left: number, top = 0) => ({ left, top, right: left + 10, bottom: top + 10 })
const truth = (image: number, category: number, left: number, crowd = false): TruthObject => ({
  image,
  category,
  box: square(left),
  crowd,
})
const found = (image: number, category: number, left: number, score: number): DetectedObject => ({
  image,
  category,
  box: square(left),
  score,
})

const none = { right: 0, duplicate: 0, localization: 0, otherClass: 0, background: 0 }

describe('what detections are', () => {
  const truths = [truth(1, 1, 0), truth(1, 1, 100), truth(1, 2, 50), truth(2, 1, 0), truth(2, 1, 30), truth(2, 1, 300)]

  it('tells right ones from duplicates, misplaced ones, those of another class, and those of nothing', () => {
    const detections = [
      found(1, 1, 1, 0.9),
      // The object has the one above, which has the better score.
      found(1, 1, 0, 0.8),
      // An IoU of 4 / 16, and on an object of class 2 with the same overlap: its own class goes first.
      found(1, 1, 106, 0.7),
      found(1, 1, 52, 0.6),
      found(1, 1, 200, 0.5),
      // Of class 1 there are five objects: this one is the sixth.
      found(2, 1, 0, 0.4),
      found(1, 2, 50, 0.1),
    ]
    const { all, perCategory } = falsePositives(truths, detections)
    const first = { right: 1, duplicate: 1, localization: 1, otherClass: 1, background: 1 }
    expect(perCategory).toEqual({ 1: first, 2: { ...none, right: 1 } })
    expect(all).toEqual({ ...first, right: 2 })
  })

  it('goes by overlaps that can be chosen', () => {
    const detections = [found(1, 1, 106, 0.9), found(1, 1, 8, 0.8)]
    expect(falsePositives(truths, detections).all).toEqual({ ...none, localization: 2 })
    expect(falsePositives(truths, detections, { leastOverlap: 0.2 }).all).toEqual({
      ...none,
      localization: 1,
      background: 1,
    })
    expect(falsePositives(truths, detections, { iou: 0.25 }).all).toEqual({ ...none, right: 1, localization: 1 })
    expect(() => falsePositives([], [], { iou: 0 })).toThrow('iou is 0; expected above 0, at most 1')
    expect(() => falsePositives([], [], { leastOverlap: 0.6 })).toThrow('leastOverlap is 0.6; expected above 0, at')
  })

  it('counts neither crowds nor what falls on them, and nothing of a class without objects', () => {
    const crowded = [truth(1, 1, 0), truth(1, 1, 50, true)]
    const detections = [found(1, 1, 50, 0.9), found(1, 1, 55, 0.8), found(1, 1, 0, 0.7), found(1, 3, 0, 0.9)]
    expect(falsePositives(crowded, detections)).toEqual({
      all: { ...none, right: 1 },
      perCategory: { 1: { ...none, right: 1 }, 3: none },
    })
    expect(falsePositives([], [])).toEqual({ all: none, perCategory: {} })
  })

  it('has as many right as the curve of precision and recall where that has as many detections as objects', () => {
    const random = new Random(7)
    const place = () => Math.floor(60 * random.uniform())
    const objects = Array.from({ length: 80 }, (_, i) => truth(i % 8, i % 3, place()))
    const detections = Array.from({ length: 200 }, (_, i) => found(i % 8, i % 3, place(), random.uniform()))
    const { all, perCategory } = falsePositives(objects, detections)
    for (const category of [0, 1, 2]) {
      const there = objects.filter((object) => object.category === category).length
      const { recall } = precisionRecallCurve(objects, detections, { category })
      const { right, ...wrong } = perCategory[category]
      expect(right).toBe(Math.round(recall[there - 1] * there))
      expect(right + Object.values(wrong).reduce((a, b) => a + b, 0)).toBe(there)
    }
    // Each kind is there, or there is nothing to see here.
    for (const kind of ['right', ...falsePositiveKinds.slice(0, 3)] as const) expect(all[kind]).toBeGreaterThan(0)
  })
})
