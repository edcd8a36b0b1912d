/**
 * How the studio keeps up with who uses it, in Chromium, with the page's own clock: how long after its address was asked for a page on a processor slowed 4 times has answered its
 * first press (`first`), and the page's frames and tasks of more than 50 ms while the engine trains (`training`). `npm run bench:studio -- first`, `training`, or both; then names of pages.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { serveStudio } from '../packages/cli/src/studio/serve.ts'
import headers from '../packages/studio/headers.json' with { type: 'json' }
import { chromiumLaunch } from '../tools/chromium.ts'
import { buildStudio } from '../tools/pack.ts'

const slowed = 4
const rounds = 5
const viewport = { width: 1440, height: 900 }

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]

/** Notes when what `selector` finds stands in the page and where, and what the press on it took from the hand to what is drawn after it. */
const watchFirst = (selector: string): string => `
  globalThis.first = {}
  const look = () => {
    const control = document.querySelector(${JSON.stringify(selector)})
    if (control === null) return requestAnimationFrame(look)
    const { x, y, width, height } = control.getBoundingClientRect()
    Object.assign(first, { shown: performance.now(), x: x + width / 2, y: y + height / 2 })
  }
  look()
  new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries()) if (name === 'click') first.press = duration
  }).observe({ type: 'event', durationThreshold: 16 })`

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
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowed })
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  await page.addInitScript(watchFirst(selector))
  await page.goto(address, { waitUntil: 'commit' })
  // Not by Playwright's locators, which run scripts of their own in the slowed page.
  const until = async (
    key: 'shown' | 'press',
  ): Promise<Omit<First, 'work'> & { readonly x: number; readonly y: number }> => {
    for (;;) {
      const { result } = await session.send('Runtime.evaluate', { expression: 'globalThis.first', returnByValue: true })
      if (result.value?.[key] !== undefined) return result.value
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const { x, y } = await until('shown')
  for (const type of ['mousePressed', 'mouseReleased'] as const)
    await session.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 })
  const { shown, press } = await until('press')
  const { metrics } = await session.send('Performance.getMetrics')
  const work = 1000 * metrics.find(({ name }) => name === 'TaskDuration')!.value
  await context.close()
  return { shown, press, work }
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
const firstPages = ['', 'perceptron', 'learning', 'lenet', 'architectures', 'pictures', 'runs']

async function measureFirst(browser: Browser, studio: string, names: readonly string[]): Promise<void> {
  console.log(
    `First press on a processor slowed ${slowed} times, medians of ${rounds}, ms:\n${' '.repeat(26)}   shown   press    both    work`,
  )
  const nothing = await serveNothing()
  const tell = async (name: string, address: string, selector: string): Promise<void> => {
    const times: First[] = []
    for (let i = 0; i < rounds; i++) times.push(await firstPress(browser, address, selector))
    const middle = (of: (each: First) => number): string => median(times.map(of)).toFixed(0).padStart(7)
    console.log(
      `  ${name.padEnd(24)} ${middle(({ shown }) => shown)} ${middle(({ press }) => press)} ${middle(({ shown, press }) => shown + press)} ${middle(({ work }) => work)}`,
    )
  }
  await tell('a page of one button', nothing.address, 'button')
  for (const name of firstPages)
    if (names.length === 0 || names.includes(name))
      await tell(name || 'the overview', `${studio}#/${name}`, name === '' ? '.tools button' : controls)
  nothing.close()
}

const watchFrames = `
  globalThis.frames = []
  let last = performance.now()
  const frame = (now) => {
    frames.push(now - last)
    last = now
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)`

interface Task {
  /** Milliseconds from its beginning to its end, and of these on a processor. */
  readonly wall: number
  readonly computed: number
}

