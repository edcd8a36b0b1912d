/**
 * How the studio keeps up with who uses it, in Chromium: the time to the first press that is answered on a slowed processor (`first`), frames and long tasks while the engine trains (`training`), and the speed of training beside Node's (`speed`).
 * `npm run bench:studio -- first`, or another, or all in less than 5 minutes; then names of pages. What misses its goal says so at the end of its line.
 */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { chromiumLaunch } from '../../tools/chromium.ts'
import { buildStudio } from '../../tools/pack.ts'
import { measureFirst } from './first.ts'
import { measureSpeed } from './speed.ts'
import { serveBuild } from './studio.ts'
import { measureTraining } from './training.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  // `--beside FOLDER`: another build, whose pages are opened in turn with this one's. `--built`: this one is built already.
  options: { beside: { type: 'string' }, built: { type: 'boolean' } },
})
const parts = ['first', 'training', 'speed']
const names = positionals.filter((word) => !parts.includes(word))
const isAsked = (part: string): boolean =>
  positionals.includes(part) || (names.length === positionals.length && (part !== 'speed' || names.length === 0))

if (!values.built) buildStudio()
const studio = await serveBuild('this build', fileURLToPath(new URL('../../packages/studio/dist', import.meta.url)))
const beside = values.beside === undefined ? [] : [await serveBuild(values.beside, values.beside)]
const browser = await chromium.launch(chromiumLaunch)
try {
  if (isAsked('first')) await measureFirst(browser, [studio, ...beside], names)
  if (isAsked('training')) await measureTraining(browser, studio, names)
  if (isAsked('speed')) await measureSpeed(browser, studio)
} finally {
  await browser.close()
  for (const each of [studio, ...beside]) await each.close()
}
