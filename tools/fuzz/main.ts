/**
 * Reads changed files: `npm run fuzz [-- READER...] [--count N] [--seed N] [--case N]`. Small valid files of all formats are changed by byte and in terms of their format, from a fixed
 * seed. Each has to be read, or refused by one of Gentle's errors in one line, within a second, and in memory of a multiple of its own. `--case N` tries one case and writes its file to
 * the folder for temporary files.
 */
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fileOf, memory, patience, tryFile } from './case.ts'
import { fuzzReader } from './fuzz-reader.ts'
import { readers } from './readers/index.ts'
import type { Tally } from './tally.ts'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    case: { type: 'string' },
  },
})
const unknown = positionals.find((name) => !Object.hasOwn(readers, name))
if (unknown !== undefined) {
  console.error(`fuzz: there is no reader ${unknown}; choose from ${Object.keys(readers).join(', ')}`)
  process.exit(2)
}
const names = positionals.length > 0 ? positionals : Object.keys(readers)
const [count, seed] = [Number(flags.count), Number(flags.seed)]

const thousands = (n: number): string => Math.round(n).toLocaleString('en-US')

function told(name: string, tally: Tally, seconds: number): string {
  const { read, refused, wrong, milliseconds, memory } = tally
  const faults = Object.values(tally.faults).map(
    ({ problem, index, count: times }) =>
      `  case ${index}${times > 1 ? ` and ${times - 1} more` : ''}: ${problem.split('\n').slice(0, 4).join('\n    ')}`,
  )
  return [
    `${name.padEnd(16)}${thousands(read)} read, ${thousands(refused)} refused, ${wrong} wrong; at most ${Math.round(milliseconds)} ms and ${(memory / 2 ** 20).toFixed(1)} MiB; ${seconds.toFixed(1)} s`,
    ...faults,
  ].join('\n')
}

if (flags.case !== undefined) {
  for (const name of names) {
    const reader = await readers[name]()
    const bytes = fileOf(name, reader, seed, Number(flags.case))
    const file = join(tmpdir(), `gentle-fuzz-${name}-${seed}-${flags.case}`)
    writeFileSync(file, bytes)
    const { verdict, problem = '' } = await tryFile(reader, bytes)
    console.log(`${name}: ${verdict} ${problem}\n  ${file}`)
  }
} else {
  console.log(
    `${thousands(count)} cases of each reader, seed ${seed}; allowed: ${patience} ms, ${memory.perByte} bytes for each of the file and ${memory.constant / 2 ** 20} MiB`,
  )
  for (const name of names) {
    const began = performance.now()
    const tally = await fuzzReader(name, seed, 0, count)
    console.log(told(name, tally, (performance.now() - began) / 1000))
    if (tally.wrong > 0) process.exitCode = 1
  }
}
