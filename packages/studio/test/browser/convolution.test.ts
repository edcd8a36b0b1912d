import { buffer as readBuffer } from 'node:stream/consumers'
import { image } from 'gentle-dl/vision'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { convolve, explain } from '../../src/pages/convolution/convolve.ts'
import { kernelField, lectureKernel, presets } from '../../src/pages/convolution/kernel.ts'
import { written } from '../../src/pages/convolution/number.ts'
import { example, type Picture } from '../../src/pages/convolution/picture.ts'
import type { Settings } from '../../src/pages/convolution/settings.ts'
import { openStudio } from './open-studio.ts'

const lecture: Settings = {
  kernel: lectureKernel,
  operation: 'correlation',
  stride: [1, 1],
  dilation: [1, 1],
  shape: 'valid',
  padding: 'zero',
}

/** The numbers in the squares of the picture (0) or of the result (1). */
const numbersOf = (page: Page, view: 0 | 1): Promise<string[]> =>
  page.locator('.pixels').nth(view).locator('.numbers text').allTextContents()

const expected = (settings: Settings, picture: Picture = example): string[] =>
  Array.from(convolve(picture, settings, 'fit').result.data, (value) => written(value + 0, 3))

/** A crowded machine is slow. */
const patient = { timeout: 15_000 }

const sumOf = (page: Page) => page.locator('.products .sum').textContent()

it('computes what the library computes, for a kernel that is written into it and all that can be set', async () => {
  const page = await openStudio('convolution')
  await expect.poll(() => numbersOf(page, 1), patient).toEqual(expected(lecture))
  expect((await numbersOf(page, 0)).join('')).toBe([...example.image.data].join(''))

  const weight = page.getByLabel('Weight in row 2, column 2')
  await weight.fill('-1/4')
  const withMiddle = (middle: number) =>
    lectureKernel.map((row, i) => row.map((value, j) => (i === 1 && j === 1 ? middle : value)))
  await expect.poll(() => numbersOf(page, 1), patient).toEqual(expected({ ...lecture, kernel: withMiddle(-0.25) }))
  await weight.fill('x')
  await page.getByText('‘x’ is not a number such as −1, 0.5 or 1/9; the weight stays −0.25.').waitFor()
  await weight.fill('5')
  const kernel = withMiddle(5)

  await page.getByRole('radio', { name: 'Convolution' }).check()
  await page.getByRole('radio', { name: 'Full' }).check()
  await page.getByLabel('Beyond the border').selectOption('reflect')
  await page.getByRole('group', { name: 'Stride' }).getByLabel('down').selectOption('2')
  await page.getByRole('group', { name: 'Dilation' }).getByLabel('across').selectOption('3')
  const settings: Settings = {
    kernel,
    operation: 'convolution',
    stride: [2, 1],
    dilation: [1, 3],
    shape: 'full',
    padding: 'reflect',
  }
  await expect.poll(() => numbersOf(page, 1), patient).toEqual(expected(settings))
  const { padded, result } = convolve(example, settings, 'fit')
  expect(await numbersOf(page, 0)).toEqual([...padded.data].map((value) => written(value)))
  await page.getByText(`⌊(8 + 4 − 1·(3 − 1) − 1) / 2⌋ + 1 = ${result.height}`).waitFor()
  await page.getByText(`⌊(8 + 12 − 3·(3 − 1) − 1) / 1⌋ + 1 = ${result.width}`).waitFor()

  // The last setting stands in the address when all do.
  await expect.poll(() => page.url(), patient).toMatch(/kernel=-1,0,1;-2,5,2;-3,0,3.*dilationAcross=3/)
  await page.reload()
  await expect.poll(() => numbersOf(page, 1), patient).toEqual(expected(settings))
})

it('shows the window, the products and the sum of the pixel that is pointed at, stepped to or chosen by keyboard', async () => {
  const page = await openStudio('convolution?step=17')
  const { channels } = explain(example, lecture, 2, 4)
  await expect.poll(() => sumOf(page), patient).toBe(String(channels[0].sum))
  const products = page.locator('.products table').nth(2).locator('td')
  expect(await products.allTextContents()).toEqual(Array.from(channels[0].products, (value) => written(value + 0)))
  await page.getByText('sees rows 2 to 4 and columns 4 to 6 of the picture').waitFor()

  const result = page.getByRole('application')
  const box = (await result.boundingBox())!
  await page.mouse.move(box.x + (3.5 * box.width) / 6, box.y + (5.5 * box.height) / 6)
  await expect.poll(() => sumOf(page), patient).toBe(written(explain(example, lecture, 5, 3).channels[0].sum))
  await page.mouse.move(5, 5)
  await page.getByText('The pixel in row 2, column 4').waitFor()

  await result.focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowRight')
  await page.getByText('The pixel in row 3, column 5').waitFor()
  expect(await sumOf(page)).toBe(written(explain(example, lecture, 3, 5).channels[0].sum))
  await page.getByRole('button', { name: 'Step', exact: true }).click()
  await page.getByText('The pixel in row 4, column 0').waitFor()
  await page.getByRole('button', { name: 'Play' }).click()
  await page.getByText('36 of 36 pixels').waitFor()
  await page.getByText('The pixel in row 5, column 5').waitFor()
})

