import { buffer } from 'node:stream/consumers'
import { summarize } from 'gentle-dl/inspect'
import { resnet18 } from 'gentle-dl/models'
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
  await expect.poll(() => boxes.count()).toBe(layers.length + 1)
  for (const { name, parameters } of layers.filter(({ type }) => type === 'conv2d').slice(0, 4))
    await page
      .getByRole('button', { name: new RegExp(`, ${name}, gives .*, ${parameters.toLocaleString('en')} par`) })
      .waitFor()
  await expect.poll(() => page.url()).toContain('layer4.1')
  await page.reload()
  await boxes.last().waitFor()
  await expect.poll(() => boxes.count()).toBe(layers.length + 1)
  await page.getByRole('button', { name: /, layer2\.0\.conv1, / }).press(' ')
  await page.getByLabel('The layer', { exact: true }).getByText('73,728').waitFor()
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
      .locator('.file-weights input[type=file]')
      .first()
      .setInputFiles({
        name,
        mimeType: 'application/octet-stream',
        buffer: Buffer.from(buffer),
      })
  await choose('cut.safetensors', bytes.subarray(0, 50_000))
  await page.getByRole('alert').getByText('cut.safetensors').waitFor()
  await choose('lenet.safetensors', bytes)
  await page.getByText('lenet.safetensors: safetensors').waitFor()
  await page.getByLabel('Tensor').selectOption('3.weight')
  await page.getByRole('img', { name: 'Histogram of 3.weight' }).waitFor()
  await page.getByRole('img', { name: '3.weight as a picture: all 96 kernels' }).waitFor()
  expect(await page.getByRole('alert').count()).toBe(0)
  expect(await findingsOf(page)).toEqual([])
})
