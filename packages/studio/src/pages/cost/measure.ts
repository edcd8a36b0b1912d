/** How fast this machine is, by the engine itself. */
import {
  availableThreads,
  type Backend,
  createModel,
  createTrainer,
  input,
  Random,
  sgd,
  type Tensor,
  variable,
  wasm,
} from 'gentle-dl'
import { inMemory } from 'gentle-dl/data'
import { matmul, sum } from 'gentle-dl/ops'
import { classes, network } from './network.ts'
import type { Settings } from './settings.ts'

/** Matrix products that the rate is measured on: so many, one after another, of this size. */
export const [products, side] = [8, 512]

/** Milliseconds for which the rate is measured, at least. */
const longEnough = 400

const noise = (length: number, scale: number): Float32Array => {
  const random = new Random(0, 'noise')
  return Float32Array.from({ length }, () => scale * (2 * random.uniform() - 1))
}

export interface Rate {
  /** Floating-point operations a second where nothing else holds the machine up. */
  readonly flopsPerSecond: number
  readonly threads: number
}

/** The best of several runs: other programs slow a measurement, none makes it faster. */
export const measureRate = (threads = availableThreads()): Promise<Rate> =>
  withEngine(threads, async (backend) => {
    const x = input([side, side])
    const weight = variable([side, side], noise(side * side, 1 / Math.sqrt(side)))
    let y: Tensor = x
    for (let i = 0; i < products; i++) y = matmul(y, weight)
    const program = await backend.compile({ inputs: { x }, outputs: { y: sum(y) } })
    const feed = { x: noise(side * side, 1) }
    await program.run(feed)
    let best = Number.POSITIVE_INFINITY
    for (const began = performance.now(); performance.now() - began < longEnough; ) {
      const start = performance.now()
      await program.run(feed)
      best = Math.min(best, (performance.now() - start) / 1000)
    }
    return { flopsPerSecond: (products * 2 * side ** 3) / best, threads }
  })

/** Steps that are measured, after one that prepares the program. */
const steps = 3

/** Seconds of a step of training, the fastest of three, on pictures of noise. */
export const measureStep = (settings: Settings, threads = availableThreads()): Promise<number> =>
  withEngine(threads, async (backend) => {
    const { resolution, batch } = settings
    const inputShape = [3, resolution, resolution]
    const examples = batch * (steps + 1)
    const model = await createModel(network(settings), inputShape, { seed: 0, backend })
    const pictures = inMemory({
      inputs: noise(examples * 3 * resolution ** 2, 1),
      inputShape,
      targets: Int32Array.from({ length: examples }, (_, i) => i % classes),
      classes: Array.from({ length: classes }, (_, i) => String(i)),
    })
    const trainer = await createTrainer(model, pictures, {
      optimizer: sgd({ learningRate: 0.01, momentum: 0.9 }),
      batchSize: batch,
      epochs: 1,
      seed: 0,
    })
    try {
      await trainer.step()
      let best = Number.POSITIVE_INFINITY
      for (let i = 0; i < steps; i++) {
        const start = performance.now()
        await trainer.step()
        best = Math.min(best, (performance.now() - start) / 1000)
      }
      return best
    } finally {
      trainer.dispose()
    }
  })

async function withEngine<Result>(threads: number, use: (backend: Backend) => Promise<Result>): Promise<Result> {
  const backend = await wasm({ threads })
  try {
    return await use(backend)
  } finally {
    await backend.close()
  }
}
