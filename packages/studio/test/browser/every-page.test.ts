/** What holds for all pages. */
import { describe, expect, it } from 'vitest'
import { findingsOf, openStudio, overflowOf } from './open-studio.ts'
import { pageNames } from './page-names.ts'

describe.each(['', ...pageNames])('the page #/%s', (name) => {
  it.each(['light', 'dark'] as const)('breaks no rule of axe in %s', async (colorScheme) => {
    const page = await openStudio(name, { colorScheme })
    await page.waitForSelector('h1')
    if (name !== '') await page.waitForSelector('.lesson')
    expect(await findingsOf(page)).toEqual([])
  })

  it.each([
    ['desktop', 1440],
    ['tablet', 900],
    ['phone', 360],
  ])('fits a %s', async (_, width) => {
    const page = await openStudio(name, { viewport: { width, height: 800 } })
    await page.waitForSelector(name === '' ? '.cards' : '.lesson')
    expect(await overflowOf(page)).toBeLessThanOrEqual(0)
  })

  it('works for a class', async () => {
    const page = await openStudio(name)
    await page.getByRole('button', { name: 'For a class' }).click()
    await page.waitForSelector(name === '' ? '.cards' : '.lesson')
    expect(await findingsOf(page)).toEqual([])
    expect(await overflowOf(page)).toBeLessThanOrEqual(0)
  })
})

describe.each(pageNames)('the page #/%s', (name) => {
  it('says what in its address it does not understand', async () => {
    const page = await openStudio(`${name}?nonsense=1`)
    await page.getByText('In the address, nonsense: this page has no such setting').waitFor()
  })

  it('shows its program, and leads to its chapter', async () => {
    const page = await openStudio(name)
    await page.getByText('Show code').click()
    expect(await page.locator('.show-code pre').textContent()).toContain("from 'gentle-dl")
    await page.getByRole('link', { name: /^Chapter \d+ of the lecture$/ }).click()
    await page.waitForSelector('main h1')
    expect(await page.title()).toContain('· Gentle')
  })
})
