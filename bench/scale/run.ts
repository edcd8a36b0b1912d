/**
 * `npm run bench:scale`: what training on several machines costs. With `--measure` it is measured here, in some seven minutes, and kept in measured.json; then the model is fitted, what it
 * says is written into docs/scale.md, and its curves to 1,024 machines are drawn.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { chartOf, type Measured, textOf } from './report.ts'

const file = new URL('measured.json', import.meta.url)
const page = new URL('../../docs/scale.md', import.meta.url)
const picture = new URL('../../docs/pictures/scale.svg', import.meta.url)

if (process.argv.includes('--measure') || !existsSync(file)) {
  const { measureExchanges, measureSteps } = await import('./measure.ts')
  const measured: Measured = {
    machine: `${cpus()[0].model}, ${cpus().length} cores`,
    exchanges: await measureExchanges(console.error),
    steps: await measureSteps(console.error),
  }
  writeFileSync(file, `${JSON.stringify(measured, null, 2)}\n`)
}
const measured = JSON.parse(readFileSync(file, 'utf8')) as Measured
const told = textOf(measured)
console.log(told)
writeFileSync(picture, chartOf(measured))
const [begin, end] = ['<!-- by npm run bench:scale -->\n\n', '\n\n<!-- end -->']
const text = readFileSync(page, 'utf8')
writeFileSync(page, `${text.slice(0, text.indexOf(begin) + begin.length)}${told}${text.slice(text.indexOf(end))}`)
