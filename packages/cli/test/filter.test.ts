import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GentleError } from 'gentle-dl'
import { readImageFile } from 'gentle-dl/data'
import { readNpy, writeNpy } from 'gentle-dl/formats'
import { filter2d, filterPreset, image } from 'gentle-dl/vision'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { type FilterFlags, filter } from '../src/pictures/filter.ts'
import { UsageError } from '../src/terminal/usage.ts'
import { gentle, temporaryFolder } from './command.ts'

const folder = temporaryFolder()
const place = (name: string): string => join(folder, name)

/** The lecture's picture. */
const binary = place('binary.csv')
const rows = '10100101 01001010 00100101 10100100 00001010 00100111 00000010 00100101'.split(' ')
writeFileSync(binary, rows.map((row) => [...row].join(',')).join('\n'))
const slid = '4,-2,-2,5,0,1 2,0,-4,5,1,-3 1,1,0,3,1,-2 3,0,-2,5,3,0 2,1,-1,2,6,1 4,0,-4,4,3,1'.split(' ')

/** A photo of 5 x 4: bytes in colours, channels last. */
const photo = place('photo.png')
const bytes = Uint8Array.from({ length: 60 }, (_, i) => (i * 83) % 256)
await sharp(bytes, { raw: { width: 5, height: 4, channels: 3 } })
  .png()
  .toFile(photo)
const channel = (c: number): Float32Array => Float32Array.from({ length: 20 }, (_, i) => bytes[3 * i + c])

const numbersOf = (path: string): { shape: readonly number[]; data: ArrayLike<number> } =>
  readNpy(readFileSync(path), path)

/** Within this process, what it prints unseen. */
const run = (path: string | undefined, flags: Partial<FilterFlags>): Promise<number> =>
  filter(path, { channels: 'grey', ...flags })

/** As a process. */
async function filtered(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await gentle(['filter', ...args])
  expect(stderr).not.toMatch(/Error|at /)
  expect(code).toBe(0)
  return { stdout, stderr }
}

