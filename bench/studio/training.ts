/** What a page's frames and its thread do while the engine trains. */
import type { Browser, Page } from 'playwright-core'
import { type Studio, viewport } from './studio.ts'

/** Milliseconds of a frame that is noticed, and of a task. */
const longest = 50

/** Share of the frames that are to be no longer. */
const smoothEnough = 0.95

/** Seconds for which a page is watched. */
const watched = 6

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

/** What trains on each page: where, and how it is begun. */
const trainings: Readonly<Record<string, readonly [hash: string, begin: (page: Page) => Promise<void>]>> = {
  network: ['network', press('Play')],
  learning: [
    'learning',
    async (page) => {
      await press('Play')(page)
      await page.getByLabel('Seed').press('ArrowRight')
    },
  ],
  lenet: ['lenet', press('Train')],
  overfitting: ['overfitting', press('Train')],
  pictures: [
    'pictures',
    async (page) => {
      await page.getByRole('button', { name: 'Example: digits' }).click()
      await page.locator('.training-panel button.primary').click()
    },
  ],
  'sound, hear': ['sound', press('Train')],
  'sound, translate': ['sound?task=translate', press('Train')],
  runs: ['runs', press('Train three examples')],
  cost: ['cost', press('Measure this machine')],
}

export async function measureTraining(browser: Browser, studio: Studio, names: readonly string[]): Promise<void> {
  const title = `While it trains, ${watched} s`
  console.log(
    `${title.padEnd(28)}  frames   within 50 ms   longest task, ms   over 50 ms by the clock, on the processor`,
  )
  for (const [title, [hash, begin]] of Object.entries(trainings)) {
    if (names.length > 0 && !names.includes(hash.split('?')[0])) continue
    const page = await browser.newPage({ viewport })
    page.setDefaultTimeout(60_000)
    await page.goto(`${studio.address}#/${hash}`)
    await page.waitForSelector('.lesson')
    // What the page does when it is opened is not training.
    await page.waitForTimeout(2500)
    await begin(page)
    // Playwright looks for the button in the page, in a task of its own.
    await page.evaluate(watchFrames)
    await browser.startTracing(page, { categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'] })
    await page.waitForTimeout(1000 * watched)
    const tasks = tasksOf(await browser.stopTracing())
    const frames = await page.evaluate<number[]>('frames')
    await page.close()
    const smooth = frames.filter((time) => time <= longest).length / frames.length
    const over = (of: (task: Task) => number): number => tasks.filter((task) => of(task) > longest).length
    const [byClock, computed] = [over(({ wall }) => wall), over((task) => task.computed)]
    const missed = [
      ...(smooth < smoothEnough ? [`less than ${100 * smoothEnough} %`] : []),
      ...(computed > 0 ? ['long tasks'] : []),
    ]
    const most = Math.max(...tasks.map((task) => task.computed))
    console.log(
      `  ${title.padEnd(26)} ${String(frames.length).padStart(7)} ${(100 * smooth).toFixed(1).padStart(12)} % ${most.toFixed(0).padStart(18)} ${String(byClock).padStart(25)} ${String(computed).padStart(18)} ${missed.join(', ')}`,
    )
  }
}
