/**
 * `npm run bench:distributed`: two ranks of one thread each against one process with two threads, on the same batches: images a second of a training, median of rounds in turns.
 * With `--rate MBIT` it measures two ranks on nodes of their own, which hear each other by links of so many million bits a second, as root: how long gradients travel, and how much of it
 * while others are computed. With `--network NAME --batch N` it measures one of them, under mpirun or alone.
 */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { createTrainer, type Layer, type RankTimes, sgd, wasm } from 'gentle-dl'
import { inMemory } from 'gentle-dl/data'
import { backendOf, distributed, gathered, launchedRanks } from 'gentle-dl/distributed'
import { lenet5, resnet18 } from 'gentle-dl/models'

const networks: Readonly<
  Record<string, { readonly layer: () => Layer; readonly shape: readonly number[]; readonly steps: number }>
> = {
  lenet5: { layer: () => lenet5(), shape: [1, 28, 28], steps: 400 },
  resnet18: { layer: () => resnet18({ classes: 10, stem: 'cifar' }), shape: [3, 32, 32], steps: 6 },
}

const { values } = parseArgs({
  options: {
    'micro-batches': { type: 'string' },
    network: { type: 'string' },
    batch: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    rate: { type: 'string' },
  },
})

/** Images a second; under mpirun, of all ranks. */
async function measure(name: string, batchSize: number, microBatches?: number): Promise<void> {
  const { layer, shape, steps } = networks[name]
  const ranks = launchedRanks() === undefined ? undefined : await distributed()
  const backend = ranks === undefined ? await wasm({ threads: 2 }) : await backendOf(ranks, { threads: 1 })
  const size = shape.reduce((a, b) => a * b)
  const data = inMemory({
    name: 'noise',
    inputs: Float32Array.from({ length: 4 * batchSize * size }, (_, i) => ((i * 7919) % 997) / 997),
    inputShape: shape,
    targets: Int32Array.from({ length: 4 * batchSize }, (_, i) => i % 10),
    classes: Array.from({ length: 10 }, (_, i) => String(i)),
  })
  const optimizer = sgd({ learningRate: 0.001, momentum: 0.9 })
  const trainer = await createTrainer(layer(), data, {
    optimizer,
    batchSize,
    epochs: 1000,
    backend,
    ranks,
    microBatches,
  })
  for (let warm = 0; warm < Math.ceil(steps / 2); warm++) await trainer.step()
  const times: number[] = []
  const before = process.cpuUsage()
  for (let step = 0; step < steps; step++) {
    const begun = performance.now()
    await trainer.step()
    times.push(performance.now() - begun)
  }
  const median = times.sort((a, b) => a - b)[Math.floor(times.length / 2)]
  const { user, system } = process.cpuUsage(before)
  const processor = await gathered(ranks, (user + system) / 1000 / steps)
  const spent = await trainer.rankTimes()
  if (ranks === undefined || ranks.rank === 0)
    console.log(
      JSON.stringify({
        rate: (1000 * batchSize) / median,
        processor: processor.reduce((a, b) => a + b),
        exchange: ranks === undefined ? [] : spent,
      }),
    )
  await backend.close()
  await ranks?.close()
}

interface Measured {
  readonly rate: number
  /** Milliseconds of all cores that a step takes. */
  readonly processor: number
  /** Seconds of a step, by rank; none of a process alone. */
  readonly exchange: readonly RankTimes[]
}

function run(launcher: readonly string[], name: string, batch: number, options: readonly string[] = []): Measured {
  const program = [process.execPath, import.meta.filename, '--network', name, '--batch', String(batch)]
  const words = [...launcher, ...program, ...options]
  const { stdout, stderr } = spawnSync(words[0], words.slice(1), { encoding: 'utf8' })
  const line = stdout.split('\n').find((each) => each.startsWith('{'))
  if (line === undefined) throw new Error(stderr)
  return JSON.parse(line)
}

const milliseconds = (seconds: number): string => (1000 * seconds).toFixed(1)

/** Two ranks on one machine, and one process with two threads, by turns. */
function besideOneProcess(rounds: number): void {
  const mpirun = ['mpirun', '--allow-run-as-root', '--oversubscribe', '--bind-to', 'none', '-n', '2']
  for (const [name, batch] of [
    ['lenet5', 256],
    ['resnet18', 64],
    ['resnet18', 128],
  ] as const) {
    const measured = Array.from({ length: rounds }, () => [run([], name, batch), run(mpirun, name, batch)])
    const ratios = measured.map(([alone, ranks]) => ranks.rate / alone.rate).sort((a, b) => a - b)
    const [alone, ranks] = measured[0].map(({ rate }) => rate.toFixed(0))
    const [ofAlone, ofRanks] = [0, 1].map((which) =>
      Math.min(...measured.map((round) => round[which].processor)).toFixed(2),
    )
    const { waiting, moving, hidden } = measured[0][1].exchange[0]
    console.log(
      `${name}, batch ${batch}: 2 ranks / 2 threads ${ratios[Math.floor(ratios.length / 2)].toFixed(3)} (${ratios[0].toFixed(3)} to ${ratios.at(-1)!.toFixed(3)}); first round ${ranks} : ${alone} images/s; rank 0 waits ${milliseconds(waiting)} ms and exchanges ${milliseconds(moving)} ms a step, ${milliseconds(hidden)} of them while it computes; processor time a step ${ofRanks} : ${ofAlone} ms`,
    )
  }
}

/** Two ranks, each in a network namespace. */
async function overLinks(rate: number, rounds: number): Promise<void> {
  const { namespaces } = await import('./scale/namespaces.ts')
  const nodes = await namespaces(2, { rate: 1e6 * rate, delay: 0 })
  try {
    const mpirun = ['mpirun', '--allow-run-as-root', '--bind-to', 'none', ...nodes.options, '-n', '2']
    for (const microBatches of [8, 4, 2]) {
      const measured = Array.from({ length: rounds }, () =>
        run(mpirun, 'resnet18', 64, ['--micro-batches', String(microBatches)]),
      )
      // Other work of the machine makes single rounds longer.
      const { exchange, rate: images } = measured.reduce((best, each) => (each.rate > best.rate ? each : best))
      const { step, waiting, moving, hidden } = exchange[0]
      console.log(
        `resnet18, batch 64, ${microBatches} micro-batches, ${rate} Mbit/s: ${images.toFixed(1)} images/s; of a step of ${milliseconds(step)} ms rank 0 waits ${milliseconds(waiting)} ms and exchanges ${milliseconds(moving)} ms, ${milliseconds(hidden)} of them while it computes`,
      )
    }
  } finally {
    nodes.close()
  }
}

if (values.network !== undefined)
  await measure(
    values.network,
    Number(values.batch),
    values['micro-batches'] === undefined ? undefined : Number(values['micro-batches']),
  )
else if (values.rate !== undefined) await overLinks(Number(values.rate), Number(values.rounds))
else besideOneProcess(Number(values.rounds))
