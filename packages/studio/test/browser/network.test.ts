import { expect, it } from 'vitest'
import { written } from '../../src/pages/network/numbers.ts'
import { Session } from '../../src/pages/network/session.ts'
import { initialSettings as settings } from '../pages/network-settings.ts'
import { openStudio } from './open-studio.ts'

it('trains as far as a link says, with the numbers of the library', async () => {
  const session = new Session()
  const { example, scores } = await session.show({ settings, steps: 40, edits: [], example: 0 })
  await session.dispose()
  const page = await openStudio('network?steps=40')
  await page.getByText('step 40', { exact: true }).waitFor()
  expect(await page.locator('.chain .gradient').innerText()).toBe(written(example.layers[0].byWeights[0][0]))
  expect(await page.locator('.scores').innerText()).toContain(`Validation: loss ${written(scores.validationLoss)}`)
  await page.getByRole('button', { name: 'Step', exact: true }).click()
  await page.getByText('step 41', { exact: true }).waitFor()
  await expect.poll(() => page.url()).toContain('steps=41')
})

it('explains a divergence, and sets a weight by hand', async () => {
  const page = await openStudio('network?hidden=4,4&activation=linear&rate=10&steps=100')
  await page.getByText('The training diverged').waitFor()
  const other = await openStudio('network')
  const weight = other.getByLabel('Weight from x₁')
  await weight.fill('2.5')
  await weight.blur()
  await expect.poll(() => other.url()).toContain('edits=0,1,1,1,2.5')
})

it('undoes what is changed while it plays by itself, and writes on the lines of a neuron what they carry', async () => {
  const page = await openStudio('network?speed=slow')
  const lines = page.locator('.diagram .carried')
  await expect.poll(() => lines.count()).toBe(5)
  expect(await lines.first().textContent()).toMatch(/ →← /)
  await page.getByRole('button', { name: 'Play' }).click()
  const steps = async (): Promise<number> =>
    Number(/step (\d+)/.exec(await page.locator('.player output').innerText())![1])
  await expect.poll(steps).toBeGreaterThan(2)
  await page.getByText('Numbers on the chosen neuron’s lines').click()
  await expect.poll(() => lines.count()).toBe(0)
  const changed = await steps()
  await expect.poll(steps).toBeGreaterThan(changed + 2)
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect.poll(() => page.url()).toContain('numbers=no')
  const undo = page.getByRole('button', { name: 'Undo' })
  await undo.click()
  await expect.poll(steps).toBeLessThanOrEqual(changed)
  expect(await lines.count()).toBe(0)
  await undo.click()
  await expect.poll(() => lines.count()).toBe(5)
  await expect.poll(() => page.url()).toContain('steps=')
})
