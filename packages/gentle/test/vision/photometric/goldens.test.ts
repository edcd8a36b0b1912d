/** Photometric transforms against torchvision; test/goldens/make-photometric.py wrote what it gives. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Corners, perspectiveCoefficients } from '../../../src/vision/perspective.ts'
import * as photometric from '../../../src/vision/photometric/index.ts'

interface Picture {
  readonly shape: [number, number, number]
  readonly values: string
}
interface Golden {
  readonly transform: string
  readonly parameters: number[]
  readonly picture: string
  readonly result: string
}
type Corner = [number, number]
type FourCorners = [Corner, Corner, Corner, Corner]

const goldens: {
  readonly floats: Record<string, Picture>
  readonly bytes: Record<string, Picture>
  readonly cases: Golden[]
  readonly perspectives: { start: FourCorners; end: FourCorners; coefficients: number[] }[]
} = JSON.parse(readFileSync(new URL('../../goldens/photometric.json', import.meta.url), 'utf8'))

type Transform = (
  pixels: Float32Array,
  channels: number,
  height: number,
  width: number,
  ...parameters: number[]
) => void

const { autocontrast, brightness, contrast, equalize, gamma, gaussianBlur, grey } = photometric
const { hue, invert, posterize, saturation, sharpness, solarize } = photometric
const onFloats: Record<string, Transform> = {
  autocontrast,
  brightness,
  contrast,
  gamma,
  gaussianBlur,
  grey,
  hue,
  invert,
  saturation,
  sharpness,
  solarize,
}
const onBytes: Record<string, Transform> = { equalize, posterize }

const floatsOf = (text: string): Float32Array => new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer)
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'))
const of = (transforms: Record<string, Transform>) => goldens.cases.filter(({ transform }) => transform in transforms)

describe('torchvision gives the same, to 1e-6, for', () => {
  it.each(of(onFloats))('$transform($parameters) of $picture', ({ transform, parameters, picture, result }) => {
    const { shape, values } = goldens.floats[picture]
    const pixels = floatsOf(values)
    onFloats[transform](pixels, ...shape, ...parameters)
    const wanted = floatsOf(result)
    expect(pixels.length).toBe(wanted.length)
    for (const [i, value] of wanted.entries()) expect(Math.abs(pixels[i] - value), `pixel ${i}`).toBeLessThan(1e-6)
  })
})

describe('torchvision gives the same bytes for', () => {
  it.each(of(onBytes))('$transform($parameters) of $picture', ({ transform, parameters, picture, result }) => {
    const { shape, values } = goldens.bytes[picture]
    const pixels = Float32Array.from(bytesOf(values), (byte) => byte / 255)
    onBytes[transform](pixels, ...shape, ...parameters)
    expect(pixels).toEqual(Float32Array.from(bytesOf(result), (byte) => byte / 255))
  })
})

describe('the goldens', () => {
  it('are of the transforms that are tested here', () => {
    expect(new Set(goldens.cases.map(({ transform }) => transform))).toEqual(
      new Set([...Object.keys(onFloats), ...Object.keys(onBytes)]),
    )
  })
})

describe('the coefficients of a perspective', () => {
  it.each(goldens.perspectives)("are torchvision's for $end", ({ start, end, coefficients }) => {
    const points = (corners: FourCorners) => corners.map(([x, y]) => ({ x, y })) as unknown as Corners
    const map = perspectiveCoefficients(points(start), points(end))
    expect(map[8]).toBe(1)
    for (const [i, wanted] of coefficients.entries()) expect(map[i]).toBeCloseTo(wanted, 9)
  })
})
