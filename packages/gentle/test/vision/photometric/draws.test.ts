/** What chance does: statistics of many draws beside what theory says. Bounds are five standard errors by default. */
import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../../src/core/errors.ts'
import { Random } from '../../../src/core/random.ts'
import { type Box, boxArea } from '../../../src/vision/boxes.ts'
import { elasticField } from '../../../src/vision/elastic.ts'
import { mapPoint } from '../../../src/vision/geometry.ts'
import { type Corners, perspectiveCoefficients, randomCorners } from '../../../src/vision/perspective.ts'
import { cutoutBox, eraseRectangle, gaussianNoise, randomErasingBox } from '../../../src/vision/photometric/index.ts'

const stream = (): Random => new Random(4, 'draws')

function momentsOf(values: ArrayLike<number>): { mean: number; std: number } {
  let [sum, squares] = [0, 0]
  for (let i = 0; i < values.length; i++) sum += values[i]
  const mean = sum / values.length
  for (let i = 0; i < values.length; i++) squares += (values[i] - mean) ** 2
  return { mean, std: Math.sqrt(squares / values.length) }
}

/** The mean is the wanted one, but for chance. */
function expectMean(values: ArrayLike<number>, wanted: number): void {
  const { mean, std } = momentsOf(values)
  expect(Math.abs(mean - wanted)).toBeLessThan((5 * std) / Math.sqrt(values.length))
}

describe('normal noise', () => {
  const noisy = (std: number, length = 20_000, random = stream()): Float32Array => {
    const pixels = new Float32Array(length).fill(0.5)
    gaussianNoise(pixels, 1, 1, length, std, random)
    return pixels
  }

  it('has its mean, deviation and share beyond two deviations, and neighbours that know nothing of each other', () => {
    const pixels = noisy(0.1)
    expectMean(pixels, 0.5)
    expect(momentsOf(pixels).std / 0.1).toBeCloseTo(1, 1)
    const beyond = Float32Array.from(pixels, (value) => (Math.abs(value - 0.5) > 0.2 ? 1 : 0))
    expectMean(beyond, 0.0455)
    for (const apart of [1, 2, 28])
      expectMean(
        pixels.subarray(apart).map((value, i) => (value - 0.5) * (pixels[i] - 0.5)),
        0,
      )
  })

  it('is clipped to [0, 1]', () => {
    const pixels = noisy(2)
    expect(pixels.every((value) => value >= 0 && value <= 1)).toBe(true)
    expect(pixels).toContain(0)
    expect(pixels).toContain(1)
  })

  it('reaches the last pixel of an odd number', () => {
    expect(noisy(0.1, 5).every((value) => value !== 0.5)).toBe(true)
  })

  it('is the same for the same stream, and another in the next picture', () => {
    const random = stream()
    const first = noisy(0.1, 100, random)
    expect(noisy(0.1, 100)).toEqual(first)
    expect(noisy(0.1, 100, random)).not.toEqual(first)
  })
})

describe('a rectangle is erased', () => {
  const box: Box = { left: 1, top: 2, right: 4, bottom: 3 }
  const [channels, height, width] = [3, 4, 5]
  const inside = (i: number): boolean => {
    const [x, y] = [i % width, Math.floor(i / width) % height]
    return x >= box.left && x < box.right && y >= box.top && y < box.bottom
  }

  it('with a value in every channel, and nothing else', () => {
    const pixels = new Float32Array(60).fill(0.5)
    eraseRectangle(pixels, channels, height, width, box, 0.25)
    expect([...pixels]).toEqual(Array.from({ length: 60 }, (_, i) => (inside(i) ? 0.25 : 0.5)))
  })

  it('with noise in [0, 1) that differs from pixel to pixel', () => {
    const pixels = new Float32Array(60).fill(2)
    eraseRectangle(pixels, channels, height, width, box, stream())
    const erased = pixels.filter((_, i) => inside(i))
    expect(erased.every((value) => value >= 0 && value < 1)).toBe(true)
    expect(new Set(erased).size).toBe(9)
    expect(pixels.filter((value) => value === 2).length).toBe(60 - 9)
  })
})

