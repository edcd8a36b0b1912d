/**
 * Gentle trains in Chromium, without a window, on a page of its own. `--not-isolated` serves the page without the two headers that
 * cross-origin isolate it: its threads could not share memory then, and there is one.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chromium, type Page } from 'playwright-core'
import { chromiumLaunch } from '../../tools/chromium.ts'
import { bundled } from '../bundle.ts'
import type { Question } from '../bundles/chromium-worker.ts'
import type { Steps } from '../contender-steps.ts'
import type { Ready } from '../protocol.ts'
import { serve } from '../serve.ts'

const isolation: Record<string, string> = process.argv.includes('--not-isolated')
  ? {}
  : { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }

/** Asks the worker by one message, and resolves to its answer. */
const html = `<!doctype html><title>Gentle</title><script>
  const worker = new Worker('worker.js', { type: 'module' })
  window.ask = (question) => new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => ('answer' in data ? resolve(data.answer) : reject(new Error(data.error)))
    worker.onerror = ({ message }) => reject(new Error('the worker failed: ' + message))
    worker.postMessage(question)
  })
</script>`

/** Serves the page on this machine alone, and opens it. */
async function openPage(): Promise<{ page: Page; version: string }> {
  const worker = await bundled('bundles/chromium-worker.ts')
  const server = createServer(({ url }, response) => {
    const [type, body] = url === '/worker.js' ? ['text/javascript', worker] : ['text/html', html]
    response.writeHead(200, { 'Content-Type': type, ...isolation }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const browser = await chromium.launch({ ...chromiumLaunch, handleSIGTERM: false })
  // The runner's way to end it: the browser goes first.
  process.once('SIGTERM', () => browser.close().finally(() => process.exit()))
  const page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  return { page, version: browser.version() }
}

await serve(async (settings) => {
  const { page, version } = await openPage()
  const ask = <Answer>(question: Question): Promise<Answer> =>
    page.evaluate((asked) => (window as unknown as { ask(question: unknown): Promise<never> }).ask(asked), question)
  return {
    ...(await ask<Ready>({ prepare: settings })),
    version,
    round: (milliseconds) => ask<Steps>({ round: milliseconds }),
  }
})
