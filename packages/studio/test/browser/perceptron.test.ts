import { expect, it } from 'vitest'
import { trace } from '../../src/pages/perceptron/trace.ts'
import { openStudio } from './open-studio.ts'

const and = [
  [0, 0, 0],
  [0, 1, 0],
  [1, 0, 0],
  [1, 1, 1],
]

it('goes through the steps of the rule with the numbers of the library', async () => {
  const { steps, weights } = await trace(and, 1)
  const page = await openStudio('perceptron')
  const table = page.locator('.arithmetic')
  await page.getByText(`0 of ${steps.length} steps`).waitFor()
  for (const [i, { predicted, example }] of steps.slice(0, 8).entries()) {
    await page.getByRole('button', { name: 'Step', exact: true }).click()
    await page.getByText(`${i + 1} of ${steps.length} steps`).waitFor()
    const text = (await table.innerText()).replaceAll('−', '-')
    const [w1, w2, b] = weights[i + 1]
    if (predicted === and[example][2]) expect(text).toContain(`none: w₁ = ${w1}, w₂ = ${w2}, b = ${b}`)
    else expect([...text.matchAll(/= (-?[\d.]+)$/gm)].map(([, value]) => Number(value)).slice(-3)).toEqual([w1, w2, b])
  }
})

it('finds a line for AND, and never one for XOR', async () => {
  const page = await openStudio('perceptron')
  await page.getByText('An epoch without a mistake after 6').waitFor()
  await page.getByRole('button', { name: 'XOR' }).click()
  await page.getByText('Still mistakes after 30 epochs').waitFor()
  expect(page.url()).not.toContain('step')
})

it('keeps what was moved in its address, and undoes it', async () => {
  const page = await openStudio('perceptron')
  const point = page.getByRole('button', { name: /^Point 4, class yes/ })
  const box = (await point.locator('.mark').boundingBox())!
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await page.mouse.down()
  await page.mouse.move(box.x - 80, box.y + 40, { steps: 5 })
  await page.mouse.up()
  const moved = await point.getAttribute('aria-label')
  const [, x, y] = /at ([\d.]+), ([\d.]+)\./.exec(moved!)!
  await expect.poll(() => page.url()).toContain(`points=0,0,0;0,1,0;1,0,0;${Number(x)},${Number(y)},1`)
  await page.reload()
  await page.waitForSelector('.point')
  expect(await page.getByRole('button', { name: /^Point 4/ }).getAttribute('aria-label')).toBe(moved)
  await page.getByRole('button', { name: /^Point 4/ }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: /^Point 4, class no/ }).waitFor()
  await expect.poll(() => page.url()).toMatch(/,0$/)
  await page.keyboard.press('Control+z')
  await page.getByRole('button', { name: /^Point 4, class yes/ }).waitFor()
})

it('undoes a playing as one', async () => {
  const page = await openStudio('perceptron?step=2')
  await page.getByRole('button', { name: 'Play' }).click()
  await expect.poll(() => page.url()).toMatch(/step=[5-9]/)
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('2 of 24 steps').waitFor()
  expect(await page.getByRole('button', { name: 'Undo' }).isDisabled()).toBe(true)
})

it('is worked by keyboard alone', async () => {
  const page = await openStudio('perceptron')
  await page.getByRole('button', { name: /^Point 1,/ }).focus()
  await page.keyboard.press('ArrowRight')
  await page.getByRole('button', { name: 'Point 1, class no, at 0.02, 0.00' }).waitFor()
  await page.keyboard.press('Delete')
  await page.getByRole('group', { name: "3 points and the neuron's line" }).waitFor()
  await page.getByRole('button', { name: 'Add a point in the middle' }).click()
  await page.getByRole('button', { name: 'Point 4, class yes, at 0.50, 0.50' }).waitFor()
})

it('checks the answer to its exercise', async () => {
  const page = await openStudio('perceptron')
  await page.getByRole('button', { name: 'Check' }).click()
  await page.getByText('Not yet. Look at (1, 0)').waitFor()
  await page.getByRole('button', { name: /^Point 4/ }).press('Enter')
  await page.getByRole('button', { name: /^Point 3/ }).press('Enter')
  const { mistakes } = await trace([and[0], and[1], [1, 0, 1], [1, 1, 0]], 1)
  await expect
    .poll(async () => {
      await page.getByRole('button', { name: 'Check' }).click()
      return page.locator('.exercise [role="status"]').innerText()
    })
    .toContain(`Right. The rule needs ${mistakes.length} epochs`)
})

it('survives nonsense in its address', async () => {
  const page = await openStudio('perceptron?points=0,0,0;nonsense&rate=1e9&step=-1')
  await page.getByText("In the address, points: 'nonsense' is not 3 numbers from -0.5 to 1.5").waitFor()
  await page.getByText("In the address, rate: '1e9' is not a number from 0.05 to 2; 1 is used").waitFor()
  await page.getByText('0 of 24 steps').waitFor()
})
