/**
 * `npm run bench -- [row...] [--rounds N] [--json] [--out FILE.json] [--chart FILE.svg]`: compares Gentle with others, on this machine, now.
 * `npm run bench -- train --network NAME --size N --batch B`: trains any of torchvision's networks, or one of the vision tasks' presets, beside PyTorch.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { countParameters, createModel, reference } from '../packages/gentle/src/entries/index.ts'
import { buildNetwork, networks } from '../packages/gentle/src/models/index.ts'
import { type Benchmark, type Row, rowsOf, selectRows, trainingOf } from './benchmarks.ts'
import { chartOf } from './chart.ts'
import { cacheNetworks } from './export-networks.ts'
import { installRivals } from './install.ts'
import { type Measured, type Missing, measure } from './measure.ts'
import { zeros } from './networks.ts'
import { cacheQuantized } from './quantize-networks.ts'
import { formatReport, machine, reportOn } from './report.ts'
import { formatStandings, standings } from './summary.ts'
import { isTaskNetwork, type Predicting, taskNetworks } from './workload.ts'

const say = (message: string): void => console.error(`bench: ${message}`)

interface Task {
  readonly rows: readonly Row[]
  readonly rounds: number
  readonly json: boolean
  /** Files to write. */
  readonly out?: string
  readonly chart?: string
}

/** @throws RangeError or TypeError for arguments that are wrong. */
async function readArguments(): Promise<Task> {
  const { values, positionals } = parseArgs({
    options: {
      network: { type: 'string' },
      size: { type: 'string' },
      batch: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      json: { type: 'boolean', default: false },
      out: { type: 'string' },
      chart: { type: 'string' },
    },
    allowPositionals: true,
  })
  const whole = (option: 'rounds' | 'size' | 'batch'): number => {
    const value = Number(values[option])
    if (Number.isInteger(value) && value >= 1) return value
    throw new RangeError(`--${option} ${values[option] ?? 'is missing'}; expected a whole number from 1 upwards`)
  }
  const { network } = values
  const named = positionals.length === 1 && positionals[0] === 'train'
  if (!named && [network, values.size, values.batch].some((value) => value !== undefined))
    throw new RangeError('--network, --size and --batch go with: npm run bench -- train')
  const rows = named ? rowsOf(await training(network, whole('size'), whole('batch'))) : selectRows(positionals)
  return { ...values, rows, rounds: whole('rounds') }
}

/** @throws RangeError for a network of which PyTorch has no twin; ShapeError for pictures that do not suit it. */
async function training(network: string | undefined, size: number, batch: number): Promise<Benchmark> {
  const known = Object.entries(networks).flatMap(([name, { top1 }]) =>
    top1?.source.startsWith('torchvision') ? [name] : [],
  )
  if (network === undefined || !(known.includes(network) || isTaskNetwork(network)))
    throw new RangeError(
      `--network ${network ?? 'is missing'}; expected one of ${[...known, ...Object.keys(taskNetworks)].join(', ')}`,
    )
  const [layer, channels] = isTaskNetwork(network)
    ? [(await import('./picture-tasks.ts')).pictureTasks[network](size).layer, 1]
    : [buildNetwork(network, { classes: 1000 }), 3]
  const model = await createModel(layer, [channels, size, size], { backend: reference(), initialValues: zeros })
  return trainingOf(network, size, batch, countParameters(model))
}

const readsNetworks = ({ kind, contenders }: Benchmark): boolean =>
  kind === 'inference' || contenders.some(({ program: [file] }) => /gentle-inference|predict-once/.test(file))

async function main(): Promise<void> {
  let task: Task
  try {
    task = await readArguments()
  } catch (error) {
    say((error as Error).message)
    process.exitCode = 2
    return
  }
  installRivals(say)
  const asked = [...new Set(task.rows.map(({ benchmark }) => benchmark))]
  const networksOf = (benchmarks: readonly Benchmark[]): string[] => [
    ...new Set(benchmarks.map(({ settings }) => settings.network)),
  ]
  cacheNetworks(networksOf(asked.filter(readsNetworks)), say)
  await cacheQuantized(networksOf(asked.filter(({ kind }) => kind === 'inference-8-bit')) as Predicting[], say)
  const results: (Measured | Missing)[] = []
  for (const benchmark of asked) {
    const rows = task.rows.filter((row) => row.benchmark === benchmark)
    results.push(...(await measure(benchmark, rows, task.rounds, say)))
  }
  const reports = asked.map((benchmark) => reportOn(benchmark, results))
  const summary = standings(reports)
  const { processor, cores, platform, node } = machine()
  const where = `${processor}, ${cores} cores, ${platform}, Node ${node}; median of ${task.rounds} rounds`
  const document = `${JSON.stringify({ machine: machine(), rounds: task.rounds, benchmarks: reports, summary }, null, 2)}\n`
  if (task.out !== undefined) writeFileSync(task.out, document)
  if (task.chart !== undefined) writeFileSync(task.chart, chartOf(summary, where))
  if (task.json) process.stdout.write(document)
  else
    console.log(
      [where, ...reports.map(formatReport), ...(summary.length > 0 ? ['Summary', formatStandings(summary)] : [])].join(
        '\n\n',
      ),
    )
}

await main()
