/** How fast LeNet-5 and the MLP beside it learn in the page, in steps of both, beside the same session in Node with the browser's vectors of 128 bits. */
import type { Browser, Page } from 'playwright-core'
import { Session } from '../../packages/studio/src/pages/lenet/session.ts'
import { maxEpochs, type Progress } from '../../packages/studio/src/pages/lenet/training.ts'
import { median } from '../median.ts'
import { type Studio, viewport } from './studio.ts'

/** Shares of Node's speed that the page is to reach. */
const goals = { 'left alone': 0.9, 'in use': 0.7 } as const

type Use = keyof typeof goals

const rounds = 3

/** Milliseconds for which each is watched in a round. */
const watched = 4000

const settings = { seed: 1, rate: 0.05, batchSize: 64, digits: 55_000 }

const steps = ({ epochs, step, steps }: Progress): number => epochs * steps + step

async function stepsInPage(page: Page): Promise<number> {
  const text = await page.evaluate(() => document.querySelector('.training-state')?.textContent)
  if (text === undefined) throw new Error(`The page does not train: ${await page.innerText('main')}`)
  // While the digits come it says other things.
  const [, epochs = 0, step = 0, ofEpoch = 0] = text.match(/^(\d+) epochs? and (\d+) of (\d+) steps/)?.map(Number) ?? []
  return epochs * ofEpoch + step
}

/** Somebody shifts the digit to and fro, and moves the pointer over the page, for so long. */
async function use(page: Page, milliseconds: number): Promise<void> {
  const until = performance.now() + milliseconds
  const slider = page.getByLabel('To the right')
  for (let i = 0; performance.now() < until; i++) {
    await page.mouse.move(300 + ((37 * i) % 800), 200 + ((23 * i) % 500))
    await slider.press(i % 8 < 4 ? 'ArrowRight' : 'ArrowLeft')
    await page.waitForTimeout(80)
  }
}

/** Steps in a second, from what is counted before and after. */
async function rate(count: () => number | Promise<number>, pass: () => Promise<void>): Promise<number> {
  const [before, began] = [await count(), performance.now()]
  await pass()
  return (1000 * ((await count()) - before)) / (performance.now() - began)
}

const wait = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))

/** Trains for a while in Node. */
async function inNode(studio: Studio): Promise<number> {
  let progress: Progress | undefined
  const session = new Session(
    `${studio.address}mnist/`,
    (report) => {
      progress = report.progress
    },
    { wideVectors: false },
  )
  const training = session.train(settings, maxEpochs)
  // Until it has learned for a while, as in the page.
  while (progress === undefined || steps(progress) < 100) await wait(50)
  const speed = await rate(
    () => steps(progress!),
    () => wait(watched),
  )
  // Another call ends it.
  await session.train(settings, 0)
  await training
  return speed
}

/** Trains for a while in the page. */
async function inPage(browser: Browser, studio: Studio, how: Use): Promise<number> {
  const page = await browser.newPage({ viewport })
  page.setDefaultTimeout(60_000)
  await page.goto(`${studio.address}#/lenet`)
  await page.getByRole('button', { name: 'Train', exact: true }).click()
  while ((await stepsInPage(page)) < 100) await wait(50)
  const speed = await rate(
    () => stepsInPage(page),
    () => (how === 'in use' ? use(page, watched) : wait(watched)),
  )
  await page.close()
  return speed
}

export async function measureSpeed(browser: Browser, studio: Studio): Promise<void> {
  console.log(`LeNet-5 and MLP, steps of both in a second, batch ${settings.batchSize}, medians of ${rounds} in turn`)
  const speeds: Record<'Node' | Use, number[]> = { Node: [], 'left alone': [], 'in use': [] }
  for (let round = 0; round < rounds; round++) {
    speeds.Node.push(await inNode(studio))
    for (const how of Object.keys(goals) as Use[]) speeds[how].push(await inPage(browser, studio, how))
  }
  const node = median(speeds.Node)
  console.log(`  ${'Node, vectors of 128 bits'.padEnd(30)} ${node.toFixed(0).padStart(6)}`)
  for (const [how, goal] of Object.entries(goals) as [Use, number][]) {
    const share = median(speeds[how]) / node
    console.log(
      `  ${`the page, ${how}`.padEnd(30)} ${median(speeds[how]).toFixed(0).padStart(6)} ${share.toFixed(2).padStart(6)} of Node's${share < goal ? `, less than ${goal}` : ''}`,
    )
  }
}
