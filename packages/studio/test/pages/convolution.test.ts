import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeImageFile } from 'gentle-dl/data'
import { filter2d, image, kernelOf } from 'gentle-dl/vision'
import { describe, expect, it } from 'vitest'
import { colourOf } from '../../src/engine/colour-picture.ts'
import { convolve, drawn, explain } from '../../src/pages/convolution/convolve.ts'
import { exerciseAnswer } from '../../src/pages/convolution/exercise.ts'
import { kernelField, lectureKernel, parseWeight, presets, resized } from '../../src/pages/convolution/kernel.ts'
import { octave } from '../../src/pages/convolution/octave.ts'
import { channels, example, pictureOf } from '../../src/pages/convolution/picture.ts'
import { program } from '../../src/pages/convolution/program.ts'
import { filterOptions, type Settings, windowsOf } from '../../src/pages/convolution/settings.ts'
import { printed } from './run-program.ts'

const lecture: Settings = {
  kernel: lectureKernel,
  operation: 'correlation',
  stride: [1, 1],
  dilation: [1, 1],
  shape: 'valid',
  padding: 'zero',
}

const row = (values: ArrayLike<number>): string => Array.from(values, (value) => value + 0).join(' ')

describe('a filter of the page', () => {
  it("gives the lecture's numbers for the lecture's example", () => {
    const { result } = convolve(example, lecture, 'fit')
    expect(row(result.data)).toBe('4 -2 -2 5 0 1 2 0 -4 5 1 -3 1 1 0 3 1 -2 3 0 -2 5 3 0 2 1 -1 2 6 1 4 0 -4 4 3 1')
    expect(row(explain(example, lecture, 2, 4).channels[0].products)).toBe('0 0 0 0 1 0 -3 0 3')
  })

  it('has the size of its formula, whatever is set', () => {
    for (const shape of ['full', 'same', 'valid'] as const)
      for (const kernel of [[[1]], [[1, 2]], [[1], [2], [3], [4]], lectureKernel])
        for (const stride of [1, 2, 3])
          for (const dilation of [1, 2]) {
            const settings: Settings = { ...lecture, kernel, shape, stride: [stride, 1], dilation: [dilation, 1] }
            const { height, width } = filter2d(example.image, kernelOf(kernel), filterOptions(settings))
            const { rows, columns } = windowsOf(settings, example.image)
            expect([rows.count, columns.count]).toEqual([height, width])
          }
  })

  it('shows the padding that its windows see', () => {
    for (const padding of ['zero', 'reflect', 'replicate', 'wrap'] as const)
      for (const shape of ['full', 'same'] as const) {
        const kernel = [
          [1, 2, 3, 4],
          [5, 6, 7, 8],
        ]
        const settings: Settings = { ...lecture, kernel, shape, padding, dilation: [2, 1] }
        const { padded, rows, columns } = convolve(example, settings, 'fit')
        for (const [y, x] of [
          [0, 0],
          [rows.count - 1, columns.count - 1],
        ]) {
          const seen = explain(example, settings, y, x)
          const there = seen.rows.flatMap((i) =>
            seen.columns.map((j) => padded.data[(i + rows.before) * padded.width + j + columns.before]),
          )
          expect(there).toEqual([...seen.channels[0].values])
        }
      }
  })

  it('is refused where the kernel does not fit into the picture', () => {
    expect(() => convolve(example, { ...lecture, dilation: [4, 4] }, 'fit')).toThrow(
      'filter: the kernel covers 9 rows and the picture has 8',
    )
  })
})

it('draws 0 as the middle grey where numbers are negative, and cuts off where it is told to', () => {
  const greys = (values: number[], ...how: ['fit' | 'clip' | 'absolute', number]) =>
    [...drawn(Float32Array.from(values), ...how)].filter((_, i) => i % 4 === 0)
  expect(greys([-2, 0, 2], 'fit', 1)).toEqual([0, 128, 255])
  expect(greys([0, 0.5, 1], 'fit', 1)).toEqual([0, 128, 255])
  expect(greys([0, 510], 'fit', 255)).toEqual([0, 255])
  expect(greys([-5, 100, 300], 'clip', 255)).toEqual([0, 100, 255])
  expect(greys([-4, 2, 0], 'absolute', 255)).toEqual([255, 128, 0])
  expect(greys([0, 0], 'absolute', 255)).toEqual([0, 0])
})

it('takes whole numbers of grey, or of one colour, from a picture', () => {
  const data = Uint8ClampedArray.of(255, 255, 255, 255, 255, 0, 0, 255, 0, 255, 0, 255, 7, 7, 7, 255)
  const given = { image: colourOf({ data, width: 2, height: 2 }, 255), name: 'own.png', reduced: ',' }
  const taken = channels.map((channel) => pictureOf(given, channel))
  expect(taken.map(({ image }) => [...image.data])).toEqual([
    [255, 76, 150, 7],
    [255, 255, 0, 7],
    [255, 0, 255, 7],
    [255, 0, 0, 7],
  ])
  expect(taken.map(({ title }) => title)).toEqual([
    'own.png in grey,',
    'own.png, its red,',
    'own.png, its green,',
    'own.png, its blue,',
  ])
})

