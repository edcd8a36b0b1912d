import { availableThreads, wasm } from 'gentle-dl'
import { mnist } from 'gentle-dl/data'
import { expect, it } from 'vitest'
import { RemedyRun } from '../../src/pages/overfitting/remedy-run.ts'
import { runSettings } from '../../src/pages/overfitting/settings.ts'
import { openStudio } from './open-studio.ts'

it('trains side by side with the numbers of the library, goes back by undo, and on', async () => {
  const settings = { examples: 50, seed: 1, dropout: 0.5, decay: 1, times: 10, strength: 1 }
  const { train, validation } = await mnist()
  const backend = await wasm({ threads: availableThreads() })
  const rows: string[][] = []
  for (const name of ['none', 'augmentation'] as const) {
    const run = await RemedyRun.begin(runSettings(name, settings), { train, validation }, backend)
    await run.round()
    const { validation: loss, accuracy } = run.moments[1]
    rows.push([loss.toPrecision(3), `${(100 * accuracy).toFixed(1)} %`])
  }
  await backend.close()

  const page = await openStudio('overfitting?examples=50&with-dropout=no&with-decay=no&with-data=no')
  await page.getByText('0 of 1,000 steps each').waitFor()
  await page.getByRole('button', { name: '20 steps' }).click()
  const shown = () =>
    page
      .locator('.remedy-outcome tbody tr')
      .evaluateAll((all) =>
        all
          .map((row) => [...row.querySelectorAll('td')].map(({ textContent }) => textContent))
          .map((cells) => [cells[1], cells[3]]),
      )
  await expect.poll(shown, { timeout: 30_000 }).toEqual(rows)
  await expect.poll(() => page.url()).toContain('rounds=1')
  await page.getByRole('button', { name: 'Go on' }).click()
  // The address tells the steps when they rest, which can be when all are done.
  await page.getByText(/^(?!0 |20 )\d+ of 1,000 steps each/).waitFor({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByRole('button', { name: 'Start again' }).click()
  await page.getByText('0 of 1,000 steps each').waitFor()
  await page.getByRole('button', { name: 'Check' }).click()
  await page.getByText('Not yet. Train for 400 steps at least').waitFor()
}, 120_000)

it('changes a scene, tells in words what is where, and keeps the choice in its address', async () => {
  const page = await openStudio('overfitting')
  await page.getByRole('radio', { name: 'Gallery of augmentations' }).check()
  const variant = page.getByRole('img', { name: /^Variant 4: a \d around/ })
  await variant.waitFor()
  const before = await variant.getAttribute('aria-label')
  await page.getByLabel('Amount').focus()
  await page.keyboard.press('End')
  await expect.poll(() => variant.getAttribute('aria-label')).not.toBe(before)
  await page.getByLabel('Transform').selectOption('Noise')
  const scene = await page.getByRole('img', { name: /^The scene: / }).getAttribute('aria-label')
  await expect.poll(() => variant.getAttribute('aria-label')).toBe(scene!.replace('The scene', 'Variant 4'))
  await expect.poll(() => page.url()).toContain('show=gallery&augmentation=noise&amount=1')
  await page.getByRole('button', { name: 'Another scene' }).click()
  await expect.poll(() => page.url()).toContain('scene=2')
})

it('says what comes broken, and goes on when it comes whole', async () => {
  const page = await openStudio('overfitting')
  await page.context().route('**/mnist/**', (route) => route.fulfill({ body: 'no digits' }))
  await page.reload()
  await page.getByRole('radio', { name: 'Gallery of augmentations' }).check()
  await page.getByRole('alert').getByText('.gz is broken or cut off').waitFor()
  await page.context().unroute('**/mnist/**')
  await page.getByRole('button', { name: 'Another scene' }).click()
  await page.getByRole('img', { name: /^The scene: / }).waitFor()
  expect(await page.getByRole('alert').count()).toBe(0)
})
