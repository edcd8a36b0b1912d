/** Where a training ran, and how it can be repeated. */
import { commandLine } from '../terminal/invocation.ts'
import { thousands } from '../terminal/terminal.ts'
import { type Html, html, type Part } from './html.ts'
import type { RunFacts } from './run-facts.ts'
import { dataTable, remark, type Section } from './section.ts'
import { commandOf } from './settings-section.ts'

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const textOf = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value))

export function environmentSection({ description, settings }: RunFacts): Section {
  const { versions, machine, backend, arithmetic, started, resumed, examples, digests } = description
  const listed = (value: unknown, unit = ''): string | undefined =>
    isRecord(value)
      ? Object.entries(value)
          .map(([name, each]) => `${name} ${typeof each === 'number' ? thousands(each) : textOf(each)}${unit}`)
          .join(', ')
      : undefined
  const rows: [string, string | undefined][] = [
    ['versions', listed(versions)],
    ['processor', isRecord(machine) ? textOf(machine.processor) : undefined],
    [
      'machine',
      isRecord(machine)
        ? `${textOf(machine.platform)} on ${textOf(machine.architecture)}, ${textOf(machine.cores)} cores`
        : undefined,
    ],
    ['computed by', backend === undefined ? undefined : textOf(backend)],
    ['threads', settings.threads === undefined ? undefined : String(settings.threads)],
    ['arithmetic', arithmetic === undefined ? undefined : textOf(arithmetic)],
    [
      'same bits',
      settings.strictNumerics ? 'on every machine (--strict-numerics)' : 'on machines with this arithmetic',
    ],
    ['examples', listed(examples)],
    ['digests of the data', listed(digests)],
    ['started', started === undefined ? undefined : textOf(started)],
    ['continued', resumed === undefined ? undefined : textOf(resumed)],
  ]
  const known = rows.filter((row): row is [string, string] => row[1] !== undefined)
  return {
    id: 'environment',
    title: 'Environment',
    body: dataTable(
      ['', ''],
      known.map(([name, value]): Part[] => [name, value]),
    ),
  }
}

/** A command, broken into lines only between its words: `--data` would be broken after a hyphen. */
const commandBlock = (command: string): Html =>
  html`<pre><code>${command.split(' ').map((word, i) => html`${i === 0 ? '' : ' '}<span class="word">${word}</span>`)}</code></pre>`

export function repeatSection(facts: RunFacts): Section {
  const words = commandOf(facts)
  const command = words.length > 0 ? commandLine(...words) : undefined
  const next = facts.summary === undefined ? undefined : commandLine('eval', facts.path)
  return {
    id: 'repeat',
    title: 'How to repeat it',
    body: html`${
      command === undefined
        ? undefined
        : html`${commandBlock(command)}
<p>${facts.settings.strictNumerics ? 'With the same data and version, the weights are the same to the bit on every machine' : 'With the same data, version and arithmetic, the weights are the same to the bit'}, however many threads compute them.</p>`
    }
${next === undefined ? undefined : html`<p>Evaluate it again, or on other data with <code>--data</code>:</p>${commandBlock(next)}`}
${remark('All settings, also those that were chosen, are in run.json; the figures of all epochs are in metrics.csv.')}`,
  }
}
