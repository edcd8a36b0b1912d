/** `npm run bench -- [row...] [--rounds N] [--json] [--out FILE.json] [--chart FILE.svg]`: compares Gentle with others, on this machine, now. */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Benchmark, benchmarks, type Row, selectRows } from './benchmarks.ts'
import { chartOf } from './chart.ts'
import { cacheNetworks } from './export-networks.ts'
import { installRivals } from './install.ts'
import { type Measured, type Missing, measure } from './measure.ts'
import { formatReport, machine, reportOn } from './report.ts'
import { formatStandings, standings } from './summary.ts'

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
function readArguments(): Task {
  const { values, positionals } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      json: { type: 'boolean', default: false },
      out: { type: 'string' },
      chart: { type: 'string' },
    },
    allowPositionals: true,
  })
  const rounds = Number(values.rounds)
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new RangeError(`--rounds ${values.rounds}; expected a whole number from 1 upwards`)
  return { ...values, rows: selectRows(positionals), rounds }
}

const readsNetworks = ({ kind, contenders }: Benchmark): boolean =>
  kind === 'inference' || contenders.some(({ program: [file] }) => file === 'rivals/gentle-inference.ts')

async function main(): Promise<void> {
  let task: Task
  try {
    task = readArguments()
  } catch (error) {
    say((error as Error).message)
    process.exitCode = 2
    return
  }
  installRivals(say)
  const asked = benchmarks.filter((benchmark) => task.rows.some((row) => row.benchmark === benchmark))
  cacheNetworks([...new Set(asked.filter(readsNetworks).map(({ settings }) => settings.network))], say)
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
