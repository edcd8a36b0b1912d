/** `node docs/report-picture.ts`: the README's picture of a report, the head of that of LeNet-5 on MNIST, as Chromium shows it; the training takes a minute. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { chromiumLaunch } from '../tools/chromium.ts'

const command = fileURLToPath(new URL('../packages/cli/src/main.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'gentle-report-'))
const run = join(folder, 'lenet5-mnist')
const browser = await chromium.launch(chromiumLaunch)
try {
  const flags = ['--data', 'mnist', '--epochs', '6', '--augment', 'digits', '--run-dir', run]
  execFileSync(process.execPath, [command, 'train', 'lenet5', ...flags, '--quiet'], { stdio: 'inherit' })
  const page = await browser.newPage({ viewport: { width: 1100, height: 1020 }, colorScheme: 'light' })
  await page.goto(pathToFileURL(join(run, 'report.html')).href)
  await page.screenshot({ path: fileURLToPath(new URL('pictures/report.png', import.meta.url)) })
} finally {
  await browser.close()
  rmSync(folder, { recursive: true, force: true })
}
