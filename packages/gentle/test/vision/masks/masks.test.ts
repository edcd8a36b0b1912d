import { describe, expect, it } from 'vitest'
import { FormatError } from '../../../src/core/errors.ts'
import {
  compressCounts,
  compressRunLengths,
  decodeRunLengths,
  encodeRunLengths,
  fillPolygons,
  parseCounts,
  runLengthArea,
  runLengthBox,
} from '../../../src/vision/masks/index.ts'
import golden from '../../goldens/coco-masks.json' with { type: 'json' }

/** A picture of a mask, # inside. */
const drawn = (mask: Uint8Array, width: number): string[] =>
  [...mask]
    .join('')
    .replace(/0/g, '.')
    .replace(/1/g, '#')
    .match(new RegExp(`.{${width}}`, 'g')) ?? []

const square = (left: number, top: number, size: number): number[] => [
  ...[left, top, left + size, top],
  ...[left + size, top + size, left, top + size],
]

describe('masks as pycocotools makes them of polygons', () => {
  it.each(golden.cases.map((example, i) => ({ ...example, i })))(
    'case $i, $height x $width: pixels, runs, string, area, box',
    ({ height, width, polygons, counts, uncompressedCounts, area, bbox }) => {
      const mask = fillPolygons(polygons, height, width)
      const runs = encodeRunLengths(mask, height, width)
      expect(runs).toEqual({ height, width, counts: uncompressedCounts })
      expect(compressRunLengths(runs)).toEqual({ height, width, counts })
      expect(parseCounts(counts)).toEqual(uncompressedCounts)
      expect(decodeRunLengths({ height, width, counts })).toEqual(mask)
      expect(runLengthArea({ height, width, counts })).toBe(area)
      const { left, top, right, bottom } = runLengthBox(runs)
      expect([left, top, right - left, bottom - top]).toEqual(bbox)
    },
  )
})

describe('polygons', () => {
  it('fill a square of whole pixels exactly', () => {
    expect(drawn(fillPolygons([square(1, 1, 2)], 4, 5), 5)).toEqual(['.....', '.##..', '.##..', '.....'])
  })

  it('of one object join where they overlap', () => {
    const mask = fillPolygons([square(0, 0, 2), square(1, 1, 2)], 3, 4)
    expect(drawn(mask, 4)).toEqual(['##..', '###.', '.##.'])
  })

  it('leave a hole out that the same outline goes round', () => {
    const ring = [...square(0, 0, 5), 0, 0, ...square(1, 1, 3), 1, 1]
    expect(drawn(fillPolygons([ring], 5, 5), 5)).toEqual(['#####', '#...#', '#...#', '#...#', '#####'])
  })

  it('outside the picture, or none, give an empty mask; one around it fills it', () => {
    expect(fillPolygons([square(10, 10, 5)], 3, 4).some(Boolean)).toBe(false)
    expect(fillPolygons([], 3, 4)).toEqual(new Uint8Array(12))
    expect(fillPolygons([square(-5, -5, 50)], 3, 4)).toEqual(new Uint8Array(12).fill(1))
  })

  it('of equal corners enclose nothing', () => {
    expect(fillPolygons([[2, 2, 2, 2, 2, 2]], 4, 4).some(Boolean)).toBe(false)
    expect(fillPolygons([[...square(1, 1, 2), 1, 3]], 4, 4)).toEqual(fillPolygons([square(1, 1, 2)], 4, 4))
  })

  it('that are broken are refused', () => {
    expect(() => fillPolygons([square(0, 0, 1), [1, 2, 3, 4]], 4, 4)).toThrow(
      'Polygon 1 has 4 numbers; expected an even',
    )
    expect(() => fillPolygons([[1, 2, 3, 4, 5, 6, 7]], 4, 4)).toThrow('7 numbers')
    expect(() => fillPolygons([[1, 2, 3, NaN, 5, 6]], 4, 4)).toThrow('Number 3 of polygon 0 is NaN')
    expect(() => fillPolygons([[1, 2, 3, 1e12, 5, 6]], 4, 4)).toThrow(FormatError)
  })
})

describe('run lengths', () => {
  // Inside: the lower two of the first column and the upper of the second, then one at the end.
  const mask = Uint8Array.of(0, 1, 0, 1, 0, 0, 1, 0, 1)
  const runs = { height: 3, width: 3, counts: [1, 3, 4, 1] }

  it('go down the columns, and begin outside', () => {
    expect(encodeRunLengths(mask, 3, 3)).toEqual(runs)
    expect(decodeRunLengths(runs)).toEqual(mask)
    expect(encodeRunLengths(Uint8Array.of(7, 0), 1, 2).counts).toEqual([0, 1, 1])
  })

  it('tell area and box', () => {
    expect(runLengthArea(runs)).toBe(4)
    expect(runLengthBox({ ...runs, counts: [1, 3, 5] })).toEqual({ left: 0, top: 0, right: 2, bottom: 3 })
    expect(runLengthBox({ ...runs, counts: [4, 1, 4] })).toEqual({ left: 1, top: 1, right: 2, bottom: 2 })
    expect(runLengthBox({ ...runs, counts: [9] })).toEqual({ left: 0, top: 0, right: 0, bottom: 0 })
    expect(runLengthBox({ ...runs, counts: [1, 0, 3, 1, 4] })).toEqual({ left: 1, top: 1, right: 2, bottom: 2 })
  })

  it('of masks with no pixels and with no object are well defined', () => {
    expect(encodeRunLengths(new Uint8Array(0), 0, 0).counts).toEqual([0])
    expect(decodeRunLengths({ height: 0, width: 0, counts: [0] })).toEqual(new Uint8Array(0))
    expect(runLengthArea(encodeRunLengths(new Uint8Array(6), 2, 3))).toBe(0)
  })

  it('survive compression, large and small', () => {
    const counts = [0, 1, 31, 32, 15, 16, 1_000_000, 3, 2_000_000_000, 17, 0, 5]
    expect(parseCounts(compressCounts(counts))).toEqual(counts)
  })

  it('that are broken are refused', () => {
    expect(() => decodeRunLengths({ ...runs, counts: [1, 3] })).toThrow('sum to 4; expected 3 x 3 = 9')
    expect(() => decodeRunLengths({ ...runs, counts: [12, -3] })).toThrow('Run 1 of a run-length mask is -3')
    expect(() => decodeRunLengths({ ...runs, counts: [8.5, 0.5] })).toThrow('Run 0')
    expect(() => parseCounts('1!2')).toThrow("Character 1 of run-length counts is '!'")
    expect(() => parseCounts('oooooooo')).toThrow(FormatError)
    expect(() => parseCounts('1P')).toThrow('end within a number')
    expect(() => encodeRunLengths(mask, 2, 3)).toThrow('A mask of 9 pixels; expected 2 x 3 = 6')
  })
})
