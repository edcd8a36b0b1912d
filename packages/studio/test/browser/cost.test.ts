import { expect, it } from 'vitest'
import { costs } from '../../src/pages/cost/session.ts'
import { openStudio } from './open-studio.ts'

it('counts as the library does, along each setting, and keeps it in its address', async () => {
  const page = await openStudio('cost?depth=2&width=8')
  const { cost, doubled } = await costs({ depth: 2, width: 8, resolution: 32, batch: 32 }, 'width')
  const rows = page.getByLabel('Twice as much').locator('tbody tr')
  await rows.first().waitFor()
  expect(await rows.first().innerText()).toContain(`${(cost.parameters / 1000).toPrecision(4)} k`)
  expect(await rows.nth(2).innerText()).toContain(`× ${(doubled.width.stepFlops / cost.stepFlops).toFixed(2)}`)
  await page.getByText('14 layers with weights').waitFor()
  await page.getByRole('radio', { name: 'batch' }).check()
  await page.getByRole('group', { name: 'FLOPs of a step of training by batch' }).waitFor()
  await page.getByLabel('Depth, blocks a stage').focus()
  await page.keyboard.press('ArrowRight')
  await page.getByText('20 layers with weights').waitFor()
  await expect.poll(() => page.url()).toContain('axis=batch')
})

it('measures this machine, and tells how long the lecture’s systems would take', async () => {
  const page = await openStudio('cost?depth=1&width=4&resolution=8&batch=2&axis=depth')
  const systems = page.getByLabel('How long each system would take').locator('tbody tr')
  await systems.first().waitFor()
  expect(await systems.first().innerText()).toMatch(/ResNet \(2015\)\s+60\.19 M\s+7\.000 E\s+–\s+10\.61 E\s+–/)
  await page.getByRole('button', { name: 'Measure this machine' }).click()
  await page.getByText(/\d GFLOP\/s on \d/).waitFor()
  await expect.poll(() => systems.first().innerText()).toMatch(/10\.61 E\s+[\d.,]+ (days|years)/)
  await page.getByRole('group', { name: 'Time of a step of training by depth' }).waitFor()
  await page.locator('.curves .legend', { hasText: 'measured' }).waitFor()
  await page.getByRole('button', { name: 'Stop' }).click()
  await page.getByRole('button', { name: 'Measure this machine' }).waitFor()
  await page.getByRole('radio', { name: 'training by year' }).check()
  await page.getByText('Deep Speech 2, counted', { exact: true }).first().waitFor()
  await page.getByRole('button', { name: 'Check' }).click()
  await page.getByText('Not yet. It has 8 layers').waitFor()
})
