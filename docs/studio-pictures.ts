/** `node docs/studio-pictures.ts`: the README's pictures of the studio, as Chromium shows its pages in the middle of their work. */
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { serveStudio } from '../packages/cli/src/studio/serve.ts'
import headers from '../packages/studio/headers.json' with { type: 'json' }
import { chromiumLaunch } from '../tools/chromium.ts'
import { buildStudio } from '../tools/pack.ts'

/** What to show, and the text that stands there once it is computed. */
const pictures = [
  { name: 'convolution', hash: 'convolution?step=16', ready: /of 36 pixels/ },
  {
    name: 'network',
    hash: 'network?data=spirals&hidden=8,6&activation=relu&optimizer=adam&rate=0.03&steps=1500',
    ready: /step 1500/,
  },
  { name: 'lenet', hash: 'lenet?epochs=3', ready: /^3 epochs and 0 of/ },
]

buildStudio()
const folder = fileURLToPath(new URL('../packages/studio/dist', import.meta.url))
const server = await serveStudio(folder, { port: 0, headers })
const browser = await chromium.launch(chromiumLaunch)
try {
  for (const { name, hash, ready } of pictures) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' })
    await page.goto(`${server.address}#/${hash}`)
    await page.getByText(ready).first().waitFor({ timeout: 300_000 })
    await page.waitForTimeout(1500)
    await page.screenshot({ path: fileURLToPath(new URL(`pictures/studio-${name}.png`, import.meta.url)) })
    await page.close()
  }
} finally {
  await browser.close()
  await server.close()
}
