import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../../src/core/errors.ts'
import { averagePrecision } from '../../../src/vision/metrics/average-precision.ts'
import { cocoBox, type DetectedObject, type TruthObject } from '../../../src/vision/metrics/objects.ts'
import golden from '../../goldens/coco-boxes.json' with { type: 'json' }

type Numbers4 = [number, number, number, number]

const close = (value: number, expected: number) => expect(Math.abs(value - expected)).toBeLessThan(1e-9)

/** A box of 10 x 10 whose left edge is here. */
const truth = (left: number, more: Partial<TruthObject> = {}): TruthObject => ({
  image: 1,
  category: 1,
  box: { left, top: 0, right: left + 10, bottom: 10 },
  ...more,
})
const detection = (left: number, score: number, more: Partial<DetectedObject> = {}): DetectedObject => ({
  ...truth(left),
  score,
  ...more,
})

describe('average precision', () => {
  it.each(golden.cases)('is what pycocotools measures: $name', (example) => {
    const report = averagePrecision(
      example.annotations.map(({ image_id, category_id, bbox, area, iscrowd }) => ({
        image: image_id,
        category: category_id,
        box: cocoBox(bbox as Numbers4),
        area,
        crowd: iscrowd === 1,
      })),
      example.detections.map(({ image_id, category_id, bbox, score }) => ({
        image: image_id,
        category: category_id,
        box: cocoBox(bbox as Numbers4),
        score,
      })),
      { images: example.images.map(({ id }) => id), categories: example.categories.map(({ id }) => id) },
    )
    for (const [key, expected] of Object.entries(example.stats))
      close(report[key as keyof typeof example.stats], expected)
    expect(Object.keys(report)).toEqual([...Object.keys(example.stats), 'perCategory'])
    expect(Object.keys(report.perCategory)).toEqual(Object.keys(example.perCategory))
    for (const [id, { AP, AP50 }] of Object.entries(example.perCategory)) {
      close(report.perCategory[Number(id)].AP, AP)
      close(report.perCategory[Number(id)].AP50, AP50)
    }
  })

  it('agrees with a case worked by hand', () => {
    // By falling score: right, wrong, right; so precision is 1 up to a recall of 1/2 and 2/3 up to 1.
    const report = averagePrecision([truth(0), truth(50)], [detection(0, 0.9), detection(200, 0.8), detection(50, 0.7)])
    const expected = (51 * 1 + 50 * (2 / 3)) / 101
    close(report.AP, expected)
    close(report.AP75, expected)
    close(report.APsmall, expected)
    expect(report.APlarge).toBe(-1)
    expect([report.AR1, report.AR10, report.AR100]).toEqual([0.5, 1, 1])
    expect(report.perCategory).toEqual({ 1: { AP: report.AP, AP50: report.AP50 } })
  })

  it('takes an overlap that just reaches the threshold', () => {
    // 5 of 15 pixels less is an IoU of 10 / 15; 2/3 reaches .50, .55, .60 and .65.
    const report = averagePrecision([truth(0)], [detection(0, 1, { box: { left: 0, top: 0, right: 15, bottom: 10 } })])
    close(report.AP, 0.4)
    const half = averagePrecision([truth(0)], [detection(0, 1, { box: { left: 0, top: 0, right: 5, bottom: 10 } })])
    expect([half.AP50, half.AP75]).toEqual([1, 0])
    close(half.AP, 0.1)
  })

  it('gives an object to one detection alone', () => {
    const report = averagePrecision([truth(0)], [detection(0, 0.6), detection(0, 0.9), detection(0, 0.8)])
    expect([report.AP, report.AR1]).toEqual([1, 1])
    const twice = averagePrecision([truth(0), truth(0)], [detection(0, 0.6), detection(0, 0.9)])
    expect([twice.AP, twice.AR1, twice.AR10]).toEqual([1, 0.5, 1])
  })

  it('counts detections in a crowd neither as right nor as wrong, however many there are', () => {
    const crowd = truth(100, { crowd: true, box: { left: 100, top: 0, right: 200, bottom: 100 } })
    const within = [110, 120, 130].map((left) => detection(left, 0.95))
    expect(averagePrecision([truth(0), crowd], [...within, detection(0, 0.5)]).AP).toBe(1)
    expect(averagePrecision([crowd], within)).toMatchObject({ AP: -1, AR100: -1, perCategory: { 1: { AP: -1 } } })
  })

  it("goes by an object's own area, not by its box's, for what is small", () => {
    const large = truth(0, { box: { left: 0, top: 0, right: 200, bottom: 200 }, area: 500 })
    const { APsmall, APlarge } = averagePrecision([large], [{ ...detection(0, 1), box: large.box }])
    expect([APsmall, APlarge]).toEqual([1, -1])
  })

  it('leaves detections beyond the best hundred of an image and category out', () => {
    const wrong = Array.from({ length: 100 }, (_, i) => detection(1000 + 20 * i, 0.9))
    expect(averagePrecision([truth(0)], [...wrong, detection(0, 0.5)]).AR100).toBe(0)
    expect(averagePrecision([truth(0)], [...wrong.slice(1), detection(0, 0.5)]).AR100).toBe(1)
  })

  it('takes equal scores by image, then as given', () => {
    const second = { image: 2 }
    const found = [detection(500, 0.5, second), detection(0, 0.5)]
    expect(averagePrecision([truth(0), truth(0, second)], found).AP50).toBeCloseTo(51 / 101, 12)
    expect(averagePrecision([truth(0)], [detection(500, 0.5), detection(0, 0.5)]).AP50).toBe(0.5)
  })

  it('measures within the images and categories that it is told, and tells of each category', () => {
    const truths = [truth(0), truth(0, { image: 2 }), truth(0, { category: 7 })]
    const found = [detection(0, 1), detection(0, 1, { category: 9 })]
    expect(averagePrecision(truths, found).perCategory).toMatchObject({
      1: { AP50: 51 / 101 },
      7: { AP: 0 },
      9: { AP: -1 },
    })
    expect(averagePrecision(truths, found, { images: [1], categories: [1, 3] })).toMatchObject({
      AP: 1,
      perCategory: { 1: { AP: 1 }, 3: { AP: -1 } },
    })
  })

  it('tells -1 of nothing and 0 where nothing was found', () => {
    expect(averagePrecision([], [])).toMatchObject({ AP: -1, AR100: -1, perCategory: {} })
    expect(averagePrecision([truth(0)], [])).toMatchObject({ AP: 0, APsmall: 0, APlarge: -1, AR1: 0 })
  })

  it('gives boxes without area to nothing, not even to each other', () => {
    const point = { left: 3, top: 3, right: 3, bottom: 3 }
    expect(averagePrecision([truth(0, { box: point })], [detection(0, 1, { box: point })]).AP).toBe(0)
  })

  it('measures a box that came with its size by that size', () => {
    // 0.01 + 32 - 0.01 is less than 32: as a difference, the wrong detection would not count as of medium size.
    const box = cocoBox([0.01, 0.01, 32, 32])
    expect(box.right - box.left).toBeLessThan(32)
    const truths = [truth(100, { area: 2000 })]
    const found = [detection(100, 0.5), detection(0, 0.9, { box })]
    expect(averagePrecision(truths, found).APmedium).toBeCloseTo(0.5, 12)
  })

  it('refuses boxes of negative size and scores that are not numbers', () => {
    const crossed = { left: 5, top: 0, right: 2, bottom: 4 }
    expect(() => averagePrecision([truth(0, { box: crossed })], [])).toThrow('Truth 0 has the box { left: 5')
    expect(() => averagePrecision([], [detection(0, 1, { box: { ...crossed, right: NaN } })])).toThrow('Detection 0')
    expect(() => averagePrecision([], [detection(0, 1), detection(0, NaN)])).toThrow('Detection 1 has the score NaN')
    expect(() => averagePrecision([], [detection(0, Infinity)])).toThrow(ArgumentError)
  })
})
