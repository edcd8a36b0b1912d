/** `npm run bench -- [row...] [--rounds N] [--json]`: compares Gentle with others, on this machine, now. See README.md. */
import { parseArgs } from 'node:util'
import { benchmarks, type Row, selectRows } from './contenders.ts'
import { cacheNetworks } from './export-networks.ts'
import { installRivals } from './install.ts'
import { type Measured, type Missing, measure } from './measure.ts'
import { formatReport, machine, reportOn } from './report.ts'

const say = (message: string): void => console.error(`bench: ${message}`)

/** @throws RangeError or TypeError for arguments that are wrong. */
function readArguments(): { rows: readonly Row[]; rounds: number; json: boolean } {
  const { values, positionals } = parseArgs({
    options: { rounds: { type: 'string', default: '5' }, json: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const rounds = Number(values.rounds)
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new RangeError(`--rounds ${values.rounds}; expected a whole number from 1 upwards`)
  return { rows: selectRows(positionals), rounds, json: values.json }
}

async function main(): Promise<void> {
  let task: ReturnType<typeof readArguments>
  try {
    task = readArguments()
  } catch (error) {
    say((error as Error).message)
    process.exitCode = 2
    return
  }
  installRivals(say)
  const asked = benchmarks.filter((benchmark) => task.rows.some((row) => row.benchmark === benchmark))
  const predicting = asked.filter(({ kind }) => kind === 'inference' || kind === 'compile' || kind === 'memory')
  cacheNetworks([...new Set(predicting.map(({ settings }) => settings.network))], say)
  const results: (Measured | Missing)[] = []
  for (const benchmark of asked) {
    const rows = task.rows.filter((row) => row.benchmark === benchmark)
    results.push(...(await measure(benchmark, rows, task.rounds, say)))
  }
  const reports = asked.map((benchmark) => reportOn(benchmark, results))
  if (task.json) {
    console.log(JSON.stringify({ machine: machine(), rounds: task.rounds, benchmarks: reports }, null, 2))
    return
  }
  const { processor, cores, platform, node } = machine()
  console.log(`${processor}, ${cores} cores, ${platform}, Node ${node}; median of ${task.rounds} rounds\n`)
  console.log(reports.map(formatReport).join('\n\n'))
}

await main()
