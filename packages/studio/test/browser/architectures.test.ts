import { readFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { createModel, openModel, predict, reference, saveModel } from 'gentle-dl'
import { summarize } from 'gentle-dl/inspect'
import { lenet5, resnet18 } from 'gentle-dl/models'
import { exportOnnx } from 'gentle-dl/onnx'
import { plainPreprocessing } from 'gentle-dl/vision'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { exportNetwork } from '../../src/pages/architectures/export-network.ts'
import { findingsOf, openStudio } from './open-studio.ts'

it('unfolds a network to the layers of the library, and a link unfolds it again', async () => {
  const page = await openStudio('architectures?network=resnet18')
  const { layers } = summarize(resnet18(), [3, 224, 224])
  await page.getByRole('button', { name: /^layer1, \d+ layers/ }).press('Enter')
  await page.getByRole('button', { name: /^layer1\.0, \d+ layers/ }).waitFor()
  await page.getByRole('button', { name: 'Unfold all' }).click()
  const boxes = page.locator('.box.layer')
  // What is far from what is seen is not drawn.
  await expect.poll(() => boxes.count()).toBeGreaterThan(12)
  expect(await boxes.count()).toBeLessThan(layers.length)
  for (const { name, parameters } of layers.filter(({ type }) => type === 'conv2d').slice(0, 4))
    await page
      .getByRole('button', { name: new RegExp(`, ${name}, gives .*, ${parameters.toLocaleString('en')} par`) })
      .waitFor()
  await expect.poll(() => page.url()).toContain('layer4.1')
  await page.reload()
  await page.getByRole('button', { name: new RegExp(`, ${layers[0].name}, gives `) }).waitFor()
  await page.locator('.graph').evaluate((graph) => graph.scrollTo(0, graph.scrollHeight))
  await page.getByRole('button', { name: new RegExp(`, ${layers.at(-1)!.name}, gives `) }).waitFor()
  await page.locator('.graph').evaluate((graph) => graph.scrollTo(0, graph.scrollHeight / 2 - 200))
  await page.getByRole('button', { name: /, layer2\.0\.conv1, / }).press(' ')
  await page.getByLabel('The layer', { exact: true }).getByText('73,728').waitFor()
})

it('is printed with the whole of a graph that is scrolled', async () => {
  const page = await openStudio('architectures?network=resnet18')
  await page.getByRole('button', { name: 'Unfold all' }).click()
  const boxes = page.locator('.box.layer')
  await expect.poll(() => boxes.count()).toBeGreaterThan(12)
  const { layers } = summarize(resnet18(), [3, 224, 224])
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')))
  // The input, and sums that are no layers of the summary, are boxes, too.
  await expect.poll(() => boxes.count()).toBeGreaterThanOrEqual(layers.length)
  await page.emulateMedia({ media: 'print' })
  const isWhole = (): Promise<boolean> =>
    page.locator('.graph').evaluate((graph) => graph.scrollHeight <= graph.clientHeight + 1)
  await expect.poll(isWhole).toBe(true)
  await page.emulateMedia({ media: null })
  await page.evaluate(() => dispatchEvent(new Event('afterprint')))
  await expect.poll(() => boxes.count()).toBeLessThan(layers.length)
})

it('marks what differs between two networks', async () => {
  const page = await openStudio('architectures?network=plain20&beside=resnet20')
  await page.getByText(/layers are the same but for the name, 13 differ\./).waitFor()
  await page.getByRole('button', { name: /^layer2, .*, 5 differ$/ }).waitFor()
  expect(await page.locator('.totals .ratio').innerText()).toContain('equal')
})

it('builds a network, says what does not fit, and checks the exercise', async () => {
  const page = await openStudio('architectures?network=own')
  const totals = page.locator('.totals tbody tr').first()
  await totals.getByText('61.71 k').waitFor()
  await page.getByRole('button', { name: 'Check' }).click()
  await page.getByText('Not yet. It has 61,706 parameters').waitFor()
  await page.getByLabel('kernel').first().fill('13')
  await page.getByRole('button', { name: 'Remove layer 3' }).click()
  await page.getByLabel('padding').first().fill('0')
  await page.getByText('16 × 12 × 12').first().waitFor()
  await page.getByLabel('height').fill('8')
  await page.locator('.builder .problem').waitFor()
  expect(await totals.innerText()).toContain('does not fit together yet')
  await expect.poll(() => page.url()).toContain('height=8')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => page.locator('.builder .problem').count()).toBe(0)
})

it('survives nonsense in its address', async () => {
  const page = await openStudio('architectures?network=own&layers=conv:9&open=%3Cb%3E')
  await page.getByText("In the address, layers: 'conv:9' is not a layer conv").waitFor()
  await page.getByText("In the address, open: '<b>' is not a list").waitFor()
  await page.locator('.totals').getByText('61.71 k').waitFor()
})