describe.concurrent('gentle filter', () => {
  it("slides the lecture's filter over the lecture's picture", async () => {
    const out = place('slid.csv')
    const kernel = ['--kernel', '-1 0 1; -2 1 2; -3 0 3']
    await filtered(binary, ...kernel, '--operation', 'correlation', '--shape', 'valid', '--out', out)
    expect(readFileSync(out, 'utf8')).toBe(`${slid.join('\n')}\n`)
  })

  it('turns a photo grey with weights that are not rounded, in the scale of its bytes, and takes strides down x across', async () => {
    const out = place('strided.npy')
    await run(photo, { preset: 'edge', stride: '2x3', out })
    const [red, green, blue] = [0, 1, 2].map(channel)
    const grey = red.map((value, i) => 0.298936 * value + 0.587043 * green[i] + 0.114021 * blue[i])
    const { data } = filter2d(image(1, 4, 5, grey), filterPreset('edge'), { stride: [2, 3] })
    const numbers = numbersOf(out)
    expect(numbers.shape).toEqual([3, 3])
    expect(numbers.data).toEqual(data)
  })

  it('filters each channel of bytes exactly, and gives channels first', async () => {
    const out = place('each.npy')
    const how = { channels: 'each', shape: 'same', padding: 'reflect', dilation: '1x2', abs: true }
    await run(photo, { preset: 'sobel-y', ...how, out })
    const { shape, data } = numbersOf(out)
    expect(shape).toEqual([3, 4, 5])
    for (const c of [0, 1, 2]) {
      const options = { shape: 'same', padding: 'reflect', dilation: [1, 2] } as const
      const expected = filter2d(image(1, 4, 5, channel(c)), filterPreset('sobel-y'), options).data.map(Math.abs)
      expect((data as Float32Array).subarray(20 * c, 20 * c + 20)).toEqual(expected)
    }
  })

  it('writes pictures, and says how many numbers were clipped', async () => {
    const out = place('clipped.png')
    const { stderr } = await filtered(photo, '--kernel', '-2', '--channels', 'each', '--out', out)
    expect(stderr).toMatch(
      /59 of 60 numbers \(98\.33 %\) are outside 0 to 255 and were clipped; the range is -5\d\d to /,
    )
    expect(Math.max(...(await readImageFile(out)).data)).toBe(0)
    const same = await filtered(photo, '--kernel', '1', '--channels', 'each', '--out', out)
    expect(same.stderr).toBe('')
    expect((await readImageFile(out)).data).toEqual((await readImageFile(photo)).data)
  })

  it('stretches the result from its least number to its largest', async () => {
    const [picture, numbers] = [place('stretched.png'), place('stretched.npy')]
    for (const out of [picture, numbers]) {
      await run(binary, { preset: 'sobel-x', normalize: true, out })
    }
    const { channels, data } = await readImageFile(picture)
    expect([channels, Math.min(...data), Math.max(...data)]).toEqual([1, 0, 1])
    const stretched = Array.from(numbersOf(numbers).data)
    expect([Math.min(...stretched), Math.max(...stretched)]).toEqual([0, 1])
  })

  it('takes settings of a preset, and .npy files of channels; several channels of a .csv file are blocks', async () => {
    const [input, out, back] = [place('two.npy'), place('blurred.csv'), place('back.csv')]
    const data = Float32Array.from({ length: 18 }, (_, i) => i / 4)
    writeFileSync(input, writeNpy({ shape: [2, 3, 3], dtype: 'float32', data }))
    await run(input, { preset: 'gaussian:size=3,sigma=0.5', channels: 'each', out })
    const expected = filter2d(image(2, 3, 3, data), filterPreset('gaussian', { size: 3, sigma: 0.5 }))
    const text = readFileSync(out, 'utf8')
    expect(Float32Array.from(text.trim().split(/[\s,]+/), Number)).toEqual(expected.data)
    expect(text.split('\n\n')).toHaveLength(2)
    await run(out, { kernel: '1', channels: 'each', out: back })
    expect(readFileSync(back, 'utf8')).toBe(text)
  })

  it('explains an output pixel', async () => {
    const kernel = ['--kernel', '-1 0 1; -2 1 2; -3 0 3', '--operation', 'correlation']
    const { stdout } = await filtered(binary, ...kernel, '--shape', 'valid', '--explain', '4,2')
    expect(stdout).toBe(
      `output pixel x = 4, y = 2

receptive field: columns 4 to 6 and rows 2 to 4 of the picture
     4  5  6
  2  0  1  0
  3  0  1  0
  4  1  0  1
kernel
  -1   0   1
  -2   1   2
  -3   0   3
products, and the sum of each row
   0   0   0   =   0
   0   1   0   =   1
  -3   0   3   =   0
sum: 1
`,
    )
  })

  it('explains a pixel beyond the edge, and the turned kernel of a convolution', async () => {
    const { stdout } = await filtered(binary, '--kernel', '1 2; 3 4', '--explain', '0,0')
    expect(stdout).toMatch(/columns -1 to 0 and rows -1 to 0 of the picture; padding in parentheses/)
    expect(stdout).toMatch(/\(0\) {2}\(0\)\n +0 {2}\(0\) {4}1\nkernel, rotated by 180 degrees/)
    expect(stdout).toMatch(/4 {2}3\n {2}2 {2}1\n/)
    expect(stdout).toMatch(/sum: 1$/m)
  })

  it('lists the presets with their numbers', async () => {
    const { stdout } = await filtered('--list')
    expect(stdout).toMatch(/^sobel-x .*\n {3}1 {3}0 {2}-1\n {3}2 {3}0 {2}-2\n/m)
    expect(stdout).toMatch(/^gabor .*\nsettings: size .*, wavelength \(4\), orientation \(0\)/m)
  })
})

