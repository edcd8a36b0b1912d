/** Measures what the model of cost is fitted to: exchanges over shared memory and over namespaces, and steps of one process. */
import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { createTrainer, crossEntropy, sgd, wasm } from 'gentle-dl'
import { inMemory } from 'gentle-dl/data'
import { resnet50 } from 'gentle-dl/models'
import type { Carrier, Measurement, Point } from './model.ts'
import { bucketBytes, namespaces } from './namespaces.ts'

const rankScript = new URL('exchange-rank.ts', import.meta.url).pathname

/** Numbers of a rank's vector: from a kilobyte to 16 megabytes; of 45, the gradient of ResNet-18, over memory alone. */
const lengths = [256, 4096, 65_536, 262_144, 1_000_000, 4_000_000]
const long = 11_700_000

/** What is measured, each with 2, 4 and 8 ranks. */
const carriers: readonly Carrier[] = [
  'memory',
  { rate: 1e9, delay: 0 },
  { rate: 500e6, delay: 0 },
  { rate: 250e6, delay: 0 },
  { rate: 1e9, delay: 0.001 },
  { rate: 1e9, delay: 0.005 },
]

/** @param leastBytes what is exchanged in each time that is taken */
function mpirun(ranks: number, options: readonly string[], sizes: readonly number[], leastBytes = 0): Point[] {
  const words = [...options, '-n', String(ranks), process.execPath, rankScript, sizes.join(), String(leastBytes)]
  const { stdout, stderr, status, error } = spawnSync(
    'mpirun',
    ['--allow-run-as-root', '--bind-to', 'none', ...words],
    {
      encoding: 'utf8',
      timeout: 120_000,
    },
  )
  if (status !== 0) throw new Error(`mpirun ${words.join(' ')}: ${error?.message ?? stderr}`)
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Point)
}

/** Exchanges over all carriers; what the system does not allow is told, and left out. */
export async function measureExchanges(tell: (text: string) => void): Promise<Measurement[]> {
  const cores = availableParallelism()
  const all: Measurement[] = []
  for (const carrier of carriers)
    for (const ranks of [2, 4, 8]) {
      const called = carrier === 'memory' ? 'shared memory' : `${carrier.rate / 1e6} Mbit/s, ${carrier.delay * 1e3} ms`
      try {
        const points =
          carrier === 'memory'
            ? mpirun(ranks, ['--oversubscribe'], [...lengths, long])
            : await overLinks(carrier, ranks)
        all.push(...points.map((point) => ({ ...point, carrier, machines: 1, cores })))
        tell(
          `${called}, ${ranks} ranks: ${points.map(({ bytes, seconds }) => `${bytes} B ${(1e3 * seconds).toPrecision(3)} ms`).join(', ')}`,
        )
      } catch (error) {
        tell(
          `${called}, ${ranks} ranks: not measured: ${(error as Error).message.trim().split('\n').slice(0, 2).join(' ')}`,
        )
      }
    }
  return all
}

async function overLinks(carrier: Exclude<Carrier, 'memory'>, ranks: number): Promise<Point[]> {
  const nodes = await namespaces(ranks, carrier)
  try {
    // Of links that a process carries, it is measured how long they take, and not how much that process can carry. Those of tc let small messages through at once, until a bucket is empty.
    if (carrier.delay > 0) return mpirun(ranks, nodes.options, lengths.slice(0, -2))
    return mpirun(ranks, nodes.options, lengths, 4 * bucketBytes(carrier.rate))
  } finally {
    nodes.close()
  }
}

export interface Steps {
  readonly examples: number
  /** Processor time of a step, on one thread: other work of the machine does not count. */
  readonly seconds: number
  /** How much steps spread, as a share of their mean. */
  readonly spread: number
}

/** Steps of ResNet-50 on pictures of 224 x 224, by one thread. */
export async function measureSteps(tell: (text: string) => void): Promise<Steps[]> {
  const all: Steps[] = []
  for (const [examples, steps] of [
    [8, 6],
    [16, 4],
  ]) {
    const data = inMemory({
      inputs: new Uint8Array(examples * 3 * 224 * 224).map((_, i) => (i * 7919) % 251),
      inputShape: [3, 224, 224],
      targets: Int32Array.from({ length: examples }, (_, i) => i),
      classes: Array.from({ length: 1000 }, (_, i) => String(i)),
    })
    const backend = await wasm({ threads: 1 })
    const trainer = await createTrainer(resnet50(), data, {
      backend,
      loss: crossEntropy,
      optimizer: sgd({ learningRate: 0.01, momentum: 0.9 }),
      batchSize: examples,
      epochs: steps + 1,
    })
    const times: number[] = []
    for (let step = 0; step <= steps; step++) {
      const before = process.cpuUsage()
      await trainer.step()
      const { user, system } = process.cpuUsage(before)
      if (trainer.epochIsOver && !trainer.done) await trainer.endEpoch()
      // The first compiles.
      if (step > 0) times.push((user + system) / 1e6)
    }
    trainer.dispose()
    await backend.close()
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length
    const spread = Math.sqrt(times.reduce((sum, time) => sum + (time - mean) ** 2, 0) / (times.length - 1)) / mean
    all.push({ examples, seconds: mean, spread })
    tell(`ResNet-50, ${examples} images: ${mean.toFixed(3)} s a step, spread ${(100 * spread).toFixed(1)} %`)
  }
  return all
}
