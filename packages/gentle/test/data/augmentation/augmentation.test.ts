import { describe, expect, test } from 'vitest'
import { ArgumentError } from '../../../src/core/errors.ts'
import { Random } from '../../../src/core/random.ts'
import { Augmentation } from '../../../src/data/augmentation/augmentation.ts'
import { augmented } from '../../../src/data/augmentation/augmented.ts'
import { type Policy, policies, settlePolicy, transformNames } from '../../../src/data/augmentation/policy.ts'
import { inMemory } from '../../../src/data/memory.ts'

const size = { channels: 3, height: 24, width: 32 } as const

/** A picture whose values tell places apart. */
const ramp = (): Float32Array => Float32Array.from({ length: 3 * 24 * 32 }, (_, i) => ((i * 37) % 255) / 255)

/** Draws once by a seed. */
function drawn(policy: Policy, seed = 0, of: { channels: number; height: number; width: number } = size): Augmentation {
  const augmentation = new Augmentation(policy, of)
  augmentation.draw(new Random(seed, 'test'))
  return augmentation
}

const box = { left: 4, top: 6, right: 12, bottom: 10 }

describe('boxes, masks and points follow the picture', () => {
  test('when it is mirrored', () => {
    const flip = drawn([{ type: 'flip', probability: 1 }])
    expect(flip.boxes([box])).toEqual([{ left: 20, top: 6, right: 28, bottom: 10 }])
    expect(flip.points([{ x: 0, y: 3 }])).toEqual([{ x: 32, y: 3 }])
    const down = drawn([{ type: 'flip', axis: 'vertical', probability: 1 }])
    expect(down.boxes([box])).toEqual([{ left: 4, top: 14, right: 12, bottom: 18 }])
  })

  test('when it is turned by a quarter about its middle', () => {
    const turned = drawn([{ type: 'rotate', degrees: [90, 90] }])
    // (x, y) from the middle goes to (y, -x).
    const [moved] = turned.boxes([box])
    expect(moved).toEqual({ left: 10, top: 16, right: 14, bottom: 24 })
  })

  test('when it is moved, cut off at the edge, and left out where too little is left', () => {
    const shifted = drawn([{ type: 'shift', across: [0.75, 0.75], down: [0, 0] }])
    expect(shifted.boxes([box])).toEqual([{ left: 28, top: 6, right: 32, bottom: 10 }])
    expect(shifted.boxes([box], { minVisibility: 0.6 })).toEqual([undefined])
    expect(shifted.boxes([{ ...box, left: 9 }])).toEqual([undefined])
  })

  test('when it is enlarged', () => {
    const zoomed = drawn([{ type: 'zoom', factor: [2, 2] }])
    const [moved] = zoomed.boxes([{ left: 12, top: 8, right: 20, bottom: 16 }])
    expect(moved!.left).toBeCloseTo(8)
    expect(moved!.top).toBeCloseTo(4)
    expect(moved!.right).toBeCloseTo(24)
    expect(moved!.bottom).toBeCloseTo(20)
  })

  test.each([
    ['rotate', { type: 'rotate', degrees: 40 }],
    ['shear', { type: 'shear', across: 20, down: 10 }],
    ['perspective', { type: 'perspective', distortion: 0.5 }],
    ['resizedCrop', { type: 'resizedCrop', area: [0.5, 1] }],
    ['elastic', { type: 'elastic', alpha: 34, sigma: 4 }],
  ] as [string, Policy[number]][])(
    'under %s: the mask of a filled box lies in the moved box and nearly fills its middle',
    (_, transform) => {
      for (let seed = 0; seed < 8; seed++) {
        const augmentation = drawn([transform], seed)
        const mask = new Float32Array(24 * 32)
        for (let i = 8; i < 16; i++) mask.fill(1, i * 32 + 10, i * 32 + 22)
        const moved = augmentation.mask(mask)
        const [around] = augmentation.boxes([{ left: 10, top: 8, right: 22, bottom: 16 }])
        expect(around).toBeDefined()
        let inside = 0
        for (let k = 0; k < moved.length; k++) {
          if (moved[k] === 0) continue
          inside++
          const [x, y] = [(k % 32) + 0.5, Math.floor(k / 32) + 0.5]
          // Half a pixel of the mask's steps.
          expect(x).toBeGreaterThan(around!.left - 0.75)
          expect(x).toBeLessThan(around!.right + 0.75)
          expect(y).toBeGreaterThan(around!.top - 0.75)
          expect(y).toBeLessThan(around!.bottom + 0.75)
        }
        expect(inside).toBeGreaterThan(20)
      }
    },
  )

  test('the picture and its mask stay together', () => {
    const policy: Policy = [{ type: 'rotate', degrees: 30 }, { type: 'elastic' }]
    const augmentation = drawn(policy, 3, { channels: 1, height: 24, width: 32 })
    const mask = new Float32Array(24 * 32)
    for (let i = 6; i < 18; i++) mask.fill(1, i * 32 + 8, i * 32 + 24)
    const picture = mask.slice()
    const moved = augmentation.mask(mask)
    augmentation.change(picture)
    const apart = moved.filter((value, i) => Math.abs(value - picture[i]) > 0.75).length
    expect(apart).toBe(0)
  })
})

