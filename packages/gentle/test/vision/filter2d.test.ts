import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../src/core/errors.ts'
import {
  explainFilter,
  type FilterOptions,
  filter2d,
  filterOperations,
  filterPaddings,
  filterShapes,
  type Image,
  image,
  type Kernel,
  kernelOf,
  parseKernel,
  toGrey,
} from '../../src/vision/index.ts'

interface Table {
  readonly rows: number
  readonly columns: number
  readonly data: number[]
}

interface Golden {
  readonly cases: { picture: Table; kernel: Table; options: FilterOptions; result: Table }[]
  readonly rgb2gray: Record<'red' | 'green' | 'blue' | 'grey', number[]>
}

const read = (name: string) => JSON.parse(readFileSync(new URL(`../goldens/${name}`, import.meta.url), 'utf8'))
const golden: Golden = read('filters.json')
const reflected: { picture: number[][]; down: number; across: number; padded: number[][] }[] = read('reflected.json')

const pictureOf = ({ rows, columns, data }: Table): Image => image(1, rows, columns, Float32Array.from(data))
const pictureOfRows = (rows: number[][]): Image => image(1, rows.length, rows[0].length, Float32Array.from(rows.flat()))
/** Without the sign of zero. */
const numbers = (values: ArrayLike<number>): number[] => Array.from(values, (value) => value + 0)

describe('filter2d agrees with Octave', () => {
  for (const { picture, kernel, options, result } of golden.cases) {
    const { shape, operation, padding, dilation } = options
    it(`${picture.rows} x ${picture.columns} by ${kernel.rows} x ${kernel.columns}: ${shape} ${operation}, padding ${padding}, dilation ${dilation}`, () => {
      const filtered = filter2d(pictureOf(picture), kernel, options)
      expect([filtered.channels, filtered.height, filtered.width]).toEqual([1, result.rows, result.columns])
      if (picture.data.every(Number.isInteger)) expect(numbers(filtered.data)).toEqual(numbers(result.data))
      else for (const [i, value] of result.data.entries()) expect(Math.abs(filtered.data[i] - value)).toBeLessThan(3e-8)
    })
  }

  it('and grey with rgb2gray, to the last bit of a float32', () => {
    const { red, green, blue, grey } = golden.rgb2gray
    const colours = image(3, 3, 4, Float32Array.from([...red, ...green, ...blue]))
    expect(toGrey(colours).data).toEqual(Float32Array.from(grey))
  })
})

it('filters as conv2 by default: full, convolution, zeros beyond the edge', () => {
  const { picture, kernel, result } = golden.cases.find(
    ({ options }) => options.shape === 'full' && options.operation === 'convolution' && options.padding === 'zero',
  )!
  expect(numbers(filter2d(pictureOf(picture), kernel).data)).toEqual(numbers(result.data))
})

it("slides the lecture's filter over the lecture's picture", () => {
  const rows = '10100101 01001010 00100101 10100100 00001010 00100111 00000010 00100101'.split(' ')
  const picture = pictureOfRows(rows.map((row) => [...row].map(Number)))
  const slid = filter2d(picture, parseKernel('-1 0 1; -2 1 2; -3 0 3'), { operation: 'correlation', shape: 'valid' })
  expect([slid.height, slid.width]).toEqual([6, 6])
  const expected = '4 -2 -2 5 0 1 / 2 0 -4 5 1 -3 / 1 1 0 3 1 -2 / 3 0 -2 5 3 0 / 2 1 -1 2 6 1 / 4 0 -4 4 3 1'
  expect(numbers(slid.data)).toEqual(expected.split(/[ /]+/).map(Number))
})

it('reflects as NumPy does: the edge is not repeated, and a picture smaller than the kernel is reflected again', () => {
  for (const { picture, down, across, padded } of reflected) {
    const kernel = (tap: number): Kernel => {
      const data = new Array<number>((down + 1) * (across + 1)).fill(0)
      data[tap] = 1
      return { rows: down + 1, columns: across + 1, data }
    }
    const options = { operation: 'correlation', padding: 'reflect' } as const
    const first = filter2d(pictureOfRows(picture), kernel(0), options)
    const last = filter2d(pictureOfRows(picture), kernel((down + 1) * (across + 1) - 1), options)
    const [height, width] = [picture.length + down, picture[0].length + across]
    expect([...first.data]).toEqual(padded.slice(0, height).flatMap((row) => row.slice(0, width)))
    expect([...last.data]).toEqual(padded.slice(down).flatMap((row) => row.slice(across)))
  }
})

