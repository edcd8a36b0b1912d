import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../src/core/errors.ts'
import { filter2d, filterPreset, filterPresets, image } from '../../src/vision/index.ts'

const { fspecial }: { fspecial: { name: string; kernel: { rows: number; columns: number; data: number[] } }[] } =
  JSON.parse(readFileSync(new URL('../goldens/filters.json', import.meta.url), 'utf8'))

describe("presets are Octave's fspecial", () => {
  it.each(fspecial)('$name', ({ name, kernel }) => {
    const { rows, columns, data } = filterPreset(name)
    expect([rows, columns]).toEqual([kernel.rows, kernel.columns])
    for (const [i, weight] of kernel.data.entries()) expect(data[i]).toBeCloseTo(weight, 15)
  })
})

it.each(['sobel', 'prewitt', 'scharr'])('%s-x is %s-y with rows for columns', (name) => {
  const [x, y] = [filterPreset(`${name}-x`).data, filterPreset(`${name}-y`).data]
  for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) expect(x[3 * i + j]).toBe(y[3 * j + i])
})

it('edge filters answer with positive numbers where it becomes lighter to the right, and downwards', () => {
  const rising = image(
    1,
    5,
    5,
    Float32Array.from({ length: 25 }, (_, i) => i % 5),
  )
  const falling = image(
    1,
    5,
    5,
    Float32Array.from({ length: 25 }, (_, i) => Math.floor(i / 5)),
  )
  for (const name of ['edge-row', 'edge', 'edge-wide', 'sobel-x', 'prewitt-x', 'scharr-x'])
    expect(Math.min(...filter2d(rising, filterPreset(name), { shape: 'valid' }).data)).toBeGreaterThan(0)
  for (const name of ['sobel-y', 'prewitt-y', 'scharr-y'])
    expect(Math.min(...filter2d(falling, filterPreset(name), { shape: 'valid' }).data)).toBeGreaterThan(0)
})

it('the Gaussian takes a size and a deviation, and its weights sum to 1', () => {
  const { rows, data } = filterPreset('gaussian', { sigma: 2.5 })
  expect(rows).toBe(17)
  expect(data.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 14)
  expect(filterPreset('gaussian', { size: 4 }).rows).toBe(4)
})

it('the Gabor filter is a wave along its orientation under a bell', () => {
  const settings = { size: 9, wavelength: 4, sigma: 2, aspect: 0.5 }
  const at = (x: number, y: number, more = {}): number =>
    filterPreset('gabor', { ...settings, ...more }).data[9 * (y + 4) + x + 4]
  expect(at(0, 0)).toBe(1)
  expect(at(2, 0)).toBeCloseTo(-Math.exp(-4 / 8), 15)
  expect(at(0, 2)).toBeCloseTo(Math.exp(-1 / 8), 15)
  expect(at(1, 0, { phase: -90 })).toBeCloseTo(Math.exp(-1 / 8), 15)
  expect(at(0, 2, { orientation: 90 })).toBeCloseTo(-Math.exp(-4 / 8), 15)
  // Half a turn is no other wave.
  expect(at(3, 1, { orientation: 210 })).toBeCloseTo(at(3, 1, { orientation: 30 }), 14)
  expect(at(2, 2, { orientation: 45 })).not.toBeCloseTo(at(2, -2, { orientation: 45 }), 1)
})

it('every preset makes a kernel of its defaults', () => {
  for (const name of Object.keys(filterPresets)) expect(filterPreset(name).data.length).toBeGreaterThan(2)
})

it.each<[string, Record<string, number>, RegExp]>([
  ['sobel', {}, /unknown filter 'sobel'; expected one of edge-row, /],
  ['toString', {}, /unknown filter 'toString'/],
  ['sobel-x', { sigma: 1 }, /sobel-x has no setting 'sigma'; it has none/],
  ['gaussian', { sigma: 0 }, /sigma is 0; expected a number above 0/],
  ['gaussian', { size: 2.5 }, /size is 2\.5/],
  ['gaussian', { size: 4000 }, /size is 4000; expected a whole number from 1 to 1001/],
  ['gaussian', { sigma: 1e9 }, /size is /],
  ['gaussian', { sigma: 1e-9, size: 4 }, /finite/],
  ['gabor', { wavelength: -1 }, /wavelength is -1/],
  ['gabor', { angle: 3 }, /no setting 'angle'; it has size, wavelength, orientation/],
])('refuses %s of %j', (name, settings, message) => {
  expect(() => filterPreset(name, settings)).toThrow(ArgumentError)
  expect(() => filterPreset(name, settings)).toThrow(message)
})
