/** What holds for all pages. Each is opened once; its tests follow each other as somebody goes on with it. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findingsOf, openForAll, overflowOf } from './open-studio.ts'
import { pageNames } from './page-names.ts'

describe.each(['', ...pageNames])('the page #/%s', (name) => {
  let page: Page
  const shown = (): Promise<unknown> => page.waitForSelector(name === '' ? '.cards' : '.lesson')

  beforeAll(async () => {
    page = await openForAll(name)
    await shown()
  })
  afterAll(() => page.close())

  it('breaks no rule of axe, in light and in dark', async () => {
    await page.emulateMedia({ colorScheme: 'light' })
    expect(await findingsOf(page)).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await findingsOf(page, ['color-contrast'])).toEqual([])
  })

  it.each([
    ['phone', 360],
    ['tablet held upright', 768],
    ['tablet', 900],
    ['desktop', 1440],
  ])('fits a %s', async (_, width) => {
    await page.setViewportSize({ width, height: 800 })
    await expect.poll(() => overflowOf(page)).toBeLessThanOrEqual(0)
  })

  it('works for a class', async () => {
    await page.getByRole('button', { name: 'For a class' }).click()
    await page.locator('.for-class').waitFor()
    expect(await findingsOf(page)).toEqual([])
    expect(await overflowOf(page)).toBeLessThanOrEqual(0)
    await page.getByRole('button', { name: 'For a class' }).click()
  })

  it('is printed on white, with its stage, and nothing of it is cut off', async () => {
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    await page.setViewportSize({ width: 720, height: 1000 })
    expect(await page.evaluate('getComputedStyle(document.documentElement).color')).toBe('rgb(31, 41, 51)')
    expect(await page.locator('.top').isVisible()).toBe(false)
    await expect.poll(() => overflowOf(page)).toBeLessThanOrEqual(0)
    if (name !== '') {
      const [controls, stage] = await Promise.all(
        ['.controls', '.stage'].map((part) => page.locator(`.lesson > ${part}`).boundingBox()),
      )
      expect(stage!.height).toBeGreaterThan(0)
      expect(stage!.y).toBeGreaterThanOrEqual(controls!.y + controls!.height)
    }
    await page.emulateMedia({ media: null, colorScheme: null })
    await page.setViewportSize({ width: 1440, height: 800 })
  })

  if (name === '') return

  it('says what in its address it does not understand', async () => {
    await page.evaluate((hash) => {
      location.hash = hash
    }, `#/${name}?nonsense=1`)
    await page.getByText('In the address, nonsense: this page has no such setting').waitFor()
  })

  it('shows its program, and leads to its chapter', async () => {
    await page.getByText('Show code').click()
    expect(await page.locator('.show-code pre').textContent()).toContain("from 'gentle-dl")
    await page.getByRole('link', { name: /^Chapter \d+ of the lecture$/ }).click()
    await page.waitForSelector('main h1')
    expect(await page.title()).toContain('· Gentle')
  })
})
