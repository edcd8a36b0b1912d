import { afterAll, expect, it } from 'vitest'
import { problems } from '../../src/pages/learning/problems.ts'
import { Session } from '../../src/pages/learning/session.ts'
import { racerNames, type Settings, usualRates } from '../../src/pages/learning/settings.ts'
import { openStudio } from './open-studio.ts'

const settings: Settings = {
  problem: 'line',
  examples: 30,
  batchSize: 4,
  steps: 200,
  schedule: 'constant',
  warmup: false,
  seed: 1,
  start: problems.line.start,
}
const session = new Session()
afterAll(() => session.dispose())

it('races with the numbers of the library, step by step, and a link shows them again', async () => {
  const { runs } = await session.race(
    settings,
    racerNames.map((name) => ({ name, rate: usualRates[name] })),
  )
  const rows = runs.map(({ losses }) => {
    const { train, validation, expected } = losses.find(({ step }) => step === 60)!
    return [train, validation, expected].map((loss) => loss.toPrecision(3))
  })
  const page = await openStudio('learning?step=59')
  const table = page.locator('.race-curves table tbody tr')
  await table.first().waitFor()
  await page.getByRole('button', { name: 'Step', exact: true }).click()
  const look = async (): Promise<void> => {
    await page.getByText('60 of 200 steps').waitFor()
    const shown = await table.evaluateAll((all) =>
      all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent)),
    )
    expect(shown).toEqual(rows)
    const counters = await page.locator('.counters').innerText()
    expect(counters).toMatch(/batch\s+4 of 8\s+epoch\s+8\s+examples in the batch\s+4 of 30/)
  }
  await look()
  await expect.poll(() => page.url()).toContain('step=60')
  await page.reload()
  await table.first().waitFor()
  await look()
})

it('moves the start by keyboard, undoes it, and shows the surfaces of a batch and of the distribution', async () => {
  const page = await openStudio('learning?step=3&steps=50')
  await page.locator('.race-curves').waitFor()
  await page.getByRole('button', { name: /^The start, at w = -1.5, b = -2.2/ }).focus()
  await page.keyboard.press('ArrowUp')
  await page.getByRole('button', { name: 'The start, at w = -1.5, b = -2.1' }).waitFor()
  await expect.poll(() => page.url()).toContain('start=-1.5,-2.1')
  await page.keyboard.press('Control+z')
  await page.getByRole('button', { name: 'The start, at w = -1.5, b = -2.2' }).waitFor()
  await page.locator('.surface canvas').waitFor()
  const picture = () => page.evaluate(() => document.querySelector<HTMLCanvasElement>('.surface canvas')!.toDataURL())
  const ofTraining = await picture()
  await page.getByRole('radio', { name: 'This batch' }).check()
  await expect.poll(picture).not.toBe(ofTraining)
  const ofBatch = await picture()
  await page.getByRole('radio', { name: 'Distribution' }).check()
  await expect.poll(picture).not.toBe(ofBatch)
})

it('tells who diverges, does without racers, and checks the exercise', async () => {
  const page = await openStudio('learning?sgd=2&step=200&problem=line')
  await page.getByText(/^SGD diverges at step \d+: each step overshoots/).waitFor()
  for (const name of ['SGD', 'Momentum', 'RMSProp', 'Adam']) await page.getByLabel(`${name} races`).uncheck()
  await page.getByText('No optimizer races').waitFor()
  await page.getByRole('button', { name: 'Check' }).click()
  await page.getByText('Not yet. Choose the problem of two classes.').waitFor()
  await page.getByLabel('What is learned').selectOption('Two classes')
  await page.getByLabel('Examples', { exact: true }).selectOption('10')
  await page.getByLabel('Adam races').check()
  await page.getByRole('slider', { name: 'Adam' }).fill('85')
  await expect
    .poll(async () => {
      await page.getByRole('button', { name: 'Check' }).click()
      return page.locator('.exercise [role="status"]').innerText()
    })
    .toMatch(/^Right\. Adam ends with/)
})
