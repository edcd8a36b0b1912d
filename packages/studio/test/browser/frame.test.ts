import { fileURLToPath } from 'node:url'
import { expect, inject, it } from 'vitest'
import { serveStudio } from '../../../cli/src/studio/serve.ts'
import { openStudio } from './open-studio.ts'

it('is isolated, and says nothing of a single thread', async () => {
  const page = await openStudio('perceptron')
  expect(await page.evaluate('crossOriginIsolated')).toBe(true)
  await page.waitForSelector('.lesson')
  expect(await page.getByText('not cross-origin isolated').count()).toBe(0)
})

it('leads from the overview to a page and on through its address', async () => {
  const page = await openStudio('')
  await page
    .getByRole('link', { name: /Perceptron/ })
    .first()
    .click()
  await page.waitForSelector('.lesson')
  expect(page.url()).toBe(`${inject('studio')}#/perceptron`)
  await page.goBack()
  await page.waitForSelector('.cards')
})

it('names a page that there is not', async () => {
  const page = await openStudio('no-such-page')
  await page.getByText("The studio has no page 'no-such-page'").waitFor()
})

it.each([
  ['worker does not come', '**/page-worker-*.js', { status: 404 }, 'did not start: its file did not come (in'],
  ['worker is broken', '**/page-worker-*.js', { body: 'nothing()' }, 'nothing is not defined (in the page Perceptron)'],
  ['part of the worker does not come', '**/worker-*.js', { status: 404 }, 'dynamically imported module'],
])('says of a page whose %s that it does not start', async (_, file, change, text) => {
  // A page of its own: what it says on its console is meant.
  const page = await (await openStudio('')).context().newPage()
  // With the headers that came, without which an isolated page takes no worker.
  await page.route(file, async (route) => route.fulfill({ response: await route.fetch(), ...change }))
  await page.goto(`${inject('studio')}#/perceptron`)
  await page.getByRole('alert').getByText(text).waitFor()
  await page.getByRole('link', { name: 'Gentle studio' }).click()
  await page.waitForSelector('.cards')
  await page.close()
})

it('does not leave the studio for a file that is dropped where nothing takes it, nor for one that a page takes', async () => {
  const page = await openStudio('overfitting')
  const dropped = (): Promise<boolean[]> =>
    page.evaluate(() => {
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File(['a'], 'notes.txt'))
      // What nobody prevents, the browser does: it shows the file.
      return ['dragover', 'drop'].map((type) =>
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true })),
      )
    })
  await page.waitForSelector('.lesson')
  expect(await dropped()).toEqual([false, false])
  await page.evaluate(() => {
    location.hash = '#/convolution'
  })
  await page.waitForSelector('.page-convolution .lesson')
  expect(await dropped()).toEqual([false, false])
  await page.getByText("'notes.txt' is not a picture").waitFor()
})

it('keeps the chosen colours', async () => {
  const page = await openStudio('', { colorScheme: 'light' })
  await page.getByRole('button', { name: 'Colours: system' }).click()
  await page.getByRole('button', { name: 'Colours: light' }).click()
  await page.reload()
  await page.getByRole('button', { name: 'Colours: dark' }).waitFor()
  expect(await page.evaluate('getComputedStyle(document.documentElement).backgroundColor')).toBe('rgb(20, 25, 31)')
})

it('works without a network once it was seen', async () => {
  const page = await openStudio('perceptron', { serviceWorkers: 'allow' })
  await page.evaluate('navigator.serviceWorker.ready.then(() => true)')
  await expect.poll(() => page.evaluate('navigator.serviceWorker.controller !== null')).toBe(true)
  const text = await (await page.request.get(`${inject('studio')}service-worker.js`)).text()
  const { files } = JSON.parse(/^const studio = (\{.*?\n\})/s.exec(text)![1])
  expect(files.some((file: string) => file.includes('hdf5') || file.startsWith('mnist/'))).toBe(false)
  const missing = (): Promise<number> =>
    page.evaluate(async (files: string[]) => {
      const kept = await Promise.all(files.map((file) => caches.match(new URL(file, location.href))))
      return kept.filter((response) => response === undefined).length
    }, files)
  await expect.poll(missing, { timeout: 60_000 }).toBe(0)
  await page.context().setOffline(true)
  await page.reload()
  await page.getByText('24 steps').waitFor()
  await page.getByRole('link', { name: 'Cost' }).click()
  await page.waitForSelector('.lesson')
})

it('is isolated on a host that sends no headers, too, before all of it is kept', async () => {
  const server = await serveStudio(fileURLToPath(new URL('../../dist', import.meta.url)), { port: 0, headers: {} })
  try {
    const page = await openStudio('', { serviceWorkers: 'allow' })
    let loads = 0
    page.on('load', () => loads++)
    await page.goto(`${server.address}#/perceptron`)
    // A look into the page is a press to the browser, and nothing is loaded again into somebody's work.
    await expect.poll(() => loads, { timeout: 60_000 }).toBe(2)
    expect(await page.evaluate('crossOriginIsolated')).toBe(true)
    await page.getByText('24 steps').waitFor()
  } finally {
    await server.close()
  }
})

it('asks nothing of any other origin, and runs nothing that is inline', async () => {
  const page = await openStudio('')
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await page.reload()
  await page
    .getByRole('link', { name: /Perceptron/ })
    .first()
    .click()
  await page.getByText('24 steps').waitFor()
  const own = inject('studio')
  expect(asked.filter((url) => !url.startsWith(own) && !url.startsWith(`blob:${own}`))).toEqual([])
  const response = await page.request.get(own)
  expect(response.headers()['content-security-policy']).not.toMatch(/unsafe-inline|unsafe-eval[^;]*'unsafe-eval'|\*/)
})

it.each([1440, 1280, 1024])(
  'shows all names of pages at once at %i pixels, a page with buttons for its state among them',
  async (width) => {
    const page = await openStudio('learning', { viewport: { width, height: 800 } })
    await page.getByRole('button', { name: /^Copy/ }).waitFor()
    const wider = (): Promise<number> =>
      page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.querySelector('.top nav')!
        return scrollWidth - clientWidth
      })
    await expect.poll(wider).toBe(0)
  },
)

it('shows the name of the page that is open, however narrow the list of pages is', async () => {
  const page = await openStudio('runs', { viewport: { width: 800, height: 800 } })
  await page.waitForSelector('.lesson')
  const seen = (): Promise<boolean> =>
    page.evaluate(() => {
      const list = document.querySelector('.top nav')!.getBoundingClientRect()
      const link = document.querySelector('.top nav [aria-current]')!.getBoundingClientRect()
      return link.left >= list.left && link.right <= list.right + 1
    })
  await expect.poll(seen).toBe(true)
})
