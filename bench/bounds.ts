/**
 * `npm run bench:bounds -- [NETWORK ...] [--batch N]`: how near predictions are to what the machine can do. Beside each other: the time that the multiply-adds of all layers take at the peak
 * of all cores, counted as their methods need them, without transforms; the time in which memory gives all weights; the bound, layer by layer, for threads wait for each other between layers: products,
 * or in dense layers of networks that no cache keeps the weights; and what was measured.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { input, sizeOf, wasm } from '../packages/gentle/src/entries/index.ts'
import { type KernelProfile, traceInference } from '../packages/gentle/src/entries/inspect.ts'
import { peakOfCores } from './peak-of-cores.ts'
import { openPredicting } from './predicting-model.ts'
import { readBandwidth } from './read-bandwidth.ts'
import { imageShape, type Predicting, predicting, randomImages } from './workload.ts'

/** Products that a kernel's method takes for each product of the direct method. */
const sharesOfMethods = [
  ['winograd2 of 5 x 5', 9 / 25],
  ['winograd2', 4 / 9],
  ['winograd4', 2.25 / 9],
] as const

const flopsOf = ({ ops, multiplyAdds }: KernelProfile): number =>
  2 * multiplyAdds * (sharesOfMethods.find(([method]) => ops.includes(method))?.[1] ?? 1)

/** Weights that the third-level cache keeps from image to image: memory does not bound networks of fewer bytes. */
const cacheBytes = 32 * 2 ** 20

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    batch: { type: 'string', default: '1' },
    threads: { type: 'string' },
    recordings: { type: 'string', default: '20' },
  },
})
const threads = Number(values.threads ?? availableParallelism())
const batch = Number(values.batch)
const backend = await wasm({ threads })

const bandwidth = (await readBandwidth(threads)) * 1e6
const peak = await peakOfCores(threads)
console.log(
  `${threads} threads: ${(peak / 1e6).toFixed(0)} GFLOP/s; ${(bandwidth / 1e6).toFixed(1)} GB/s read from memory, one thread alone ${(await readBandwidth(1)).toFixed(1)}\n`,
)
console.log('| network, batch | multiply-adds | all weights from memory | bound | measured | bound by measured |')
console.log('| --- | --- | --- | --- | --- | --- |')
for (const network of (positionals.length > 0 ? positionals : Object.keys(predicting)) as Predicting[]) {
  const model = await openPredicting(network, backend)
  const x = input([batch, ...imageShape])
  const program = await backend.compile({ inputs: { x }, outputs: { y: traceInference(model, x) } })
  const feed = { x: randomImages(batch) }
  // The engine optimizes code after some runs.
  for (let i = 0; i < 30; i++) await program.run(feed)
  let measured = Number.POSITIVE_INFINITY
  let kernels: readonly KernelProfile[] = []
  for (let i = 0; i < Number(values.recordings); i++) {
    const { profile } = await program.profile(feed, { repeats: 3 })
    measured = Math.min(measured, profile.milliseconds)
    kernels = profile.kernels
  }
  const sum = (of: (kernel: KernelProfile) => number): number => kernels.reduce((all, kernel) => all + of(kernel), 0)
  const bytes = 4 * [...model.parameters.values()].reduce((all, { shape }) => all + sizeOf(shape), 0)
  // Dense layers read each weight for at most a few products; of convolutions the products take longer.
  const bytesOf = (kernel: KernelProfile): number =>
    bytes > cacheBytes && kernel.ops.startsWith('matmul') ? kernel.bytesRead : 0
  const bound = sum((kernel) => Math.max(flopsOf(kernel) / peak, bytesOf(kernel) / bandwidth))
  const milliseconds = [sum(flopsOf) / peak, bytes / bandwidth, bound, measured]
  console.log(
    `| ${network}, ${batch} | ${milliseconds.map((ms) => `${ms.toFixed(2)} ms`).join(' | ')} | ${(bound / measured).toFixed(2)} |`,
  )
  program.dispose()
}
await backend.close()