it('saves a network as the library does, and says what it does not save', async () => {
  const page = await openStudio('architectures?seed=5')
  const saved = async (name: string): Promise<Buffer> => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()])
    return buffer(await download.createReadStream())
  }
  const question = { shown: 'lenet5', seed: 5, layers: [], inputShape: [1, 28, 28] } as const
  for (const format of ['safetensors', 'onnx'] as const)
    expect(
      Buffer.from(await exportNetwork({ ...question, format })).equals(
        await saved(format === 'onnx' ? 'ONNX' : format),
      ),
    ).toBe(true)
  expect((await saved('TypeScript')).toString()).toContain('networks.lenet5')
  await page.getByLabel('Network', { exact: true }).selectOption('gnmt')
  await page.getByRole('button', { name: 'ONNX' }).click()
  await page.getByRole('alert').getByText('GNMT (2016) takes sequences').waitFor()
})

/** Drops files on the page, or on a part of it. */
async function drop(
  page: Page,
  files: readonly { readonly name: string; readonly bytes: Uint8Array; readonly type?: string }[],
  on = 'body',
) {
  const given = files.map(({ name, bytes, type = '' }) => ({
    name,
    type,
    base64: Buffer.from(bytes).toString('base64'),
  }))
  const transfer = await page.evaluateHandle((given) => {
    const transfer = new DataTransfer()
    for (const { name, type, base64 } of given)
      transfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name, { type }))
    return transfer
  }, given)
  await page.dispatchEvent(on, 'drop', { dataTransfer: transfer })
}

/** A grey picture of 28 × 28, as a PNG file and as the numbers in it. */
async function picture(): Promise<{ readonly png: Buffer; readonly pixels: Float32Array }> {
  const bytes = Uint8Array.from({ length: 28 * 28 }, (_, i) => (i * 37) % 256)
  const png = await sharp(bytes, { raw: { width: 28, height: 28, channels: 1 } })
    .png()
    .toBuffer()
  return { png, pixels: Float32Array.from(bytes, (byte) => byte / 255) }
}

it('shows the network of a file that is dropped, with its graph, weights and answers on a picture, as the library has them', async () => {
  const page = await openStudio('architectures')
  const names = ['cat', 'dog', 'owl', 'ant', 'bee', 'cow', 'elk', 'fox', 'hen', 'pig']
  const model = await createModel(lenet5(), [1, 28, 28], { seed: 3, classes: names, backend: reference() })
  const { png, pixels } = await picture()
  const { data } = await predict(model, pixels, { probabilities: true })
  const best = data.indexOf(Math.max(...data))
  const preprocessing = plainPreprocessing([1, 28, 28])
  const files = [
    { name: 'net.safetensors', bytes: await saveModel(model, { preprocessing, task: 'classify' }) },
    { name: 'net.onnx', bytes: await exportOnnx(model) },
  ]
  for (const [i, file] of files.entries()) {
    await drop(page, [file])
    await page
      .getByRole('status')
      .getByText(`${file.name}: ${i === 0 ? 'safetensors' : 'ONNX'}`)
      .waitFor()
    await page.locator('.totals').getByText(file.name).waitFor()
    await page.locator('.totals').getByText('61.71 k').waitFor()
    await page.getByRole('heading', { name: file.name }).waitFor()
    await page.getByRole('img', { name: /^Histogram of / }).waitFor()
    if (i === 0) await drop(page, [{ name: 'mine.png', bytes: png, type: 'image/png' }])
    const answers = page.getByRole('region', { name: 'Its answers' })
    await answers.getByText(`It says: ${names[best]}`).waitFor()
    for (const [row, label] of (await answers.locator('tbody th').allInnerTexts()).entries()) {
      const share = await answers.locator('tbody td').nth(row).innerText()
      expect(Number.parseFloat(share)).toBeCloseTo(100 * data[names.indexOf(label)], 0)
    }
  }
  await page
    .getByRole('button', { name: /conv 5×5/ })
    .first()
    .waitFor()
  // What was trained is what is saved.
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'safetensors' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('net.safetensors')
  const again = await openModel(
    { name: 'again', bytes: await buffer(await download.createReadStream()) },
    { backend: reference() },
  )
  expect([...(await predict(again.model, pixels, { probabilities: true })).data][best]).toBeCloseTo(data[best], 5)
  expect(await findingsOf(page)).toEqual([])
})

it('sets two files that are dropped beside each other: layers, weights, answers and where they see them', async () => {
  const page = await openStudio('architectures')
  const made = (seed: number, network = lenet5()) => createModel(network, [1, 28, 28], { seed, backend: reference() })
  const bytes = await saveModel(await made(1))
  await drop(page, [
    { name: 'one.safetensors', bytes },
    { name: 'two.onnx', bytes: await exportOnnx(await made(1)) },
  ])
  await page.locator('.totals').getByText('two.onnx').waitFor()
  await page.getByText(/layers are the same but for the name/).waitFor()
  const weights = page.getByRole('region', { name: 'What differs in their weights' })
  await weights.getByText('8 tensors have the same values, 0 other ones').waitFor()
  // Another second file leaves the first.
  await drop(page, [{ name: 'three.safetensors', bytes: await saveModel(await made(2)) }], '[data-given=other]')
  await weights.getByText('5 tensors have the same values, 5 other ones').waitFor()
  await weights.getByRole('button', { name: '3.weight' }).click()
  await expect.poll(() => page.getByRole('img', { name: 'Histogram of 3.weight' }).count()).toBe(2)
  const { png } = await picture()
  await drop(page, [{ name: 'mine.png', bytes: png, type: 'image/png' }])
  const answers = page.getByRole('region', { name: 'Their answers' })
  await expect.poll(() => answers.getByText(/^It says: /).count()).toBe(2)
  await answers.getByLabel('Show where a class is seen').check()
  await expect.poll(() => answers.getByRole('img', { name: /^Where it sees class \d$/ }).count()).toBe(2)
  await answers.locator('figcaption select').first().selectOption({ index: 2 })
  await expect.poll(() => page.url()).toContain('cam=yes')
  expect(await findingsOf(page)).toEqual([])
})

