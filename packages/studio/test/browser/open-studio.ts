/** Opens pages of the built studio in Chromium. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest'
import { chromiumLaunch } from '../../../../tools/chromium.ts'

let browser: Browser
const opened: { readonly page: Page; readonly problems: string[] }[] = []

beforeAll(async () => {
  browser = await chromium.launch(chromiumLaunch)
})
afterAll(() => browser?.close())

// What a page says on its console is a fault of ours, but where a test opens something broken on purpose.
afterEach(async () => {
  const problems = opened.flatMap((each) => each.problems)
  for (const { page } of opened.splice(0)) await page.context().close()
  expect(problems).toEqual([])
})

const blocked = 'Service Worker registration blocked by Playwright'

/** Opens a page of the studio: `perceptron?step=3`. Without its service worker, which would keep the whole studio for each test anew, unless `options` allows it. */
export async function openStudio(hash: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    serviceWorkers: 'block',
    ...options,
  })
  const page = await context.newPage()
  // Chromium, the engine's threads and other tests may share two cores.
  page.setDefaultTimeout(90_000)
  const problems: string[] = []
  page.on('console', (message) => {
    if ((message.type() === 'error' || message.type() === 'warning') && message.text() !== blocked)
      problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(error.message))
  opened.push({ page, problems })
  await page.goto(`${inject('studio')}#/${hash}`)
  return page
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds on a page, a line each: the rule and the first element that breaks it. */
export async function findingsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const { violations } = await page.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations"] })')
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 160)} ${nodes[0].failureSummary}`)
}

/** By how many pixels a page is wider than its window. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