describe('a kernel in an address', () => {
  it('is named where it has a name, and has all digits where it has none', () => {
    for (const [name, kernel] of Object.entries(presets)) {
      expect(kernelField.format(kernel)).toBe(name)
      expect(kernelField.parse(name)).toBe(kernel)
    }
    const own = [
      [1 / 3, -2],
      [1e-7, 0],
    ]
    expect(kernelField.parse(kernelField.format(own))).toEqual(own)
  })

  it.each(['', '1,2;3', '1,x', '1,,2', '1e9', '0,0,0,0,0,0,0,0', 'toString', 'Infinity', '1/0'])(
    'is not %j',
    (text) => {
      expect(() => kernelField.parse(text)).toThrow(/^'.*' (is not a kernel|has a weight)/)
    },
  )

  it('is written with numbers and fractions', () => {
    expect(['1/9', ' -2 ', '−0.5', '1e3'].map(parseWeight)).toEqual([1 / 9, -2, -0.5, 1000])
    expect(['', '/2', '1/2/3', 'two', '0/0'].map(parseWeight)).toEqual(Array(5).fill(undefined))
  })

  it('keeps its middle when its size changes', () => {
    expect(resized([[1, 2, 3]], 3, 5)).toEqual([
      [0, 0, 0, 0, 0],
      [0, 1, 2, 3, 0],
      [0, 0, 0, 0, 0],
    ])
    expect(resized(presets['sobel-x'], 1, 1)).toEqual([[0]])
  })
})

describe('the program that is shown', () => {
  it('does what the page does with the example', async () => {
    const settings: Settings = {
      ...lecture,
      operation: 'convolution',
      shape: 'same',
      padding: 'reflect',
      stride: [2, 1],
    }
    const { result } = convolve(example, settings, 'fit')
    const text = await printed(program({ settings, isExample: true, row: 1, column: 3 }))
    const [size, ...lines] = text.split('\n')
    expect(size).toBe('result: 4 x 8')
    expect(lines.slice(0, 4).map((line) => row(line.split(' ').map(Number)))).toEqual(
      [0, 1, 2, 3].map((i) => row(result.data.subarray(8 * i, 8 * i + 8))),
    )
    expect(text).toContain(`sum: ${explain(example, settings, 1, 3).channels[0].sum}`)
  })

  it('does what the page does with a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'convolution-'))
    try {
      const picture = image(
        1,
        6,
        9,
        Float32Array.from({ length: 54 }, (_, i) => (i * 37) % 256),
      )
      const file = join(folder, 'picture.png')
      await writeImageFile(file, { ...picture, data: picture.data.map((value) => value / 255) })
      const text = await printed(
        program({ settings: lecture, isExample: false, row: 2, column: 3 }).replace('picture.png', file),
      )
      const { channels } = explain({ image: picture, white: 255, title: '' }, lecture, 2, 3)
      expect(text).toContain(`values: ${row(channels[0].values)}`)
      expect(text).toContain(`sum: ${channels[0].sum}`)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

it('writes the lines of Octave for what is set', () => {
  const lines = (settings: Settings): string[] =>
    octave({ settings, ...windowsOf(settings, example.image), isExample: true })
      .split('\n')
      .slice(1)
  expect(lines(lecture)).toEqual([
    'kernel = [-1 0 1; -2 1 2; -3 0 3];',
    'kernel = rot90(kernel, 2);  % conv2 turns it back: correlation',
    "result = conv2(picture, kernel, 'valid');",
    'disp(result)',
    '',
  ])
  expect(
    lines({ ...lecture, operation: 'convolution', shape: 'same', padding: 'wrap', stride: [2, 1], dilation: [1, 2] }),
  ).toEqual([
    'kernel = [-1 0 1; -2 1 2; -3 0 3];',
    'dilated = zeros(3, 5);',
    'dilated(1:1:end, 1:2:end) = kernel;',
    'kernel = dilated;',
    '[height, width] = size(picture);',
    'rows = 0:height + 1;',
    'columns = -1:width + 2;',
    'picture = picture(mod(rows - 1, height) + 1, mod(columns - 1, width) + 1);',
    "result = conv2(picture, kernel, 'valid');",
    'result = result(1:2:end, 1:1:end);',
    'disp(result)',
    '',
  ])
})

it('finds out whether the picture moved to the right', () => {
  const same: Settings = { ...lecture, shape: 'same' }
  const answer = (settings: Settings) => exerciseAnswer(convolve(example, settings, 'fit'))
  expect(answer({ ...same, kernel: [[1, 0, 0]] }).right).toBe(true)
  expect(answer({ ...same, kernel: [[0, 0, 1]], operation: 'convolution' }).right).toBe(true)
  expect(answer({ ...same, kernel: [[0, 0, 1]] }).remark).toBe('That moves the picture to the left.')
  expect(answer({ ...same, kernel: [[0, 1, 0]] }).remark).toBe('The picture is where it was.')
  expect(answer(lecture).remark).toMatch(/^The result has 6 × 6 pixels and the picture 8 × 8/)
  expect(exerciseAnswer(undefined).right).toBe(false)
})