/** Pictures, kernels and options of all kinds. */
const arbitrary = fc
  .record({
    channels: fc.integer({ min: 1, max: 3 }),
    height: fc.integer({ min: 1, max: 9 }),
    width: fc.integer({ min: 1, max: 9 }),
    rows: fc.integer({ min: 1, max: 5 }),
    columns: fc.integer({ min: 1, max: 8 }),
    stride: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    dilation: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    shape: fc.constantFrom(...filterShapes),
    operation: fc.constantFrom(...filterOperations),
    padding: fc.constantFrom(...filterPaddings),
    seed: fc.integer({ min: 1, max: 10000 }),
  })
  .filter(
    ({ shape, height, width, rows, columns, dilation }) =>
      shape !== 'valid' || (height > (rows - 1) * dilation[0] && width > (columns - 1) * dilation[1]),
  )
  .map(({ channels, height, width, rows, columns, seed, ...options }) => {
    const draw = (i: number): number => ((seed * (i + 7) * 7919) % 211) - 100
    const picture = image(
      channels,
      height,
      width,
      Float32Array.from({ length: channels * height * width }, (_, i) => draw(i)),
    )
    const kernel: Kernel = {
      rows,
      columns,
      data: Float64Array.from({ length: rows * columns }, (_, i) => draw(i + 500) / 3),
    }
    return { picture, kernel, options }
  })

it('takes every S-th row and T-th column of the result of stride 1', () => {
  fc.assert(
    fc.property(arbitrary, ({ picture, kernel, options }) => {
      const dense = filter2d(picture, kernel, { ...options, stride: 1 })
      const strided = filter2d(picture, kernel, options)
      const [down, across] = options.stride
      expect([strided.height, strided.width]).toEqual([Math.ceil(dense.height / down), Math.ceil(dense.width / across)])
      for (let at = 0, c = 0; c < picture.channels; c++)
        for (let i = 0; i < strided.height; i++)
          for (let j = 0; j < strided.width; j++, at++)
            expect(strided.data[at]).toBe(dense.data[(c * dense.height + i * down) * dense.width + j * across])
    }),
  )
})

it('gives at each pixel the sum that explainFilter explains', () => {
  fc.assert(
    fc.property(arbitrary, fc.nat(1000), fc.nat(1000), ({ picture, kernel, options }, i, j) => {
      const filtered = filter2d(picture, kernel, options)
      const [x, y] = [i % filtered.width, j % filtered.height]
      const { channels } = explainFilter(picture, kernel, x, y, options)
      for (const [c, { sum }] of channels.entries())
        expect(filtered.data[(c * filtered.height + y) * filtered.width + x]).toBe(Math.fround(sum))
    }),
  )
})

it('explains a pixel at the corner: what lies under the turned kernel, padding included', () => {
  const picture = pictureOfRows([
    [1, 2],
    [3, 4],
  ])
  const { rows, columns, weights, channels } = explainFilter(picture, parseKernel('1 2; 3 4'), 2, 0)
  expect({ rows, columns }).toEqual({ rows: [-1, 0], columns: [1, 2] })
  expect([...weights]).toEqual([4, 3, 2, 1])
  expect([...channels[0].values]).toEqual([0, 0, 2, 0])
  expect([...channels[0].products]).toEqual([0, 0, 4, 0])
  expect(channels[0].sum).toBe(4)
  expect(() => explainFilter(picture, parseKernel('1 2; 3 4'), 3, 0)).toThrow(
    'x is 3; expected a whole number from 0 to 2',
  )
  expect(() => explainFilter(picture, parseKernel('1 2; 3 4'), 0, -1)).toThrow(ArgumentError)
})