describe('gentle filter refuses, in one line,', () => {
  const out = place('never.png')
  const odd = place('odd.csv')
  writeFileSync(odd, '1,2\n3\n')
  const words = place('words.csv')
  writeFileSync(words, '1,2\n3,four\n')
  const cube = place('cube.npy')
  writeFileSync(cube, writeNpy({ shape: [1, 1, 2, 2], dtype: 'float32', data: new Float32Array(4) }))
  const holes = place('holes.npy')
  writeFileSync(holes, writeNpy({ shape: [1, 2], dtype: 'float32', data: Float32Array.of(1, Number.NaN) }))
  const broken = place('broken.jpg')
  writeFileSync(broken, 'no picture')

  it.each<[string, string | undefined, Partial<FilterFlags>, RegExp]>([
    ['no picture', undefined, { out }, /no picture given/],
    ['no kernel', binary, { out }, /no kernel given/],
    ['a kernel and a preset', binary, { kernel: '1', preset: 'edge', out }, /cannot be used together/],
    ['a kernel that is not rectangular', binary, { kernel: '1 2; 3', out }, /not rectangular: row 1 has 2/],
    ['an empty kernel', binary, { kernel: ' ', out }, /kernel is empty/],
    ['a kernel of words', binary, { kernel: '1 x', out }, /'x', which is not a number/],
    [
      'a preset that is not there',
      binary,
      { preset: 'sobl-x', out },
      /unknown preset 'sobl-x'; did you mean sobel-x\?/,
    ],
    [
      'a setting that is not there',
      binary,
      { preset: 'gabor:sigm=1', out },
      /setting of gabor 'sigm'; did you mean sigma/,
    ],
    ['a setting of a preset that has none', binary, { preset: 'edge:size=3', out }, /edge has no setting 'size'/],
    [
      'a setting that is not a number',
      binary,
      { preset: 'gaussian:sigma', out },
      /sets sigma to ''; expected a number/,
    ],
    ['a setting out of range', binary, { preset: 'gaussian:sigma=-1', out }, /sigma is -1/],
    ['no place for the result', binary, { kernel: '1' }, /--out is missing/],
    ['an ending that is not known', binary, { kernel: '1', out: 'a.gif' }, /ends in '\.gif'; expected one of \.png/],
    ['a folder that is not there', binary, { kernel: '1', out: '/nowhere/a.png' }, /no such folder: \/nowhere/],
    [
      'a stride of 0',
      binary,
      { kernel: '1', stride: '0', out },
      /--stride is '0'; expected whole numbers of at least 1/,
    ],
    ['a stride of three', binary, { kernel: '1', stride: '1x2x3', out }, /--stride is '1x2x3'/],
    ['half a dilation', binary, { kernel: '1', dilation: '1.5', out }, /--dilation is '1\.5'/],
    ['an absurd dilation', binary, { kernel: '1 1', dilation: '999999999', out }, /too large/],
    ['a shape misspelt', binary, { kernel: '1', shape: 'sane', out }, /unknown --shape 'sane'; did you mean same\?/],
    ['an operation misspelt', binary, { kernel: '1', operation: 'corelation', out }, /did you mean correlation/],
    ['a padding misspelt', binary, { kernel: '1', padding: 'wrapp', out }, /did you mean wrap\?/],
    ['channels misspelt', binary, { kernel: '1', channels: 'gray', out }, /did you mean grey\?/],
    [
      'a kernel larger than the picture with valid',
      binary,
      { kernel: '1 0 0 0 0 0 0 0 1', shape: 'valid', out },
      /covers 9 columns and the picture has 8/,
    ],
    ['a pixel that is none', binary, { kernel: '1', explain: '3' }, /--explain is '3'; expected X,Y/],
    [
      'a pixel outside the result',
      binary,
      { kernel: '1', explain: '3,8' },
      /y is 8; expected a whole number from 0 to 7/,
    ],
    ['a picture that is missing', place('missing.png'), { kernel: '1', out }, /missing\.png/],
    ['a picture that is broken', broken, { kernel: '1', out }, /broken\.jpg/],
    ['numbers that are missing', place('missing.csv'), { kernel: '1', out }, /no such file/],
    ['rows of different lengths', odd, { kernel: '1', out }, /line 2 has 1 numbers; expected 2/],
    ['words in a .csv file', words, { kernel: '1', out }, /line 2 has 'four'; expected only numbers/],
    ['an array of four axes', cube, { kernel: '1', out }, /is \[1, 1, 2, 2\]; expected \[rows, columns\]/],
    ['numbers that are none', holes, { kernel: '1', out }, /its number 2 is NaN/],
  ])('%s', async (_, path, flags, message) => {
    const error: Error = await run(path, flags).then(
      () => new Error('nothing was refused'),
      (refusal) => refusal,
    )
    expect(error.message).toMatch(message)
    expect(error instanceof UsageError || error instanceof GentleError).toBe(true)
    expect(error.message).not.toContain('\n')
  })

  it('with exit code 2', async () => {
    const { code, stdout, stderr } = await gentle(['filter', binary, '--kernel', '1 2; 3', '--out', out])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toBe(
      'gentle: kernel is not rectangular: row 1 has 2 numbers and row 2 has 1; expected equal lengths\n',
    )
  })
})
