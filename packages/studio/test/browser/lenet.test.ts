import { readdirSync, statSync } from 'node:fs'
import { availableThreads, predict, wasm } from 'gentle-dl'
import { mnist, subset } from 'gentle-dl/data'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { shifted } from '../../src/engine/shifted.ts'
import { Training, untrained } from '../../src/pages/lenet/training.ts'
import { openStudio } from './open-studio.ts'

const minutes = (count: number): number => count * 60_000

/** Waits for an epoch of a small training. */
const epochsDone = (page: Page, epochs: number): Promise<void> =>
  page.locator('.training-state', { hasText: new RegExp(`^${epochs} epochs? `) }).waitFor({ timeout: minutes(2) })

/** What a column of the table of probabilities says, in percent as it is shown. */
const shares = async (page: Page, column: 1 | 2): Promise<string[]> =>
  (await page.locator('.probabilities tbody tr').allInnerTexts()).map((row) => row.split('\t')[column].trim())

it('trains as the library does, as far as a link says, to the same numbers', async () => {
  const settings = { seed: 3, rate: 0.05, batchSize: 32, digits: 2500 }
  const { train, validation, test } = await mnist()
  const digits = subset(
    train,
    Array.from({ length: 2500 }, (_, i) => i),
  )
  const backend = await wasm({ threads: availableThreads() })
  const models = await untrained(settings.seed, backend)
  const training = await Training.begin(models, { train: digits, validation }, settings)
  while (training.epochs < 2) await training.step()
  const { lenet, mlp } = training.progress.learned
  // The page begins with the first 7 of the test digits.
  const seven = new Float32Array(784)
  await test.read([0], seven, new Int32Array(1))
  const says = async (model: typeof models.lenet): Promise<string[]> =>
    Array.from((await predict(model, shifted(seven, 2, -1), { probabilities: true })).data, (share) =>
      share > 0 && share < 0.005 ? '< 1 %' : `${Math.round(100 * share)} %`,
    )
  const expected = [await says(models.lenet), await says(models.mlp)]
  await backend.close()

  const page = await openStudio('lenet?seed=3&batch=32&digits=2500&epochs=2&right=2&down=-1')
  await epochsDone(page, 2)
  const legend = page.getByRole('figure').nth(1).locator('.legend')
  for (const { accuracies } of [lenet, mlp])
    await expect.poll(() => legend.innerText()).toContain(String(Number((100 * accuracies[2]).toFixed(1))))
  await expect.poll(() => shares(page, 1), { timeout: 20_000 }).toEqual(expected[0])
  expect(await shares(page, 2)).toEqual(expected[1])
  expect(page.url()).toContain('epochs=2')
}, 240_000)

it('trains, pauses, goes on, goes back by undo, and starts again', async () => {
  // Of fewer digits all epochs may be done before a busy machine presses Pause.
  const page = await openStudio('lenet?digits=25000')
  const state = (): Promise<string> => page.locator('.training-state').innerText()
  await page.getByRole('button', { name: 'Step', exact: true }).click()
  await page.getByText('0 epochs and 1 of 391 steps').waitFor({ timeout: minutes(1) })
  await page.getByRole('button', { name: 'Epoch', exact: true }).click()
  await epochsDone(page, 1)
  await expect.poll(() => page.url()).toContain('epochs=1')
  await page.getByRole('button', { name: 'Go on' }).click()
  await expect.poll(state, { timeout: minutes(1) }).toMatch(/^[2-9] epochs/)
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByRole('button', { name: 'Go on' }).waitFor()
  // The address tells it when it rests.
  let epochs: string | undefined
  const rests = async (): Promise<boolean> => {
    epochs = /^(\d+) epochs/.exec(await state())?.[1]
    return epochs !== undefined && page.url().endsWith(`epochs=${epochs}`)
  }
  await expect.poll(rests, { timeout: minutes(1) }).toBe(true)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(state).not.toMatch(new RegExp(`^${epochs} epochs`))
  await page.getByRole('button', { name: 'Start again' }).click()
  await page.getByText('0 epochs and 0 of 391 steps').waitFor()
}, 240_000)

it('reads a digit that is drawn, and keeps it in its address', async () => {
  const page = await openStudio('lenet?digits=2500&epochs=2')
  await epochsDone(page, 2)
  const pad = (await page.locator('.drawing-pad canvas').boundingBox())!
  await page.mouse.move(pad.x + 110, pad.y + 30)
  await page.mouse.down()
  await page.mouse.move(pad.x + 108, pad.y + 180, { steps: 12 })
  await page.mouse.up()
  await page.getByText('LeNet-5 says 1,').waitFor()
  await expect.poll(() => page.url()).toContain('drawing=50,14,1;')
  await page.reload()
  await page.getByText('LeNet-5 says 1,').waitFor({ timeout: minutes(1) })
  await page.getByRole('button', { name: 'Clear' }).click()
  await page.getByText('It is a 7.').waitFor()
}, 240_000)

it('is worked by keyboard, and checks the answer to its exercise', async () => {
  const page = await openStudio('lenet')
  await page.getByRole('button', { name: 'Test digit 3 of 20, a 1' }).focus()
  await page.keyboard.press('Enter')
  await page.getByText('It is a 1.').waitFor()
  await page.getByLabel('To the right').focus()
  await page.keyboard.press('ArrowRight')
  await page.getByText('shifted by 1, 0').waitFor()
  await expect.poll(() => page.url()).toContain('digit=2&right=1')
  await page.getByRole('button', { name: 'Check' }).click()
  await page.getByText('Not yet. LeNet-5 has reached 0.0 %').waitFor()
  await page.getByRole('radio', { name: 'MLP' }).check()
  await page.getByText('128 neurons, a weight for each pixel').waitFor()
})

it('says what comes broken, and goes on when it comes whole', async () => {
  const page = await openStudio('lenet?digits=2500')
  await page.reload()
  await page.getByText('It is a 7.').waitFor()
  await page.context().route('**/mnist/**', (route) => route.fulfill({ body: 'no digits' }))
  await page.getByRole('button', { name: 'Epoch', exact: true }).click()
  await page.getByRole('alert').getByText('.gz is broken or cut off').waitFor()
  await page.context().unroute('**/mnist/**')
  await page.getByRole('button', { name: 'Epoch', exact: true }).click()
  await epochsDone(page, 1)
  expect(await page.getByRole('alert').count()).toBe(0)
}, 120_000)

it('brings at most 12 MB of digits', () => {
  const folder = new URL('../../dist/mnist/', import.meta.url)
  const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(new URL(name, folder)).size, 0)
  expect(bytes).toBeLessThan(12e6)
})