it('filters a picture that is dropped, with the numbers of the library', async () => {
  const page = await openStudio('convolution?kernel=gabor&shape=same&padding=replicate&step=700')
  const bytes = Uint8Array.from({ length: 40 * 30 }, (_, i) => (i * i * 7 + 13 * i) % 256)
  const png = await sharp(bytes, { raw: { width: 40, height: 30, channels: 1 } })
    .png()
    .toBuffer()
  await page.locator('.result').waitFor()
  await page.evaluate((base64) => {
    const data = new DataTransfer()
    const content = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
    data.items.add(new File([content], 'own.png', { type: 'image/png' }))
    dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }))
  }, png.toString('base64'))
  await page.getByText('own.png in grey, 30 × 40').waitFor()
  const picture: Picture = { image: image(1, 30, 40, Float32Array.from(bytes)), white: 255, title: '' }
  const settings: Settings = { ...lecture, kernel: presets.gabor, shape: 'same', padding: 'replicate' }
  const { channels } = explain(picture, settings, Math.floor(699 / 40), 699 % 40)
  await expect.poll(() => sumOf(page), patient).toBe(written(channels[0].sum, 7))
  const { result } = convolve(picture, settings, 'fit')
  expect(channels[0].sum).toBeCloseTo(result.data[699], 3)
  // What the canvas shows.
  const shown = await page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('.result canvas')!
    return [...canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data]
  })
  expect(shown).toEqual([...result.pixels])
  await expect.poll(() => page.url()).toContain('picture=own')
})

it('reduces a large picture and says so, and refuses what is none', async () => {
  const page = await openStudio('convolution?picture=own')
  await page.getByText('Drop a picture here').waitFor()
  const input = page.locator('input[type=file]')
  const large = await sharp({ create: { width: 800, height: 500, channels: 3, background: '#336699' } })
    .jpeg()
    .toBuffer()
  await input.setInputFiles({ name: 'large.jpg', mimeType: 'image/jpeg', buffer: large })
  await page.getByText('large.jpg in grey, reduced from 500 × 800 to 120 × 192').waitFor()
  await input.setInputFiles({ name: 'broken.png', mimeType: 'image/png', buffer: Buffer.from('no picture') })
  await page.getByText("'broken.png' is not a picture that this browser can read; expected a PNG").waitFor()
  const saved = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save picture.png' }).click()
  expect((await saved).suggestedFilename()).toBe('picture.png')
})

it('filters the channel that is chosen, saves it, and keeps it in its address', async () => {
  const page = await openStudio('convolution?picture=own&kernel=identity')
  const colour = { r: 20, g: 100, b: 240 }
  const buffer = await sharp({ create: { width: 9, height: 9, channels: 3, background: colour } })
    .png()
    .toBuffer()
  await page.locator('input[type=file]').setInputFiles({ name: 'blue.png', mimeType: 'image/png', buffer })
  await page.getByText('blue.png in grey, 9 × 9').waitFor()
  await page.getByRole('radio', { name: 'Blue' }).check()
  await page.getByText('blue.png, its blue, 9 × 9').waitFor()
  await expect.poll(() => sumOf(page), patient).toBe('240')
  await expect.poll(() => page.url()).toContain('channel=blue')
  const saved = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save picture.png' }).click()
  const pixels = await sharp(await readBuffer(await (await saved).createReadStream()))
    .raw()
    .toBuffer()
  expect([...pixels.subarray(0, 3)]).toEqual([240, 240, 240])
})

it('says why there is no webcam, uses one only when it is asked to, and stops it', async () => {
  const page = await openStudio('convolution?picture=webcam&kernel=sobel-x')
  await page.getByRole('button', { name: 'Start the webcam' }).click()
  await page.getByText(/There is no webcam on this machine|was not allowed to use the webcam/).waitFor()
  await page.evaluate(() => {
    const canvas = document.createElement('canvas')
    canvas.getContext('2d')!.fillRect(0, 0, canvas.width, canvas.height)
    const stream = canvas.captureStream(10)
    navigator.mediaDevices.getUserMedia = async () => {
      Object.assign(globalThis, { track: stream.getTracks()[0] })
      return stream
    }
    setInterval(() => canvas.getContext('2d')!.fillRect(0, 0, 10, 10), 50)
  })
  await page.getByRole('button', { name: 'Start the webcam' }).click()
  await page.getByText(/^Webcam in grey, reduced to \d+ × \d+/).waitFor()
  await page.getByRole('link', { name: 'Perceptron' }).first().click()
  await expect.poll(() => page.evaluate('track.readyState'), patient).toBe('ended')
})

it('refuses a kernel that does not fit, and nonsense in its address', async () => {
  const page = await openStudio('convolution?dilationDown=4&kernel=1,2;3&draw=x')
  await page.getByText("In the address, kernel: '1,2;3' is not a kernel of 1 x 1 to 7 x 7").waitFor()
  await page.getByText("In the address, draw: 'x' is not one of fit, clip, absolute; fit is used").waitFor()
  await page.getByText('filter: the kernel covers 9 rows and the picture has 8').waitFor()
  await page.getByRole('radio', { name: 'Same' }).check()
  await expect
    .poll(() => numbersOf(page, 1), patient)
    .toEqual(expected({ ...lecture, dilation: [4, 1], shape: 'same' }))
})

it('checks the answer to its exercise', async () => {
  const page = await openStudio('convolution?kernel=identity&shape=same')
  await page.locator('.result').waitFor()
  await page.getByRole('button', { name: 'Check' }).click()
  await page.getByText('Not yet. The picture is where it was.').waitFor()
  await page.getByLabel('Weight in row 2, column 2').fill('0')
  await page.getByLabel('Weight in row 2, column 1').fill('1')
  const kernel = kernelField.parse('0,0,0;1,0,0;0,0,0')
  await expect.poll(() => numbersOf(page, 1), patient).toEqual(expected({ ...lecture, shape: 'same', kernel }))
  await page.getByRole('button', { name: 'Check' }).click()
  await page.getByText('Right. Each window takes the value on its left.').waitFor()
})
