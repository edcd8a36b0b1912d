/**
 * `npm run bench:first-try -- [set...] [--seeds 1,2,3] [--grid] [--network NAME] [--threads N] [--out FOLDER]`: how well `gentle train --data FOLDER` learns pictures at
 * the first try, and, with --grid, how well the best of eight settings does. What was measured is kept, and a run that was stopped goes on where it was. See README.md.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { formatTable, machine } from '../report.ts'
import { folderOf, sets } from './sets.ts'

const command = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url))

/** Settings beside which the defaults have to hold: SGD with momentum 0.9 and Adam, at rates around their usual ones, and three ways of augmentation. */
const grid = [
  ['sgd', '0.05', 'none'],
  ['adam', '0.002', 'none'],
  ['sgd', '0.02', 'modest'],
  ['sgd', '0.1', 'modest'],
  ['adam', '0.001', 'modest'],
  ['adam', '0.004', 'modest'],
  ['sgd', '0.05', 'modestColour'],
  ['adam', '0.002', 'modestColour'],
].map(([optimizer, rate, augment]) => [
  ...['--optimizer', optimizer, '--learning-rate', rate],
  ...['--augment', augment],
])

/** Points within which the defaults have to be; beside defaults that are as near to 100 % no setting can be better by more. */
const bar = 0.03

/** How many settings of the grid are trained with all seeds: the best with the first. */
const finalists = 2

/** The exit code of a training that was stopped. */
const interrupted = 130

interface Result {
  readonly accuracy: number
  readonly seconds: number
  /** Of all threads, or undefined where the system does not tell. */
  readonly processorSeconds?: number
  readonly model: string
  readonly steps: number
}

/** Processor time of all programs that this one started and that have ended, in clock ticks of Linux, of which a second has 100. */
function ticksOfChildren(): number | undefined {
  if (process.platform !== 'linux') return undefined
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')
  return Number(fields[13]) + Number(fields[14])
}

/** What trainings have in common. */
interface Bench {
  readonly out: string
  readonly network?: string
  readonly threads?: string
}

/** One training, or what is known of it. The score is that of the pictures below test/, which are looked at once, at the end. */
function trained(
  set: string,
  folder: string,
  settings: readonly string[],
  seed: number,
  { out, network, threads }: Bench,
): Result {
  const name = [set, ...(network === undefined ? [] : [network]), ...settings, `seed ${seed}`]
    .join(' ')
    .replace(/[^\w.]+/g, '-')
  const file = join(out, 'results', `${name}.json`)
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'))
  const run = join(out, 'runs', name)
  rmSync(run, { recursive: true, force: true })
  const [began, ticks] = [performance.now(), ticksOfChildren()]
  const { status, signal, stderr } = spawnSync(
    process.execPath,
    [
      command,
      'train',
      ...(network === undefined ? [] : [network]),
      ...['--data', folder, '--seed', String(seed), '--run-dir', run, ...settings],
      ...(threads === undefined ? [] : ['--threads', threads]),
    ],
    { encoding: 'utf8' },
  )
  if (status === interrupted) process.exit(interrupted)
  if (status !== 0) throw new Error(`${name} ended with ${status ?? signal}: ${stderr}`)
  const seconds = (performance.now() - began) / 1000
  const { test, model } = JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8'))
  const { examples, settings: used } = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8'))
  const result: Result = {
    accuracy: test.accuracy,
    seconds,
    ...(ticks === undefined ? {} : { processorSeconds: (ticksOfChildren()! - ticks) / 100 }),
    model,
    steps: used.epochs * Math.ceil(examples.train / used.batchSize),
  }
  // Whole or not at all: a bench that is stopped here goes on with a training that it has not kept.
  writeFileSync(`${file}.part`, `${JSON.stringify(result)}\n`)
  renameSync(`${file}.part`, file)
  console.error(
    `first-try: ${name}: ${percent(result.accuracy)}, ${model}, ${seconds.toFixed(0)} s (${result.processorSeconds?.toFixed(0)} s of processor)`,
  )
  return result
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0) / numbers.length
const atMost = (numbers: readonly number[]): string => Math.max(...numbers).toFixed(0)

const { values, positionals } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1,2,3' },
    grid: { type: 'boolean', default: false },
    network: { type: 'string' },
    threads: { type: 'string' },
    out: { type: 'string', default: 'runs/first-try' },
  },
  allowPositionals: true,
})
const names = positionals.length > 0 ? positionals : Object.keys(sets)
const unknown = names.find((name) => !Object.hasOwn(sets, name))
if (unknown !== undefined) throw new RangeError(`no set ${unknown}; expected some of ${Object.keys(sets).join(', ')}`)
const seeds = values.seeds.split(',').map(Number)
for (const folder of ['results', 'runs', 'sets']) mkdirSync(join(values.out, folder), { recursive: true })

/** The best setting of the grid: all are trained with the first seed, the best two of them with all seeds. */
function bestOfGrid(set: string, folder: string): { readonly settings: readonly string[]; readonly accuracy: number } {
  const accuracyWith = (settings: readonly string[], some: readonly number[]): number =>
    mean(some.map((seed) => trained(set, folder, settings, seed, values).accuracy))
  const first = grid.map((settings) => ({ settings, accuracy: accuracyWith(settings, seeds.slice(0, 1)) }))
  return first
    .sort((a, b) => b.accuracy - a.accuracy)
    .slice(0, finalists)
    .map(({ settings }) => ({ settings, accuracy: accuracyWith(settings, seeds) }))
    .reduce((a, b) => (b.accuracy > a.accuracy ? b : a))
}

const rows: string[][] = []
for (const name of names) {
  const folder = await folderOf(name, join(values.out, 'sets'))
  const results = seeds.map((seed) => trained(name, folder, [], seed, values))
  const accuracies = results.map(({ accuracy }) => accuracy)
  const accuracy = mean(accuracies)
  const best = !values.grid || accuracy >= 1 - bar ? undefined : bestOfGrid(name, folder)
  const processorSeconds = results.flatMap((result) => result.processorSeconds ?? [])
  rows.push([
    name,
    results[0].model,
    String(results[0].steps),
    percent(accuracy),
    percent(Math.min(...accuracies)),
    atMost(results.map(({ seconds }) => seconds)),
    processorSeconds.length === 0 ? 'not known' : atMost(processorSeconds),
    best === undefined
      ? accuracy >= 1 - bar
        ? 'none can be better by 3'
        : 'not run'
      : `${percent(best.accuracy)} ${best.settings.filter((each) => !each.startsWith('--')).join(' ')}`,
  ])
}
const { processor, cores, node } = machine()
console.log(
  `${processor}, ${cores} cores, ${values.threads ?? 'all'} threads, Node ${node}; seeds ${values.seeds}; ${names.length} sets:\n`,
)
for (const name of names) console.log(`${name}: ${sets[name].about}`)
console.log()
console.log(
  formatTable(
    ['set', 'network', 'steps', 'test', 'lowest', 'seconds, at most', 'of processor, at most', 'best of the grid'],
    rows,
  ),
)
