/** Draws the pictures of the chapters on sequences, all or the named ones: node docs/lecture/sequence-pictures.ts [NAME...] */
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ctcLearning } from './drawing/ctc-learning.ts'
import { lstm } from './drawing/lstm.ts'
import { unrolled } from './drawing/unrolled.ts'

const pictures: Readonly<Record<string, () => string | Promise<string>>> = {
  unrolled,
  lstm,
  'ctc-learning': ctcLearning,
}

const folder = fileURLToPath(new URL('pictures/', import.meta.url))
mkdirSync(folder, { recursive: true })
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(pictures)
for (const name of names) writeFileSync(`${folder}${name}.svg`, await pictures[name]())
