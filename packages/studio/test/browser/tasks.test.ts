import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, expect, it } from 'vitest'
import { atScore } from '../../src/pages/tasks/at-score.ts'
import { Session } from '../../src/pages/tasks/session.ts'
import { openStudio } from './open-studio.ts'

/** A crowded machine is slow. */
const patient = { timeout: 30_000 }

const session = new Session(
  (name) => readFile(new URL(`../../src/pages/tasks/weights/${name}.safetensors`, import.meta.url)),
  { threads: 1 },
)
afterAll(() => session.close())

const told = (page: Page, title: string) => page.locator('.output', { hasText: title }).locator('figcaption span')

it('says of a scene and of all scenes what the library says, and moves along the curve', async () => {
  const page = await openStudio('tasks?objects=3,16,16,26,0;0,44,44,24,0')
  const scene = [
    { shape: 3, x: 16, y: 16, size: 26, turn: 0 },
    { shape: 0, x: 44, y: 44, size: 24, turn: 0 },
  ]
  const thresholds = { score: 0.4, suppression: 0.5, iou: 0.5 }
  const said = await session.look(scene, thresholds)
  await expect.poll(() => told(page, 'Detection').textContent(), patient).toBe('2 boxes: 2 right, 0 missed')
  const boxes = page.locator('.box.right text')
  await expect
    .poll(() => boxes.allTextContents())
    .toEqual(
      expect.arrayContaining(
        said.detections.map(({ label, score }) => `${['circle', '', '', 'star'][label]} ${score.toFixed(2)}`),
      ),
    )
  const best = Math.max(...said.probabilities)
  expect(await told(page, 'Classification').textContent()).toContain(`${(100 * best).toFixed(0)} %`)

  const judgement = await session.judge(thresholds, undefined)
  const number = (term: string) =>
    page.locator('dt', { hasText: term }).first().locator('xpath=following-sibling::dd[1]')
  await expect.poll(() => number('AP at an IoU').textContent(), patient).toBe(judgement.AP50.toFixed(3))
  expect(await number('precision').textContent()).toBe(atScore(judgement, 0.4).precision.toFixed(3))
  await page.getByLabel('Score').fill('0.8')
  await expect.poll(() => number('recall').textContent()).toBe(atScore(judgement, 0.8).recall.toFixed(3))
  await expect.poll(() => page.url()).toContain('score=0.8')
})

it('has shapes that are placed by pointer and by keyboard', async () => {
  const page = await openStudio('tasks?objects=')
  await page.getByText('empty: press it to add a shape').waitFor()
  const scene = page.getByRole('group', { name: 'Your scene of 0 shapes' })
  const box = (await scene.boundingBox())!
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
  await page.getByRole('button', { name: 'square 1 at 32, 32, of 22 pixels, turned by 0 degrees' }).waitFor()
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width / 4, box.y + box.height / 2, { steps: 3 })
  await page.mouse.up()
  const shape = page.getByRole('button', { name: 'square 1 at 16, 32' })
  await shape.focus()
  for (const key of ['ArrowDown', '+', '.', 'Enter']) await page.keyboard.press(key)
  await page.getByRole('button', { name: 'triangle 1 at 16, 33, of 23 pixels, turned by 15 degrees' }).waitFor()
  await expect.poll(() => told(page, 'Detection').textContent(), patient).toBe('1 box: 1 right, 0 missed')
  await expect.poll(() => page.url()).toContain('objects=2,16,33,23,15')
  await page.keyboard.press('Delete')
  await page.getByText('empty: press it to add a shape').waitFor()
})

it('checks the answer to its exercise, and refuses nonsense in its address', async () => {
  const page = await openStudio('tasks?objects=0,24,30,26,0;0,35,35,26,0&suppression=0.05&score=7')
  await page.getByText("In the address, score: '7' is not a number from 0.05 to 0.95; 0.4 is used").waitFor()
  await expect.poll(() => told(page, 'Detection').textContent(), patient).toBe('1 box: 1 right, 1 missed')
  await page.getByRole('button', { name: 'Check' }).click()
  await page.getByText('Not yet. 1 of 2 shapes are not found').waitFor()
  await page.getByLabel('Suppression, IoU above').fill('0.5')
  await expect.poll(() => told(page, 'Detection').textContent(), patient).toBe('2 boxes: 2 right, 0 missed')
  await page.getByRole('button', { name: 'Check' }).click()
  await page.getByText('Right. All 2 are found').waitFor()
})