/** All tasks of the page's thread in a trace of the browser. */
function tasksOf(trace: Buffer): Task[] {
  const { traceEvents } = JSON.parse(trace.toString()) as {
    traceEvents: {
      name: string
      ph: string
      pid: number
      tid: number
      dur?: number
      tdur?: number
      args: Record<string, unknown>
    }[]
  }
  const keyOf = ({ pid, tid }: { pid: number; tid: number }): string => `${pid} ${tid}`
  const mains = new Set(
    traceEvents.filter(({ name, args }) => name === 'thread_name' && args['name'] === 'CrRendererMain').map(keyOf),
  )
  return traceEvents
    .filter((event) => event.name === 'RunTask' && event.ph === 'X' && mains.has(keyOf(event)))
    .map(({ dur = 0, tdur = 0 }) => ({ wall: dur / 1000, computed: tdur / 1000 }))
}

const press = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name, exact: true }).click()

/** What trains on each page: how it is begun, and for how many seconds it is watched. */
const trainings: Readonly<
  Record<string, readonly [name: string, seconds: number, begin: (page: Page) => Promise<void>]>
> = {
  network: ['network', 6, press('Play')],
  learning: [
    'learning',
    6,
    async (page) => {
      await press('Play')(page)
      await page.getByLabel('Seed').press('ArrowRight')
    },
  ],
  lenet: ['lenet', 12, press('Train')],
  overfitting: ['overfitting', 12, press('Train')],
  pictures: [
    'pictures',
    12,
    async (page) => {
      await page.getByRole('button', { name: 'Example: digits' }).click()
      await page.locator('.training-panel button.primary').click()
    },
  ],
  'sound, hear': ['sound', 12, press('Train')],
  'sound, translate': ['sound?task=translate', 12, press('Train')],
  runs: ['runs', 8, press('Train three examples')],
  cost: ['cost', 12, press('Measure this machine')],
}

async function measureTraining(browser: Browser, studio: string, names: readonly string[]): Promise<void> {
  console.log(
    'While it trains:            frames  within 50 ms   longest task, ms   over 50 ms, by the clock and on the processor',
  )
  for (const [title, [hash, seconds, begin]] of Object.entries(trainings)) {
    if (names.length > 0 && !names.includes(hash.split('?')[0])) continue
    const page = await browser.newPage({ viewport })
    page.setDefaultTimeout(60_000)
    await page.goto(`${studio}#/${hash}`)
    await page.waitForSelector('.lesson')
    // What the page does when it is opened is not training.
    await page.waitForTimeout(4000)
    await begin(page)
    // Playwright looks for the button in the page, in a task of its own.
    await page.evaluate(watchFrames)
    await browser.startTracing(page, { categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'] })
    await page.waitForTimeout(1000 * seconds)
    const tasks = tasksOf(await browser.stopTracing())
    const frames = await page.evaluate<number[]>('frames')
    const smooth = frames.filter((time) => time <= 50).length / frames.length
    const most = Math.max(...tasks.map(({ computed }) => computed))
    const [long, busy] = [tasks.filter(({ wall }) => wall > 50), tasks.filter(({ computed }) => computed > 50)]
    console.log(
      `  ${title.padEnd(24)} ${String(frames.length).padStart(7)} ${(100 * smooth).toFixed(1).padStart(11)} % ${most.toFixed(0).padStart(18)} ${String(long.length).padStart(12)} ${String(busy.length).padStart(4)}`,
    )
    await page.close()
  }
}

const given = process.argv.slice(2)
const [parts, names] = [
  given.filter((word) => word in { first: 0, training: 0 }),
  given.filter((word) => !(word in { first: 0, training: 0 })),
]
if (process.env['BUILT'] === undefined) buildStudio()
const server = await serveStudio(fileURLToPath(new URL('../packages/studio/dist', import.meta.url)), {
  port: 0,
  headers,
})
const browser = await chromium.launch(chromiumLaunch)
if (parts.length === 0 || parts.includes('first')) await measureFirst(browser, server.address, names)
if (parts.length === 0 || parts.includes('training')) await measureTraining(browser, server.address, names)
await browser.close()
await server.close()