it('is exact for whole numbers', () => {
  const size = 40
  const picture = image(
    1,
    size,
    size,
    Float32Array.from({ length: size * size }, (_, i) => (i * 7919) % 256),
  )
  const kernel = { rows: 9, columns: 9, data: Array.from({ length: 81 }, (_, i) => ((i * 31) % 1601) - 800) }
  const { data } = filter2d(picture, kernel, { shape: 'valid', operation: 'correlation' })
  for (const [x, y] of [
    [0, 0],
    [17, 30],
    [31, 31],
  ]) {
    let sum = 0n
    for (let r = 0; r < 9; r++)
      for (let c = 0; c < 9; c++) sum += BigInt(kernel.data[9 * r + c]) * BigInt(picture.data[(y + r) * size + x + c])
    expect(BigInt(data[y * 32 + x])).toBe(sum)
  }
})

describe('filter2d refuses', () => {
  const picture = image(1, 4, 5)
  const kernel = kernelOf([[1, 0, -1]])
  it.each<[string, Kernel, FilterOptions, RegExp]>([
    ['a stride of 0', kernel, { stride: 0 }, /stride is 0 x 0; expected whole numbers of at least 1/],
    ['half a stride', kernel, { stride: [1, 0.5] }, /stride is 1 x 0\.5/],
    ['a dilation of 0', kernel, { dilation: [0, 1] }, /dilation is 0 x 1/],
    ['an unknown shape', kernel, { shape: 'half' as 'full' }, /shape is 'half'; expected one of full, same, valid/],
    ['an unknown operation', kernel, { operation: 'sum' as 'convolution' }, /operation is 'sum'/],
    ['an unknown padding', kernel, { padding: 'mirror' as 'zero' }, /padding is 'mirror'/],
    [
      'a kernel wider than the picture with valid',
      kernel,
      { shape: 'valid', dilation: 3 },
      /covers 7 columns and the picture has 5/,
    ],
    [
      'a kernel higher than the picture with valid',
      { rows: 5, columns: 1, data: [1, 1, 1, 1, 1] },
      { shape: 'valid' },
      /covers 5 rows/,
    ],
    ['a result of absurd size', kernel, { dilation: 2 ** 30 }, /too large/],
    [
      'a kernel of other weights than it says',
      { rows: 2, columns: 2, data: [1] },
      {},
      /2 x 2 has 1 weights; expected 4/,
    ],
    ['a kernel without weights', { rows: 0, columns: 3, data: [] }, {}, /0 x 3 weights/],
    ['a weight that is not a number', { rows: 1, columns: 2, data: [1, Number.NaN] }, {}, /weight 2 is NaN/],
  ])('%s', (_, odd, options, message) => {
    expect(() => filter2d(picture, odd, options)).toThrow(ArgumentError)
    expect(() => filter2d(picture, odd, options)).toThrow(message)
  })
})

describe('parseKernel', () => {
  it.each(['1 0 -1; 2 0 -2', '1,0,-1;2,0,-2', ' 1, 0,\t-1 ;\n2e0 0 -2.0 ', '[1 0 -1; 2 0 -2;]', '1 0 -1\n2 0 -2\n'])(
    'reads %j',
    (text) => {
      const { rows, columns, data } = parseKernel(text)
      expect({ rows, columns, data: [...data] }).toEqual({ rows: 2, columns: 3, data: [1, 0, -1, 2, 0, -2] })
    },
  )

  it.each([
    ['', /kernel is empty/],
    [' ; ', /kernel has 1 x 0 weights|row 1/],
    ['1 2; 3', /not rectangular: row 1 has 2 numbers and row 2 has 1/],
    ['1 2;;3 4', /row 2 has 0/],
    ['1 x; 2 3', /row 1 has 'x', which is not a number/],
    ['1 2; 3,,4', /row 2 has '', which is not a number/],
    ['1 Infinity', /'Infinity', which is not a number/],
  ])('refuses %j', (text, message) => {
    expect(() => parseKernel(text)).toThrow(ArgumentError)
    expect(() => parseKernel(text)).toThrow(message)
  })
})
