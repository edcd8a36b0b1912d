/**
 * `npm run bench:tasks -- [preset...] [--seed N] [--runs FOLDER]`: trains the presets of the vision tasks at full size through the command line,
 * one after the other. Ends with exit code 1 where a figure is below its target. See README.md.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { formatTable, machine } from './report.ts'

/** What each preset is to reach on its test scenes, within so many minutes on 2 cores. */
const targets: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'classify-scenes': {},
  'localize-scenes': { 'label correct and IoU >= 0.5': 0.97 },
  'detect-scenes': { AP50: 0.95, AP: 0.7 },
  'segment-scenes': { 'mean IoU': 0.9 },
}
const maxMinutes = 10

const say = (message: string): void => console.error(`tasks: ${message}`)
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const command = fileURLToPath(new URL('../packages/cli/src/main.ts', import.meta.url))

/** What `gentle train --json` tells, as far as it is looked at here. */
interface Summary {
  readonly model: string
  readonly data: string
  readonly parameters: number
  readonly epochs: number
  readonly examplesPerSecond: number
  readonly seconds: number
  readonly test: { readonly accuracy?: number; readonly metrics?: Readonly<Record<string, number>> }
}

async function train(preset: string, seed: string, run: string): Promise<Summary> {
  const args = [command, 'train', '--preset', preset, '--seed', seed, '--run-dir', run, '--json']
  return JSON.parse((await promisify(execFile)(process.execPath, args, { maxBuffer: 1e8 })).stdout)
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { seed: { type: 'string', default: '1' }, runs: { type: 'string' } },
    allowPositionals: true,
  })
  const unknown = positionals.find((name) => !Object.hasOwn(targets, name))
  if (unknown !== undefined) {
    say(`no preset ${unknown}; expected some of ${Object.keys(targets).join(', ')}`)
    process.exitCode = 2
    return
  }
  const runs = values.runs ?? mkdtempSync(join(tmpdir(), 'gentle-tasks-'))
  mkdirSync(runs, { recursive: true })
  const rows: string[][] = []
  for (const preset of positionals.length > 0 ? positionals : Object.keys(targets)) {
    const { test, seconds, ...run } = await train(preset, values.seed, join(runs, preset))
    const figures = test.metrics ?? { accuracy: test.accuracy! }
    const shown = Object.entries(figures).filter(([name, value]) => value >= 0 && !/^AR|small|medium|large/.test(name))
    rows.push([
      preset,
      run.model,
      run.parameters.toLocaleString('en-US'),
      shown.map(([name, value]) => `${name} ${percent(value)}`).join(', '),
      String(run.examplesPerSecond),
      (seconds / 60).toFixed(1),
    ])
    say(`${rows.at(-1)!.join('; ')} minutes`)
    const missed = Object.entries(targets[preset]).filter(([name, min]) => !(figures[name] >= min))
    for (const [name, min] of missed) say(`${preset}: ${name} ${percent(figures[name])}; expected ${percent(min)}`)
    if (seconds > 60 * maxMinutes) say(`${preset}: ${(seconds / 60).toFixed(1)} minutes; expected ${maxMinutes}`)
    if (missed.length > 0 || seconds > 60 * maxMinutes) process.exitCode = 1
  }
  if (values.runs === undefined) rmSync(runs, { recursive: true })
  const { processor, cores, platform, node } = machine()
  console.log(`seed ${values.seed}; ${processor}, ${cores} cores, ${platform}, Node ${node}\n`)
  console.log(formatTable(['preset', 'network', 'parameters', 'on the test scenes', 'examples/s', 'minutes'], rows))
}

await main()
