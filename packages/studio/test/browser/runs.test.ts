import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bestOfRun, type RecordedRun, readRun } from 'gentle-dl/inspect'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { RunsFolder } from '../../../cli/src/runs/runs-folder.ts'
import { newToken, runsApi } from '../../../cli/src/studio/runs-api.ts'
import { serveStudio } from '../../../cli/src/studio/serve.ts'
import headers from '../../headers.json' with { type: 'json' }
import { trainExamples } from '../../src/pages/runs/examples.ts'
import { figure } from '../../src/pages/runs/figure.ts'
import { findingsOf, openStudio } from './open-studio.ts'

const patient = { timeout: 20_000 }

/** The table of runs, a list of cells each. */
const rowsOf = async (page: Page): Promise<string[][]> =>
  (await page.locator('.runs-table tbody tr').allInnerTexts()).map((row) => row.split('\t').map((cell) => cell.trim()))

const table = (losses: readonly number[]): string =>
  `epoch,train_loss,validation_loss,learning_rate,examples_per_second,seconds\n${losses.map((loss, i) => `${i + 1},${loss},${loss},0.1,100,1\n`).join('')}`

it('trains the three examples to the numbers of the library, compares them, and a link does so again', async () => {
  const expected = new Map<string, RecordedRun>()
  await trainExamples({ vary: 'batchSize', seed: 2 }, (told) => void expected.set(told.name, readRun(told)))
  const page = await openStudio('runs?seed=2')
  await page.getByText('No runs yet').waitFor()
  await page.getByRole('radio', { name: 'Batch size' }).check()
  await page.getByRole('button', { name: 'Train three examples' }).click()
  const look = async (): Promise<void> => {
    await expect
      .poll(
        async () => (await rowsOf(page)).filter(([, , state]) => /^40 of 40\s+finished$/.test(state)).length,
        patient,
      )
      .toBe(3)
    for (const [i, row] of (await rowsOf(page)).entries()) {
      const [name, run] = [...expected][i]
      const { value, epoch, train } = bestOfRun(run, 'loss')!
      expect(row[1]).toContain(name)
      expect(row[3].replace(' best', '')).toBe(figure(value))
      expect(row.slice(4, 6)).toEqual([String(epoch), figure(train)])
    }
  }
  await look()
  const drawn = await page.locator('.compared polyline').first().getAttribute('points')
  expect(drawn!.split(' ')).toHaveLength(40)
  expect(await page.locator('.run-settings tbody tr').allInnerTexts()).toEqual(['batchSize\t5\t20\t200'])
  await page.getByRole('checkbox', { name: 'Draw examples/batch-size-200' }).uncheck()
  const best = (await rowsOf(page)).findIndex((row) => row[3].includes('best'))
  await page.locator('.runs-table tbody button').nth(best).click()
  await page.getByRole('button', { name: 'Check' }).click()
  await page.getByText('Right.').waitFor()
  expect(await findingsOf(page)).toEqual([])
  await expect.poll(() => page.url()).toContain('hidden=examples')
  await page.reload()
  await look()
  expect(await page.getByRole('checkbox', { name: 'Draw examples/batch-size-200' }).isChecked()).toBe(false)
  await page.getByRole('button', { name: 'Close them' }).click()
  await page.getByText('No runs yet').waitFor()
})

it('opens folders that are chosen or dropped, with their pictures, and refuses what is none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gentle-runs-'))
  for (const [name, losses] of Object.entries({ slow: [0.9, 0.8], fast: [0.5, 0.25] })) {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'metrics.csv'), table(losses))
    writeFileSync(join(folder, name, 'run.json'), JSON.stringify({ settings: { learningRate: losses[0], seed: 1 } }))
    writeFileSync(join(folder, name, 'curves.svg'), '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"/>')
  }
  mkdirSync(join(folder, 'broken'))
  writeFileSync(join(folder, 'broken', 'metrics.csv'), table([0.5]).replace('0.5', 'x'))
  const page = await openStudio('runs')
  await page.locator('input[type=file]').setInputFiles(folder)
  await page.getByText("line 2: 'x' is not a number").waitFor()
  const read = async (): Promise<string[][]> =>
    (await rowsOf(page)).map(([, , epochs, best]) => [epochs.split('\n')[0].trim(), best])
  await expect.poll(read, patient).toEqual([
    ['2', '0.25 best'],
    ['2', '0.8'],
  ])
  expect(await page.locator('.run-settings tbody tr').allInnerTexts()).toEqual(['learningRate\t0.5\t0.9'])
  await page.locator('.runs-table tbody button').first().click()
  await expect
    .poll(() => page.locator('.chosen-run img').evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBe(40)
  rmSync(folder, { recursive: true })

  await page.evaluate(() => {
    const data = new DataTransfer()
    data.items.add(new File(['<script>'], 'photo.txt'))
    dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }))
  })
  await page.getByText("There is no metrics.csv in what was given, 'photo.txt'").waitFor()
  await page.getByRole('button', { name: 'Close the message' }).click()
  await page.getByRole('button', { name: /^Close .*slow$/ }).click()
  expect(await rowsOf(page)).toHaveLength(1)
})

it('watches a run of gentle studio --runs, keeps the token out of the address, and says when the server is gone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gentle-runs-'))
  const run = join(folder, 'trains')
  mkdirSync(run)
  const write = (losses: readonly number[]): void => writeFileSync(join(run, 'metrics.csv'), table(losses))
  write([0.9])
  writeFileSync(join(run, 'confusion.svg'), '<svg xmlns="http://www.w3.org/2000/svg" width="50" height="30"/>')
  const token = newToken()
  const dist = fileURLToPath(new URL('../../dist', import.meta.url))
  const server = await serveStudio(dist, { port: 0, headers, api: runsApi(await RunsFolder.open(folder), token) })
  try {
    const page = await openStudio('')
    await page.goto(`${server.address}#/runs?token=${token}&scale=logarithmic`)
    await expect.poll(async () => (await rowsOf(page))[0]?.[3], patient).toBe('0.9')
    await page.getByText(`Watching 1 run in ‘${folder.split('/').at(-1)}’`).waitFor()
    expect(page.url()).toBe(`${server.address}#/runs?scale=logarithmic`)
    write([0.9, 0.5, 0.125])
    await expect.poll(async () => (await rowsOf(page))[0]?.[3], patient).toBe('0.125')
    await page.locator('.runs-table tbody button').first().click()
    await expect
      .poll(() => page.locator('.chosen-run img').evaluate((image: HTMLImageElement) => image.naturalWidth))
      .toBe(50)
    // The tab keeps the token.
    await page.reload()
    await expect.poll(async () => (await rowsOf(page))[0]?.[3], patient).toBe('0.125')
    rmSync(run, { recursive: true })
    await page.getByText('No runs yet').waitFor()
    await page.goto(`${server.address}#/runs?token=${newToken()}`)
    await page.getByText('The server was started anew, with another token').waitFor()
    await page.goto(`${server.address}#/runs?token=${token}`)
    await page.getByText('Watching 0 runs').waitFor()
    await server.close()
    await page.getByText('The server does not answer').waitFor()
  } finally {
    await server.close()
    rmSync(folder, { recursive: true })
  }
})
