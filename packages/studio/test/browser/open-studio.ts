/** Opens pages of the built studio in the Chromium that all test files share. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest'

let browser: Browser
/** Of the file: what a page has loaded need not come again for the next one. */
let shared: BrowserContext
const opened = new Set<Page | BrowserContext>()
const problems: string[] = []

beforeAll(async () => {
  browser = await chromium.connect(inject('chromium'))
  shared = await newContext({})
})
afterAll(() => browser?.close())

// What a page says on its console is a fault of ours, but where a test opens something broken on purpose.
afterEach(async () => {
  for (const each of opened) await each.close()
  opened.clear()
  await shared.unrouteAll()
  expect(problems.splice(0)).toEqual([])
})

const blocked = 'Service Worker registration blocked by Playwright'

async function newContext(options: BrowserContextOptions): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    serviceWorkers: 'block',
    ...options,
  })
  // Chromium, the engine's threads and other tests may share two cores.
  context.setDefaultTimeout(90_000)
  return context
}

async function pageOf(context: BrowserContext, hash: string): Promise<Page> {
  const page = await context.newPage()
  page.on('console', (message) => {
    if ((message.type() === 'error' || message.type() === 'warning') && message.text() !== blocked)
      problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(error.message))
  await page.goto(`${inject('studio')}#/${hash}`)
  return page
}

/**
 * Opens a page of the studio for one test: `perceptron?step=3`. Without its service worker, which would keep the whole studio for each file anew.
 * @param options of a browser that knows nothing yet and in which only this test is
 */
export async function openStudio(hash: string, options?: BrowserContextOptions): Promise<Page> {
  const context = options === undefined ? shared : await newContext(options)
  if (options !== undefined) opened.add(context)
  const page = await pageOf(context, hash)
  opened.add(page)
  return page
}

/** Opens a page that all tests of a file share. */
export const openForAll = (hash: string): Promise<Page> => pageOf(shared, hash)

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/**
 * What axe finds on a page, a line each: the rule and the first element that breaks it.
 * @param rules all unless given
 */
export async function findingsOf(page: Page, rules?: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(axe)
  const options = { resultTypes: ['violations'], ...(rules === undefined ? {} : { runOnly: rules }) }
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(options)})`)
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 160)} ${nodes[0].failureSummary}`)
}

/** By how many pixels a page is wider than its window. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
