/** A process that tries the cases of a reader, one after the other: `node child.ts READER SEED FROM TO PROGRESS`. Its number of the case under way is always in a file. */
import { openSync, writeSync } from 'node:fs'
import { fileOf, tryFile } from './case.ts'
import { readers } from './readers/index.ts'
import { count, newTally } from './tally.ts'

const [name, seed, from, to, progress] = process.argv.slice(2)
const reader = await readers[name]()
const file = openSync(progress, 'w')
const tally = newTally()
const line = new Uint8Array(8)
for (let index = Number(from); index < Number(to); index++) {
  new DataView(line.buffer).setFloat64(0, index)
  writeSync(file, line, 0, 8, 0)
  count(tally, index, await tryFile(reader, fileOf(name, reader, Number(seed), index)))
}
process.send?.(tally)
process.disconnect?.()
