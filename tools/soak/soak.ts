/** Trains for long, and compiles often: what a process holds must not grow. */
import { setTimeout as wait } from 'node:timers/promises'
import {
  createModel,
  createTrainer,
  Linear,
  predict,
  RunFolder,
  runTraining,
  Sequential,
  sgd,
  Tanh,
  wasm,
} from 'gentle-dl'
import { moons } from 'gentle-dl/data'
import { type Usage, usage } from './usage.ts'

export interface SoakOptions {
  readonly steps: number
  readonly cycles: number
  /** An empty folder, in which a run is kept. */
  readonly folder: string
  readonly onSample?: (what: string, done: number, usage: Usage) => void
}

/** Bytes by which heap and buffers may be more at the end. The least object that each of 50,000 steps kept would take 600,000. */
const slack = 400_000

/** Looks at what is held so many times. In the first half code is still compiled, what it needs is gathered, and memory is touched for the first time. */
const looks = 10

/** What has grown from the look in the middle to the last, a line each. */
export function growth(what: string, looked: readonly Usage[]): string[] {
  const [first, last] = [looked[Math.floor((looked.length - 1) / 2)], looked[looked.length - 1]]
  const allowed: Readonly<Record<keyof Usage, number>> = {
    heap: slack,
    buffers: slack,
    wasm: 0,
    threads: 0,
    // A checkpoint may be under way: its file is open, then its folder.
    handles: 1,
  }
  return (Object.keys(allowed) as (keyof Usage)[]).flatMap((name) => {
    const [before, after] = [first[name] ?? 0, last[name] ?? 0]
    return after - before > allowed[name] ? [`${what}: ${name} grew from ${before} to ${after}`] : []
  })
}

/** Of the training: enough for one that keeps something of each. */
const epochs = 100

const network = Sequential(Linear(16), Tanh(), Linear(2))
const batchSize = 16

/** A training on two threads, with a checkpoint after each epoch. */
async function train({ steps, folder, onSample }: SoakOptions): Promise<string[]> {
  const backend = await wasm({ threads: 2 })
  const looked: Usage[] = []
  try {
    const data = moons({ examples: (steps / epochs) * batchSize })
    const options = { backend, optimizer: sgd({ learningRate: 0.01, momentum: 0.9 }), batchSize, epochs }
    const trainer = await createTrainer(network, data, options)
    await runTraining(trainer, {
      checkpoints: RunFolder.create(folder).checkpoints({ keep: 2 }),
      onStep({ step }) {
        if (step % (steps / looks) !== 0) return
        looked.push(usage())
        onSample?.('steps', step, looked[looked.length - 1])
      },
    })
    trainer.dispose()
  } finally {
    await backend.close()
  }
  return growth('steps', looked)
}

/** A model that is made, predicts and is let go of, again and again; each tenth time on a backend of its own. */
async function compile({ cycles, onSample }: SoakOptions): Promise<string[]> {
  const shared = await wasm({ threads: 2 })
  const looked: Usage[] = []
  try {
    for (let cycle = 1; cycle <= cycles; cycle++) {
      const own = cycle % 10 === 0
      const backend = own ? await wasm({ threads: 2 }) : shared
      const model = await createModel(network, [2], { backend })
      await predict(model, new Float32Array(2 * 16))
      backend.release(model.parameters.values())
      if (own) await backend.close()
      if (cycle % (cycles / looks) !== 0) continue
      // Threads that were told to end take a moment, and so do their memories.
      for (let round = 0; round < 3; round++) {
        usage()
        await wait(20)
      }
      looked.push(usage())
      onSample?.('cycles', cycle, looked[looked.length - 1])
    }
  } finally {
    await shared.close()
  }
  return growth('cycles', looked)
}

/** What has grown; nothing where all is as it should be. */
export const soak = async (options: SoakOptions): Promise<string[]> => [
  ...(await train(options)),
  ...(await compile(options)),
]