it('opens a file that is dropped while the page is still loading', async () => {
  const page = await openStudio('')
  let come = (): void => {}
  const wanted = new Promise<void>((resolve) => {
    come = resolve
  })
  await page.route('**/page-*.js', async (route) => {
    await wanted
    await route.continue()
  })
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Architectures' }).click()
  await page.getByText('Loading Architectures').waitFor()
  const model = await createModel(lenet5(), [1, 28, 28], { seed: 3, backend: reference() })
  await drop(page, [{ name: 'early.safetensors', bytes: await saveModel(model) }])
  come()
  await page.getByRole('status').getByText('early.safetensors: safetensors').waitFor()
})

it('opens files of Keras', async () => {
  const { files } = JSON.parse(
    readFileSync(new URL('../../../gentle/test/goldens/keras.json', import.meta.url), 'utf8'),
  )
  const page = await openStudio('architectures')
  for (const [name, file] of [
    ['net.keras', 'keras 3'],
    ['net.h5', 'h5 of keras 2'],
  ]) {
    await drop(page, [{ name, bytes: Buffer.from(files[file].file, 'base64') }])
    await page.getByRole('status').getByText(`${name}: Keras`).waitFor()
    await page.locator('.totals').getByText(name).waitFor()
    await page.getByRole('img', { name: /^Histogram of / }).waitFor()
  }
  await drop(page, [{ name: 'cut.h5', bytes: Buffer.from(files['h5 of keras 2'].file, 'base64').subarray(0, 9000) }])
  await page.getByRole('alert').getByText('cut.h5').waitFor()
})

it('answers on a drawn digit, and says where nobody tells how pictures are prepared', async () => {
  const page = await openStudio('architectures')
  const model = await createModel(lenet5(), [1, 28, 28], { seed: 3, backend: reference() })
  await drop(page, [{ name: 'net.onnx', bytes: await exportOnnx(model) }])
  const answers = page.getByRole('region', { name: 'Its answers' })
  await answers.getByText('The file does not say how pictures are prepared').waitFor()
  const canvas = answers.locator('.drawing-pad canvas')
  await canvas.scrollIntoViewIfNeeded()
  const pad = (await canvas.boundingBox())!
  const at = (x: number, y: number) => [pad.x + x * pad.width, pad.y + y * pad.height] as const
  await page.mouse.move(...at(0.5, 0.2))
  await page.mouse.down()
  await page.mouse.move(...at(0.5, 0.8), { steps: 8 })
  await page.mouse.up()
  await answers.getByText(/^It says: class \d$/).waitFor()
  // A picture takes the drawing's place.
  await drop(page, [{ name: 'mine.png', bytes: (await picture()).png, type: 'image/png' }])
  await answers.getByRole('img', { name: /^An empty drawing/ }).waitFor()
  await answers.getByText(/^It says: class \d$/).waitFor()
})

it('shows the weights of a file, and says what is wrong with a broken one', async () => {
  const page = await openStudio('architectures')
  const bytes = await exportNetwork({
    shown: 'lenet5',
    seed: 0,
    layers: [],
    inputShape: [1, 28, 28],
    format: 'safetensors',
  })
  const choose = (name: string, buffer: Uint8Array): Promise<void> =>
    page
      .locator('.given-file input[type=file]')
      .first()
      .setInputFiles({
        name,
        mimeType: 'application/octet-stream',
        buffer: Buffer.from(buffer),
      })
  await choose('notes.txt', Buffer.from('notes'))
  await page.getByRole('alert').getByText('notes.txt has an unknown format').waitFor()
  await choose('cut.safetensors', bytes.subarray(0, 50_000))
  await page.getByRole('alert').getByText('cut.safetensors').waitFor()
  await choose('lenet.safetensors', bytes)
  await page.getByText('lenet.safetensors: safetensors').waitFor()
  await page.getByRole('combobox', { name: /^Tensor/ }).selectOption('3.weight')
  await page.getByRole('img', { name: 'Histogram of 3.weight' }).waitFor()
  await page.getByRole('img', { name: '3.weight as a picture: all 96 kernels' }).waitFor()
  expect(await page.getByRole('alert').count()).toBe(0)
  expect(await findingsOf(page)).toEqual([])
})