describe('the square of cutout', () => {
  const random = stream()
  const boxes = Array.from({ length: 4000 }, () => cutoutBox(28, 20, 9, random))

  it('is whole in the middle, clipped at the borders, and never empty', () => {
    for (const { left, top, right, bottom } of boxes) {
      expect(Math.min(left, top)).toBeGreaterThanOrEqual(0)
      expect(right).toBeLessThanOrEqual(20)
      expect(bottom).toBeLessThanOrEqual(28)
      if (left > 0 && right < 20) expect(right - left).toBe(9)
      if (top > 0 && bottom < 28) expect(bottom - top).toBe(9)
      expect(Math.min(right - left, bottom - top)).toBeGreaterThanOrEqual(5)
    }
  })

  it('has any pixel for its middle', () => {
    // Of the 20 and 28 places, 4 on either side cut off 1 to 4 pixels.
    expectMean(boxes.map(boxArea), (9 - 20 / 20) * (9 - 20 / 28))
    expectMean(
      boxes.map(({ left, right }) => (left + right) / 2),
      10,
    )
  })
})

describe('the rectangle of random erasing', () => {
  const random = stream()
  const all = Array.from({ length: 4000 }, () => randomErasingBox(400, 400, random))
  const boxes = all.filter((box) => box !== undefined)

  it('is found, within the picture', () => {
    expect(boxes.length).toBe(4000)
    for (const { left, top, right, bottom } of boxes) {
      expect(Math.min(left, top)).toBeGreaterThanOrEqual(0)
      expect(Math.max(right, bottom)).toBeLessThanOrEqual(400)
    }
  })

  it('has areas and aspects within their ranges, but for whole pixels', () => {
    for (const box of boxes) {
      expect(boxArea(box) / 400 ** 2).toBeGreaterThan(0.019)
      expect(boxArea(box) / 400 ** 2).toBeLessThan(0.334)
      const aspect = (box.bottom - box.top) / (box.right - box.left)
      expect(aspect).toBeGreaterThan(0.29)
      expect(aspect).toBeLessThan(3.41)
    }
  })

  it('has areas spread evenly, and aspects evenly by their logarithm, where all fit', () => {
    const random = stream()
    // At most 0.25 of the area and 1 to 3: at most √0.75 of the height.
    const fitting = Array.from({ length: 4000 }, () =>
      randomErasingBox(400, 400, random, { area: [0.05, 0.25], aspect: [1 / 3, 3] }),
    ).filter((box) => box !== undefined)
    const areas = fitting.map((box) => boxArea(box) / 400 ** 2)
    expectMean(areas, 0.15)
    expect(momentsOf(areas).std / (0.2 / Math.sqrt(12))).toBeCloseTo(1, 1)
    const aspects = fitting.map(({ left, top, right, bottom }) => Math.log((bottom - top) / (right - left)))
    expectMean(aspects, 0)
    expect(momentsOf(aspects).std / ((2 * Math.log(3)) / Math.sqrt(12))).toBeCloseTo(1, 1)
    expectMean(
      fitting.map(({ top, bottom }) => (top + bottom) / 2),
      200,
    )
  })

  it('is not found where none fits, after ten draws', () => {
    expect(randomErasingBox(28, 28, stream(), { area: [1, 1], aspect: [2, 2] })).toBeUndefined()
  })
})

