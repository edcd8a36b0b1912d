/** How long after its address was asked for a page on a slowed processor has answered its first press. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { pageNames } from '../../packages/studio/test/browser/page-names.ts'
import { median } from '../median.ts'
import { type Studio, viewport } from './studio.ts'

const slowed = 4
const rounds = 3

/** Milliseconds within which a page is to answer. */
const goal = 1000

/** Milliseconds after which a page is given up. */
const patience = 60_000

/** Notes when what `selector` finds stands in the page and where, and when what a press on it changed was drawn. */
const watchFirst = (selector: string): string => `
  globalThis.first = {}
  const look = () => {
    const control = document.querySelector(${JSON.stringify(selector)})
    if (control === null) return requestAnimationFrame(look)
    const { x, y, width, height } = control.getBoundingClientRect()
    Object.assign(first, { shown: performance.now(), x: x + width / 2, y: y + height / 2 })
  }
  look()
  addEventListener('click', ({ timeStamp, target }) => {
    if (target.closest('button, input, select, label') === null) first.missed = target.outerHTML.slice(0, 100)
    requestAnimationFrame(() => setTimeout(() => { first.press = performance.now() - timeStamp }))
  }, { capture: true })`

interface First {
  /** Milliseconds from the navigation until the control stood in the page. */
  readonly shown: number
  /** Milliseconds from the press to what was drawn after it. */
  readonly press: number
  /** Milliseconds that the page's thread computed until then, as slow as it was: what the first two are on a machine that has nothing else to do, but for waits. */
  readonly work: number
}

/** Opens a page in a browser that knows nothing of it, and presses what `selector` finds as soon as it is there. */
async function firstPress(browser: Browser, address: string, selector: string): Promise<First> {
  const context = await browser.newContext({ viewport })
  try {
    const page = await context.newPage()
    const session = await context.newCDPSession(page)
    // Somebody's browser is open already: what it does to open a window is not the page's.
    await page.waitForTimeout(500)
    await session.send('Emulation.setCPUThrottlingRate', { rate: slowed })
    await session.send('Performance.enable', { timeDomain: 'threadTicks' })
    await page.addInitScript(watchFirst(selector))
    await page.goto(address, { waitUntil: 'commit' })
    const began = performance.now()
    // Not by Playwright's locators, which run scripts of their own in the slowed page.
    const until = async (key: 'shown' | 'press'): Promise<Record<'shown' | 'press' | 'x' | 'y', number>> => {
      for (;;) {
        const { result } = await session.send('Runtime.evaluate', {
          expression: 'globalThis.first',
          returnByValue: true,
        })
        const { missed, [key]: time } = result.value ?? {}
        if (missed !== undefined) throw new Error(`${address}: the press met ${missed}`)
        if (time !== undefined) return result.value
        if (performance.now() - began > patience)
          throw new Error(`${address}: after ${patience / 1000} s, ${key === 'shown' ? 'no control' : 'no answer'}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
    const { x, y } = await until('shown')
    for (const type of ['mousePressed', 'mouseReleased'] as const)
      await session.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 })
    const { shown, press } = await until('press')
    const { metrics } = await session.send('Performance.getMetrics')
    const work = 1000 * metrics.find(({ name }) => name === 'TaskDuration')!.value
    return { shown, press, work }
  } finally {
    await context.close()
  }
}

/** A page of nothing but a button: what the browser takes by itself. */
async function serveNothing(): Promise<{ readonly address: string; close(): void }> {
  const server = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>Nothing</title><button>Press</button>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() }
}

/** What each page is pressed at first. */
const controls =
  '.lesson .controls button:not(:disabled), .lesson .controls input:not([type=file]), .lesson .controls select'

/** @param studios builds that are opened in turn */
export async function measureFirst(browser: Browser, studios: readonly Studio[], names: readonly string[]) {
  const title = `First press on a processor slowed ${slowed} times, ms, medians of ${rounds}`
  console.log(`${title.padEnd(72)} shown   press    both    work`)
  const tell = async (name: string, addresses: readonly string[], selector: string): Promise<void> => {
    const times: First[][] = addresses.map(() => [])
    for (let round = 0; round < rounds; round++)
      for (const [i, address] of addresses.entries()) times[i].push(await firstPress(browser, address, selector))
    for (const [i, each] of times.entries()) {
      const of = (value: (each: First) => number): number => median(each.map(value))
      const both = of(({ shown, press }) => shown + press)
      const figures = [of(({ shown }) => shown), of(({ press }) => press), both, of(({ work }) => work)]
      const line = `  ${name.padEnd(26)} ${(addresses.length > 1 ? studios[i].name : '').padEnd(42)}`
      console.log(
        `${line}${figures.map((value) => value.toFixed(0).padStart(8)).join('')}${both > goal ? ` over ${goal}` : ''}`,
      )
    }
  }
  const nothing = await serveNothing()
  await tell('a page of one button', [nothing.address], 'button')
  nothing.close()
  const at = (hash: string): string[] => studios.map(({ address }) => `${address}#/${hash}`)
  if (names.length === 0) await tell('the overview', at(''), '.tools button')
  for (const name of names.length > 0 ? names : pageNames) await tell(name, at(name), controls)
}
