import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  type Box,
  boxArea,
  clipBox,
  generalizedIntersectionOverUnion,
  intersectionOverUnion,
  mapBox,
  mapPoints,
} from '../../src/vision/boxes.ts'
import {
  horizontalFlipMap,
  type PlaneMap,
  rotationMap,
  shearMap,
  shiftMap,
  verticalFlipMap,
  zoomMap,
} from '../../src/vision/geometry.ts'

const box: Box = { left: 2, top: 1, right: 5, bottom: 3 }
const middle = { x: 5, y: 4 }

describe('a box of a picture of 8 x 10 goes where its pixels go', () => {
  it.each<[string, PlaneMap, Box]>([
    ['mirrored', horizontalFlipMap(10), { left: 5, top: 1, right: 8, bottom: 3 }],
    ['upside down', verticalFlipMap(8), { left: 2, top: 5, right: 5, bottom: 7 }],
    ['shifted', shiftMap(1.5, -2), { left: 3.5, top: -1, right: 6.5, bottom: 1 }],
    ['enlarged about the middle', zoomMap(2, 2, middle), { left: -1, top: -2, right: 5, bottom: 2 }],
    ['turned by a quarter, anticlockwise', rotationMap(90, middle), { left: 2, top: 4, right: 4, bottom: 7 }],
    ['turned by a half', rotationMap(180, middle), { left: 5, top: 5, right: 8, bottom: 7 }],
    ['slanted', shearMap(1, 0, { x: 0, y: 0 }), { left: 3, top: 1, right: 8, bottom: 3 }],
  ])('%s', (_, map, wanted) => {
    expect(mapBox(map, box)).toEqual(wanted)
  })

  it('and is the box around the corners after an eighth of a turn', () => {
    const { left, top, right, bottom } = mapBox(rotationMap(45, middle), { left: 4, top: 3, right: 6, bottom: 5 })
    expect([left, top, right, bottom]).toEqual([
      expect.closeTo(5 - Math.SQRT2),
      expect.closeTo(4 - Math.SQRT2),
      expect.closeTo(5 + Math.SQRT2),
      expect.closeTo(4 + Math.SQRT2),
    ])
  })

  it('in perspective, too, where what is further right is smaller', () => {
    const away = Float64Array.of(1, 0, 0, 0, 1, 0, 1, 0, 1)
    expect(mapBox(away, { left: 0, top: 2, right: 1, bottom: 4 })).toEqual({ left: 0, top: 1, right: 0.5, bottom: 4 })
    expect(mapPoints(away, [middle, { x: 1, y: 1 }])).toEqual([
      { x: 5 / 6, y: 4 / 6 },
      { x: 0.5, y: 0.5 },
    ])
  })
})

describe('a box is clipped', () => {
  it('to the picture', () => {
    expect(clipBox({ left: -1, top: 6, right: 4, bottom: 12 }, 8, 10)).toEqual({ left: 0, top: 6, right: 4, bottom: 8 })
    expect(clipBox(box, 8, 10)).toEqual(box)
  })

  it('to nothing where it is outside', () => {
    expect(boxArea(clipBox({ left: 11, top: 2, right: 14, bottom: 4 }, 8, 10))).toBe(0)
  })
})

describe('intersection over union', () => {
  const square = { left: 0, top: 0, right: 2, bottom: 2 }

  it.each<[string, Box, number]>([
    ['a box and itself', square, 1],
    ['boxes that share a half each', { left: 1, top: 0, right: 3, bottom: 2 }, 1 / 3],
    ['a box within', { left: 0, top: 0, right: 1, bottom: 1 }, 1 / 4],
    ['boxes that touch', { left: 2, top: 0, right: 4, bottom: 2 }, 0],
    ['boxes that are apart in both directions', { left: 3, top: 3, right: 4, bottom: 4 }, 0],
    ['a box without area', { left: 1, top: 1, right: 1, bottom: 1 }, 0],
  ])('of %s', (_, other, wanted) => {
    expect(intersectionOverUnion(square, other)).toBeCloseTo(wanted, 12)
    expect(intersectionOverUnion(other, square)).toBeCloseTo(wanted, 12)
  })

  it('of two boxes without area is 0, not NaN', () => {
    const point = { left: 1, top: 1, right: 1, bottom: 1 }
    expect(intersectionOverUnion(point, point)).toBe(0)
  })

  it('does not take crossed edges for an area', () => {
    expect(boxArea({ left: 3, top: 3, right: 1, bottom: 1 })).toBe(0)
  })
})

describe('generalised intersection over union', () => {
  const square = { left: 0, top: 0, right: 2, bottom: 2 }
  const at = (x: number, y: number): Box => ({ left: x, top: y, right: x, bottom: y })

  it.each<[string, Box, Box, number]>([
    ['a box and itself', square, square, 1],
    ['a quarter within', square, { left: 0, top: 0, right: 1, bottom: 1 }, 1 / 4],
    ['boxes that overlap at a corner', square, { left: 1, top: 1, right: 3, bottom: 3 }, 1 / 7 - 2 / 9],
    ['boxes that touch along an edge', square, { left: 2, top: 0, right: 4, bottom: 2 }, 0],
    ['boxes that touch at a corner', square, { left: 2, top: 2, right: 4, bottom: 4 }, -1 / 2],
    ['boxes a width apart', square, { left: 4, top: 0, right: 6, bottom: 2 }, -1 / 3],
    ['a line in a box', square, { left: 1, top: 0, right: 1, bottom: 2 }, 0],
    ['a point beside a box', square, at(4, 0), -1 / 2],
    ['crossed edges, which have no area, in a box', square, { left: 2, top: 2, right: 0, bottom: 0 }, 0],
    ['a point and itself', at(1, 1), at(1, 1), 0],
    ['two points', at(0, 0), at(1, 1), -1],
    ['points of one line', at(0, 0), at(3, 0), 0],
  ])('of %s', (_, a, b, wanted) => {
    expect(generalizedIntersectionOverUnion(a, b)).toBeCloseTo(wanted, 12)
    expect(generalizedIntersectionOverUnion(b, a)).toBeCloseTo(wanted, 12)
  })

  it('agrees with torchvision', () => {
    const { a, b, cases }: { a: number[]; b: number[]; cases: Record<string, { value: number[] }> } = JSON.parse(
      readFileSync(new URL('../goldens/task-losses.json', import.meta.url), 'utf8'),
    ).boxes
    const box = (numbers: number[], i: number): Box => {
      const [left, top, right, bottom] = numbers.slice(4 * i)
      return { left, top, right, bottom }
    }
    const { boxIoU, generalizedIoU } = cases
    expect(generalizedIoU.value.length).toBe(a.length / 4)
    for (const [i, wanted] of generalizedIoU.value.entries()) {
      expect(generalizedIntersectionOverUnion(box(a, i), box(b, i))).toBeCloseTo(wanted, 8)
      expect(intersectionOverUnion(box(a, i), box(b, i))).toBeCloseTo(boxIoU.value[i], 8)
    }
  })
})