describe('the corners of a random perspective', () => {
  const draws = (distortion: number, number = 4000) => {
    const random = stream()
    return Array.from({ length: number }, () => randomCorners(distortion, random, 20, 30).endPoints)
  }

  it('move inwards by 0 to half of half the sides, all as often', () => {
    const all = draws(0.5)
    const inwards = all.flatMap(([a, b, c, d]) => [a.x, 29 - b.x, 29 - c.x, d.x])
    const downwards = all.flatMap(([a, b, c, d]) => [a.y, b.y, 19 - c.y, 19 - d.y])
    for (const [moves, max] of [
      [inwards, 7],
      [downwards, 5],
    ] as const)
      for (let by = -1; by <= max + 1; by++)
        if (by < 0 || by > max) expect(moves).not.toContain(by)
        else
          expectMean(
            moves.map((move) => (move === by ? 1 : 0)),
            1 / (max + 1),
          )
  })

  it('stay where there is no distortion', () => {
    const { startPoints, endPoints } = randomCorners(0, stream(), 20, 30)
    expect(endPoints).toEqual(startPoints)
  })

  it('never fold the picture, not even at full distortion: the map leads back and all of it is in sight', () => {
    const { startPoints } = randomCorners(0, stream(), 20, 30)
    for (const endPoints of draws(1, 1000)) {
      const back = perspectiveCoefficients(startPoints, endPoints)
      for (const [i, { x, y }] of endPoints.entries()) {
        expect(back[6] * x + back[7] * y + back[8]).toBeGreaterThan(0)
        const start = mapPoint(back, { x, y })
        expect(start.x).toBeCloseTo(startPoints[i].x, 6)
        expect(start.y).toBeCloseTo(startPoints[i].y, 6)
      }
    }
  })

  it('are refused by the map where three are on a line', () => {
    const { startPoints } = randomCorners(0, stream(), 20, 30)
    const flat: Corners = [startPoints[0], { x: 10, y: 0 }, { x: 20, y: 0 }, startPoints[3]]
    expect(() => perspectiveCoefficients(startPoints, flat)).toThrow(ArgumentError)
  })
})

describe('an elastic field', () => {
  it('has the standard deviation that theory says away from the edges, and no drift', () => {
    const random = stream()
    const middles = Array.from({ length: 400 }, () => {
      const field = elasticField(34, 4, random, 28, 28)
      return [field[14 * 28 + 14], field[28 * 28 + 14 * 28 + 14]]
    })
    for (const axis of [0, 1]) {
      const moves = middles.map((middle) => middle[axis])
      expectMean(moves, 0)
      // From 400 draws a standard deviation is known to 3.5 %.
      const { std } = momentsOf(moves)
      expect(Math.abs(std / (34 / (4 * Math.sqrt(12 * Math.PI))) - 1)).toBeLessThan(5 * 0.035)
    }
    expectMean(
      middles.map(([x, y]) => x * y),
      0,
    )
  })

  it('is smooth: neighbours move alike, those far apart do not', () => {
    const random = stream()
    const alike = (apart: number): number => {
      let [together, own] = [0, 0]
      for (let draw = 0; draw < 100; draw++) {
        const field = elasticField(1, 2, random, 40, 40)
        for (let j = 10; j < 20; j++) {
          together += field[20 * 40 + j] * field[20 * 40 + j + apart]
          own += field[20 * 40 + j] ** 2
        }
      }
      return together / own
    }
    // The correlation of smoothed noise: exp(-(d / 2 sigma)²).
    expect(Math.abs(alike(1) - Math.exp(-1 / 16))).toBeLessThan(0.03)
    expect(Math.abs(alike(2) - Math.exp(-1 / 4))).toBeLessThan(0.1)
    expect(Math.abs(alike(12))).toBeLessThan(0.2)
  })

  it('is written where one asks, from the same stream the same', () => {
    const into = new Float32Array(2 * 5 * 7).fill(9)
    expect(elasticField(3, 1, stream(), 5, 7, into)).toBe(into)
    expect(elasticField(3, 1, stream(), 5, 7)).toEqual(into)
    expect(elasticField(0, 1, stream(), 5, 7).every((value) => value === 0)).toBe(true)
  })
})
