/**
 * `npm run bench:distributed`: two ranks of one thread each against one process with two threads, on the same batches: images a second of a training, median of rounds in turns.
 * With `--network NAME --batch N` it measures one of them, under mpirun or alone.
 */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { createTrainer, type Layer, sgd, wasm } from 'gentle-dl'
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
  const spent = (await trainer.rankTimes()).map(({ waiting, moving }) => [waiting, moving].map((time) => 1000 * time))
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
  readonly exchange: readonly (readonly number[])[]
}

function run(launcher: readonly string[], name: string, batch: number): Measured {
  const words = [...launcher, process.execPath, import.meta.filename, '--network', name, '--batch', String(batch)]
  const { stdout, stderr } = spawnSync(words[0], words.slice(1), { encoding: 'utf8' })
  const line = stdout.split('\n').find((each) => each.startsWith('{'))
  if (line === undefined) throw new Error(stderr)
  return JSON.parse(line)
}

if (values.network !== undefined)
  await measure(
    values.network,
    Number(values.batch),
    values['micro-batches'] === undefined ? undefined : Number(values['micro-batches']),
  )
else {
  const mpirun = ['mpirun', '--allow-run-as-root', '--oversubscribe', '--bind-to', 'none', '-n', '2']
  for (const [name, batch] of [
    ['lenet5', 256],
    ['resnet18', 64],
    ['resnet18', 128],
  ] as const) {
    const rounds = Array.from({ length: Number(values.rounds) }, () => [run([], name, batch), run(mpirun, name, batch)])
    const ratios = rounds.map(([alone, ranks]) => ranks.rate / alone.rate).sort((a, b) => a - b)
    const [alone, ranks] = rounds[0].map(({ rate }) => rate.toFixed(0))
    const [ofAlone, ofRanks] = [0, 1].map((which) =>
      Math.min(...rounds.map((round) => round[which].processor)).toFixed(2),
    )
    const [waiting, moving] = rounds[0][1].exchange[0].map((time) => time.toFixed(2))
    console.log(
      `${name}, batch ${batch}: 2 ranks / 2 threads ${ratios[Math.floor(ratios.length / 2)].toFixed(3)} (${ratios[0].toFixed(3)} to ${ratios.at(-1)!.toFixed(3)}); first round ${ranks} : ${alone} images/s; rank 0 waits ${waiting} ms and exchanges ${moving} ms a step; processor time a step ${ofRanks} : ${ofAlone} ms`,
    )
  }
}
