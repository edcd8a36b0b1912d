/** The studio in Firefox, where it is installed: `apt install firefox-esr`. */
import puppeteer, { type Browser, type Page } from 'puppeteer-core'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { firefoxLaunch } from '../../../../tools/firefox.ts'
import { trace } from '../../src/pages/perceptron/trace.ts'
import { pageNames } from './page-names.ts'

const patient = { timeout: 90_000 }

describe.skipIf(firefoxLaunch === undefined)('in Firefox', () => {
  let browser: Browser
  let page: Page
  const problems: string[] = []

  beforeAll(async () => {
    browser = await puppeteer.launch(firefoxLaunch)
    page = await browser.newPage()
    page.setDefaultTimeout(patient.timeout)
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text())
    })
    page.on('pageerror', (error) => problems.push(String(error)))
    await page.setViewport({ width: 1440, height: 900 })
  })
  afterAll(() => browser?.close())
  afterEach(() => expect(problems.splice(0)).toEqual([]))

  /** Goes on to a page of the studio from the one before. */
  const open = (hash: string): Promise<unknown> => page.goto(`${inject('studio')}#/${hash}`)

  it.each(pageNames)('the page #/%s opens, with threads and without an error', async (name) => {
    await open(name)
    await page.waitForSelector(`.page-${name} .lesson`)
    expect(await page.evaluate('crossOriginIsolated')).toBe(true)
    expect(await page.$('[role=alert]')).toBeNull()
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
  })

  it('goes through the steps of the perceptron with the numbers of the library', async () => {
    const and = [
      [0, 0, 0],
      [0, 1, 0],
      [1, 0, 0],
      [1, 1, 1],
    ]
    const { steps, weights } = await trace(and, 1)
    await open(`perceptron?step=${steps.length}`)
    await page.locator(`::-p-text(${steps.length} of ${steps.length} steps)`).wait()
    const text = await page.$eval('.arithmetic', (table) => (table as HTMLElement).innerText)
    for (const weight of weights[steps.length]) expect(text.replaceAll('−', '-')).toContain(String(weight))
  })

  it('trains LeNet-5, and comes to the same state by its link', async () => {
    await open('lenet?digits=2500&epochs=1')
    const accuracies = async (): Promise<string> => {
      await page.locator('::-p-text(1 epoch)').wait()
      await expect
        .poll(() => page.$$eval('.legend', (legends) => (legends[1] as HTMLElement)?.innerText ?? ''), patient)
        .toMatch(/\d\d\.\d/)
      return page.$$eval('.legend', (legends) => (legends[1] as HTMLElement).innerText)
    }
    const trained = await accuracies()
    await page.reload()
    expect(await accuracies()).toBe(trained)
  })
})