describe('chance', () => {
  const pictures = inMemory({
    name: 'ramps',
    inputs: Float32Array.from({ length: 6 * ramp().length }, (_, i) => ((i * 31) % 255) / 255),
    inputShape: [3, 24, 32],
    targets: Uint8Array.of(0, 1, 0, 1, 0, 1),
    classes: ['a', 'b'],
  })
  const pixels = ramp().length
  const read = (policy: Policy, indices: number[], pass: number, seed = 0): Float32Array => {
    const set = augmented(pictures, policy, { seed })
    const inputs = new Float32Array(indices.length * pixels)
    set.read(indices, inputs, new Int32Array(indices.length), pass)
    return inputs
  }

  test.each(Object.entries(policies).filter(([name]) => !/mix/i.test(name)))(
    '%s: an example depends on seed, pass and index alone, not on what is read with it',
    (_, policy) => {
      const together = read(policy, [0, 1, 2, 3, 4, 5], 2)
      for (const index of [5, 0, 3])
        expect(read(policy, [index], 2)).toEqual(together.subarray(index * pixels, (index + 1) * pixels))
    },
  )

  test('another pass, another index and another seed are drawn anew', () => {
    const policy = policies.digits
    const one = read(policy, [0], 0)
    expect(read(policy, [0], 1)).not.toEqual(one)
    expect(read(policy, [0], 0, 1)).not.toEqual(one)
  })

  test('what is drawn is spread evenly over its range', () => {
    const augmentation = new Augmentation([{ type: 'shift', across: 0.25 }], size)
    const stream = new Random(0, 'statistics')
    const places = Array.from({ length: 4000 }, (_, i) => {
      augmentation.draw(stream.fork(0, i))
      return augmentation.points([{ x: 0, y: 0 }])[0].x / 32
    })
    const mean = places.reduce((sum, x) => sum + x, 0) / places.length
    const variance = places.reduce((sum, x) => sum + (x - mean) ** 2, 0) / places.length
    expect(Math.min(...places)).toBeGreaterThan(-0.25)
    expect(Math.max(...places)).toBeLessThan(0.25)
    // Five standard errors of the mean, and of the variance, of an even spread.
    expect(Math.abs(mean)).toBeLessThan(5 * (0.5 / Math.sqrt(12 * 4000)))
    expect(variance / (0.25 / 12)).toBeCloseTo(1, 1)
  })

  test('a flip of probability 0.3 happens in three of ten pictures', () => {
    const augmentation = new Augmentation([{ type: 'flip', probability: 0.3 }], size)
    const stream = new Random(1, 'statistics')
    let flips = 0
    for (let i = 0; i < 4000; i++) {
      augmentation.draw(stream.fork(0, i))
      if (augmentation.points([{ x: 1, y: 0 }])[0].x > 16) flips++
    }
    expect(Math.abs(flips / 4000 - 0.3)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / 4000))
  })

  test('a resized crop keeps to its areas and aspects', () => {
    const augmentation = new Augmentation([{ type: 'resizedCrop', area: [0.2, 0.6], aspect: [0.8, 1.25] }], {
      channels: 1,
      height: 200,
      width: 200,
    })
    const stream = new Random(2, 'statistics')
    for (let i = 0; i < 300; i++) {
      augmentation.draw(stream.fork(0, i))
      const [origin, right, below] = augmentation.points([
        { x: 0, y: 0 },
        { x: 1, y: 0 },
        { x: 0, y: 1 },
      ])
      const [across, down] = [1 / (right.x - origin.x), 1 / (below.y - origin.y)]
      expect(across * down).toBeGreaterThan(0.19)
      expect(across * down).toBeLessThan(0.61)
      expect(across / down).toBeGreaterThan(0.78)
      expect(across / down).toBeLessThan(1.28)
    }
  })
})

