/**
 * `npm run bench:open [-- --rounds N]`: what it takes to open 500 MB of safetensors, in time and memory, beside reading the file as it is. Every
 * opening has a process of its own, which tells how long it took and by how much its peak of memory grew; rounds are interleaved. The file is in the
 * system's cache, as one that was just downloaded.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createModel, openModel, readWeightsFile, saveModel } from '../packages/gentle/src/entries/index.ts'
import { loadPretrained, networks } from '../packages/gentle/src/entries/models.ts'
import { median } from './median.ts'

/** All that is measured; each holds what it opened until it is measured. */
const openings: Readonly<Record<string, (file: string) => unknown>> = {
  'plain read': (file) => readFileSync(file),
  readWeightsFile: (file) => readWeightsFile(file),
  openModel: (file) => openModel(file),
  loadPretrained: (file) => loadPretrained('vgg16', file),
}

interface Measured {
  readonly milliseconds: number
  readonly bytes: number
}

async function measure(name: string, file: string): Promise<Measured> {
  // What is compiled when it is first used is not what opening this file takes.
  const small = join(file, '../small.safetensors')
  if (name !== 'plain read') await readWeightsFile(small)
  const before = process.memoryUsage().rss
  const began = performance.now()
  const opened = await openings[name](file)
  const milliseconds = performance.now() - began
  const peak = process.resourceUsage().maxRSS * 1024
  if (opened === undefined) throw new Error('nothing was opened')
  return { milliseconds, bytes: peak - before }
}

/** The file's header one byte longer, so that no value is aligned. */
function unaligned(file: Uint8Array): Uint8Array {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true))
  const moved = new Uint8Array(file.length + 1)
  moved.set(file.subarray(0, 8 + length))
  moved[8 + length] = 0x20
  moved.set(file.subarray(8 + length), 9 + length)
  new DataView(moved.buffer).setBigUint64(0, BigInt(length + 1), true)
  return moved
}

async function writeFiles(folder: string): Promise<void> {
  const build = async (name: 'vgg16' | 'lenet5') => {
    const { build, inputShape } = networks[name]
    const initialValues = (_: string, shape: readonly number[]) =>
      new Float32Array(shape.reduce((product, n) => product * n, 1)).fill(0.01)
    return saveModel(await createModel(build({}), inputShape, { initialValues }))
  }
  writeFileSync(join(folder, 'small.safetensors'), await build('lenet5'))
  const bytes = await build('vgg16')
  writeFileSync(join(folder, 'aligned.safetensors'), bytes)
  writeFileSync(join(folder, 'unaligned.safetensors'), unaligned(bytes))
}

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '5' } },
  allowPositionals: true,
})
const [task, ...given] = positionals

if (task === 'measure') {
  const [name, file] = given
  console.log(JSON.stringify(await measure(name, file)))
  process.exit()
}
if (task === 'write') {
  await writeFiles(given[0])
  process.exit()
}

const inProcess = (...args: string[]): string =>
  execFileSync(process.execPath, [import.meta.filename, ...args], { encoding: 'utf8' })

const folder = mkdtempSync(join(tmpdir(), 'gentle-open-'))
try {
  inProcess('write', folder)
  for (const kind of ['aligned', 'unaligned']) {
    const file = join(folder, `${kind}.safetensors`)
    const size = statSync(file).size
    const all = new Map(Object.keys(openings).map((name) => [name, [] as Measured[]]))
    for (let round = 0; round < Number(values.rounds); round++)
      for (const [name, measured] of all) measured.push(JSON.parse(inProcess('measure', name, file)))
    console.log(`\nVGG-16, ${(size / 1e6).toFixed(0)} MB, its values ${kind}; medians of ${values.rounds} rounds`)
    const plain = all.get('plain read')!
    for (const [name, measured] of all) {
      const time = median(measured.map(({ milliseconds }) => milliseconds))
      const ratio = median(measured.map(({ milliseconds }, round) => milliseconds / plain[round].milliseconds))
      const memory = median(measured.map(({ bytes }) => bytes / size))
      console.log(
        `${name.padEnd(16)}${time.toFixed(0).padStart(6)} ms, ${ratio.toFixed(2)} of a plain read's; peak of memory ${memory.toFixed(2)} of the file's size`,
      )
    }
  }
} finally {
  rmSync(folder, { recursive: true })
}
