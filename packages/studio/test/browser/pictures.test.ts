import { zipSync } from 'fflate'
import { loadModel } from 'gentle-dl'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { openStudio } from './open-studio.ts'

/** A crowded machine is slow. */
const patient = { timeout: 30_000 }

/** A picture of one colour, with a corner of another. */
const picture = (hue: string, corner: number): Promise<Buffer> =>
  sharp({ create: { width: 60, height: 40, channels: 3, background: hue } })
    .composite([
      { input: { create: { width: 9, height: 9, channels: 3, background: 'white' } }, left: corner, top: corner },
    ])
    .png()
    .toBuffer()

/** Two classes of coloured pictures, as a Teachable Machine project has them. */
async function project(): Promise<Buffer> {
  const files: Record<string, Uint8Array> = {
    'manifest.json': new TextEncoder().encode('{"type":"image","version":"2.4.4","appdata":{}}'),
  }
  for (const [name, hue] of Object.entries({ 'my red': 'rgb(200,40,40)', blue: 'rgb(40,40,200)' }))
    for (let i = 0; i < 6; i++) files[`${name}-!-${i}.jpg`] = await picture(hue, 3 * i)
  return Buffer.from(zipSync(files))
}

const drop = async (page: Page, name: string, content: Buffer): Promise<void> => {
  // What listens for files is there when the page is.
  await page.locator('.lesson').waitFor()
  await page.evaluate(
    ({ name, base64 }) => {
      const data = new DataTransfer()
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
      data.items.add(new File([bytes], name))
      dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }))
    },
    { name, base64: content.toString('base64') },
  )
}

const count = (page: Page, name: string) =>
  page.getByRole('region', { name: `Class ${name}`, exact: true }).locator('output')

it('opens a Teachable Machine project, learns its classes, says what a picture is, and gives the classifier away', async () => {
  const page = await openStudio('pictures?epochs=8&side=32&augment=no')
  await page.getByText('Collect pictures of at least two classes').waitFor()
  await drop(page, 'project.tm', await project())
  await page.getByText('A Teachable Machine project: 12 pictures of 2 classes').waitFor()
  expect(await count(page, 'my red').textContent()).toBe('6')

  await page.getByRole('button', { name: 'Train', exact: true }).click()
  await page.getByRole('heading', { name: 'What it gets wrong' }).waitFor(patient)
  await page.locator('.training-state', { hasText: '8 of 8 epochs' }).waitFor()
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Test a picture' }).click()
  const test = { name: 'test.png', mimeType: 'image/png', buffer: await picture('rgb(40,40,200)', 20) }
  await (await chooser).setFiles(test)
  await page.getByText('test.png: blue').waitFor(patient)

  const saved = page.waitForEvent('download')
  await page.getByRole('button', { name: 'pictures.safetensors' }).click()
  const chunks: Buffer[] = []
  for await (const chunk of await (await saved).createReadStream()) chunks.push(chunk as Buffer)
  const model = await loadModel(new Uint8Array(Buffer.concat(chunks)))
  expect(model.classes).toEqual(['blue', 'my red'])

  // What was trained is a trunk for the next.
  await page.getByRole('button', { name: 'Keep this as trunk' }).click()
  await page.getByText('trunk.safetensors: its own network, pictures of 32 × 32.').waitFor()
  expect(await page.getByRole('radio', { name: 'on a trunk' }).isChecked()).toBe(true)
  await page.getByRole('button', { name: 'Train again' }).click()
  await page.locator('.training-state', { hasText: '8 of 8 epochs' }).waitFor(patient)
  await expect.poll(() => page.url()).toContain('start=trunk')
})

it('edits classes, and takes edits back', async () => {
  const page = await openStudio('pictures')
  await drop(page, 'project.tm', await project())
  await count(page, 'blue').waitFor()
  const name = page.getByLabel('Name of the class blue')
  await name.fill('sky')
  await name.press('Enter')
  await page.getByLabel('Name of the class sky').waitFor()
  await page.getByRole('button', { name: 'Remove picture 1 of my red' }).click()
  await expect.poll(() => count(page, 'my red').textContent()).toBe('5')
  await page.getByRole('button', { name: 'Remove the class sky' }).click()
  await expect.poll(() => count(page, 'sky').count()).toBe(0)
  for (let i = 0; i < 3; i++) await page.getByRole('button', { name: 'Undo edit' }).click()
  await expect.poll(() => count(page, 'my red').textContent()).toBe('6')
  await page.getByLabel('Name of the class blue').waitFor()
})

it('refuses what is no picture, no archive and no trunk, each by name', async () => {
  const page = await openStudio('pictures?judged=x')
  await page.getByText("In the address, judged: 'x' is not one of held out, all").waitFor()
  const bomb = await picture('red', 0)
  bomb.writeUInt32BE(60_000, 16)
  bomb.writeUInt32BE(60_000, 20)
  await drop(page, 'bomb.png', bomb)
  await page.getByText("'bomb.png' has 60000 × 60000 pixels; expected at most 64 million").waitFor()
  await drop(page, 'broken.zip', Buffer.from('PK no zip'))
  await page.getByText("'broken.zip' is not a zip archive, or is broken").waitFor()
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Open a trunk' }).click()
  await (await chooser).setFiles({ name: 'x.pth', mimeType: '', buffer: Buffer.from('no weights') })
  await page.getByRole('alert').filter({ hasText: 'x.pth' }).waitFor(patient)
})

it('records from the webcam, which it stops when the page is left', async () => {
  const page = await openStudio('pictures')
  await page.evaluate(() => {
    const canvas = document.createElement('canvas')
    const stream = canvas.captureStream(10)
    navigator.mediaDevices.getUserMedia = async () => {
      Object.assign(globalThis, { track: stream.getTracks()[0] })
      return stream
    }
    setInterval(() => canvas.getContext('2d')!.fillRect(0, 0, 10, 10), 50)
  })
  await page.getByRole('button', { name: 'New class' }).click()
  expect(await page.getByRole('button', { name: 'Record' }).isDisabled()).toBe(true)
  await page.getByRole('button', { name: 'Start the webcam' }).click()
  await page.getByRole('button', { name: 'Record' }).click()
  await expect.poll(async () => Number(await count(page, 'class 1').textContent()), patient).toBeGreaterThan(2)
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  // A recording is one edit.
  await page.getByRole('button', { name: 'Undo edit' }).click()
  await expect.poll(() => count(page, 'class 1').textContent()).toBe('0')
  await page.getByRole('link', { name: 'Perceptron' }).first().click()
  await expect.poll(() => page.evaluate('track.readyState')).toBe('ended')
})

it('has an example, whose wrong labels its exercise asks for', async () => {
  const page = await openStudio('pictures?example=yes&epochs=1&side=32')
  await expect.poll(() => page.locator('.class-card').count(), patient).toBe(3)
  await page.getByRole('button', { name: 'Check' }).click()
  await page.getByText('Not yet. 4 labels are wrong.').waitFor()
  await page.getByRole('button', { name: 'Epoch' }).click()
  await page.getByRole('heading', { name: 'Highest losses of all pictures' }).waitFor(patient)
  const label = page.locator('.relabel select').first()
  const before = await label.inputValue()
  await label.selectOption(before === '3' ? '5' : '3')
  await page.getByText('before your last changes').waitFor()
  await page.getByRole('button', { name: 'Example: digits' }).click()
  await expect.poll(() => page.url()).not.toContain('example')
})