test('every transform can be had with its least options, and leaves values that are numbers', () => {
  const needed: Record<string, object> = {
    rotate: { degrees: 10 },
    zoom: { factor: [0.8, 1.2] },
    stretch: { aspect: [0.8, 1.2] },
    crop: { padding: 2 },
    perspective: { distortion: 0.3 },
    brightness: { factor: [0.5, 1.5] },
    contrast: { factor: [0.5, 1.5] },
    saturation: { factor: [0.5, 1.5] },
    sharpness: { factor: [0.5, 1.5] },
    hue: { shift: 0.1 },
    gamma: { exponent: [0.5, 2] },
    noise: { std: 0.1 },
    blur: { sigma: [0.5, 2] },
    posterize: { bits: 3 },
  }
  for (const type of Object.keys(transformNames).filter((name) => !/mix|outside/i.test(name))) {
    const transform = { type, ...needed[type], probability: 1 } as Policy[number]
    const pixels = ramp()
    drawn([transform]).change(pixels)
    expect(pixels.every(Number.isFinite), type).toBe(true)
    expect(pixels, type).not.toEqual(
      type === 'trivialAugment' || type === 'shift' || type === 'shear' ? undefined : ramp(),
    )
  }
})

test('transforms that move pixels interpolate once: there and back is sharp', () => {
  const back = drawn([
    { type: 'rotate', degrees: [30, 30] },
    { type: 'zoom', factor: [1.5, 1.5] },
    { type: 'zoom', factor: [1 / 1.5, 1 / 1.5] },
    { type: 'rotate', degrees: [-30, -30] },
  ])
  const pixels = ramp()
  back.change(pixels)
  const apart = pixels.reduce((max, value, i) => Math.max(max, Math.abs(value - ramp()[i])), 0)
  expect(apart).toBeLessThan(1e-6)
})

describe('a policy that is none is refused', () => {
  test.each([
    ['{ "type": "flip" }', {}, 'a policy is a list'],
    ['a name in a list', ['flip'], 'transform 1 of the policy is "flip"; expected an object with a type'],
    [
      'an unknown type',
      [{ type: 'flip' }, { type: 'turn' }],
      "transform 2 of the policy has the unknown type 'turn'; choose from flip",
    ],
    [
      'an unknown option',
      [{ type: 'flip', angle: 3 }],
      "transform 1 of the policy (flip) has no option 'angle'; choose from axis, probability",
    ],
    [
      'a missing option',
      [{ type: 'rotate' }],
      'transform 1 of the policy (rotate): degrees is missing; expected a number from 0 to 360',
    ],
    ['an angle beyond', [{ type: 'rotate', degrees: 400 }], 'degrees is 400; expected a number from 0 to 360'],
    ['a range upside down', [{ type: 'zoom', factor: [2, 1] }], 'factor is [2,1]; expected two numbers'],
    ['a factor of 0', [{ type: 'zoom', factor: [0, 1] }], 'factor is [0,1]; expected two numbers from 0.01'],
    [
      'a word that is none',
      [{ type: 'flip', axis: 'diagonal' }],
      'axis is "diagonal"; expected one of horizontal, vertical',
    ],
    ['a probability beyond 1', [{ type: 'flip', probability: 2 }], 'probability is 2; expected a number from 0 to 1'],
    ['bits beyond 8', [{ type: 'posterize', bits: 9 }], 'bits is 9; expected a whole number from 1 to 8'],
    ['an alpha of 0', [{ type: 'mixUp', alpha: 0 }], 'alpha is 0; expected a number from 0.01'],
  ])('%s', (_, policy, message) => {
    expect(() => settlePolicy(policy)).toThrow(ArgumentError)
    expect(() => settlePolicy(policy)).toThrow(message)
  })

  test('and so are examples that are not pictures', () => {
    const points = inMemory({ inputs: new Float32Array(4), inputShape: [2], targets: Int32Array.of(0, 1) })
    expect(() => augmented(points, policies.flip)).toThrow('are not pictures')
    expect(() => new Augmentation([], { channels: 2, height: 4, width: 4 })).toThrow('2 channels')
  })
})
