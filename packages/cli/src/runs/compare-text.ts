/** Runs side by side: what differs, their curves, and what the difference says. */
import { curveOfRun, settingsOfRuns } from 'gentle-dl/inspect'
import { bold, clock, table } from '../terminal/terminal.ts'
import type { FoundRun } from './found-runs.ts'
import { overlay } from './overlay.ts'
import { valueText } from './score.ts'
import type { SeedGroup, Verdict } from './verdict.ts'

/** Letters of a cell, at least and at most. */
const [shortest, longest] = [8, 24]

const cut = (text: string, width: number): string => (text.length <= width ? text : `${text.slice(0, width - 1)}…`)

/** Names of runs: A where its settings have one seed, else A1, A2, ... */
export const namesOf = (groups: readonly SeedGroup[]): readonly { readonly name: string; readonly found: FoundRun }[] =>
  groups.flatMap(({ letter, runs }) =>
    runs.map((found, i) => ({ name: runs.length === 1 ? letter : `${letter}${i + 1}`, found })),
  )

const scoreCell = (found: FoundRun): string => (found.score === undefined ? '' : valueText(found, found.score.value))

/** Rows of what differs, and of what came out. */
function rowsOf(named: ReturnType<typeof namesOf>): readonly (readonly string[])[] {
  const all = named.map(({ found }) => found)
  const differing = settingsOfRuns(all.map(({ run }) => run)).filter(({ differs }) => differs)
  return [
    ...differing.map(({ name, values }) => [name, ...values.map((value) => value ?? '')]),
    ['score', ...all.map(scoreCell)],
    ['  measured on', ...all.map(({ score }) => score?.part ?? '')],
    ['  by', ...all.map(({ metric }) => metric)],
    ['best epoch', ...all.map(({ score }) => String(score?.epoch ?? ''))],
    ['epochs', ...all.map(({ run }) => String(run.epochs.at(-1) ?? 0))],
    ['training time', ...all.map(({ run }) => clock(run.seconds.at(-1) ?? 0))],
    ['state', ...all.map(({ state }) => state)],
  ]
}

/** Tables of as many runs each as there is room for. */
function tables(named: ReturnType<typeof namesOf>, columns: number): string[] {
  const rows = rowsOf(named)
  const first = Math.max(...rows.map(([name]) => name.length))
  const perTable = Math.max(1, Math.floor((columns - first) / (shortest + 2)))
  const width = Math.min(
    longest,
    Math.max(shortest, Math.floor((columns - first) / Math.min(named.length, perTable)) - 2),
  )
  const count = Math.ceil(named.length / perTable)
  return Array.from({ length: count }, (_, i) => {
    const part = named.slice(i * perTable, (i + 1) * perTable)
    return table([
      ['', ...part.map(({ name }) => name)],
      ...rows.map((row) => [
        row[0],
        ...row.slice(1 + i * perTable, 1 + (i + 1) * perTable).map((cell) => cut(cell, width)),
      ]),
    ])
  })
}

/** The whole text. @param columns letters of a line */
export function compareText(groups: readonly SeedGroup[], verdicts: readonly Verdict[], columns: number): string {
  const named = namesOf(groups)
  const room = Math.min(columns, 100)
  const [{ found: first }] = named
  const { metric } = first
  const curves = groups.map(({ letter, runs }) => ({
    letter,
    points: runs
      .filter((found) => found.metric === metric)
      .flatMap(({ run, curve }) => curve.map((value, i) => [run.epochs[i], value] as const)),
  }))
  const drawn = overlay(curves, { columns: room, rows: 10, format: (value) => valueText(first, value) })
  const parts = new Set(named.map(({ found }) => curveOfRun(found.run, metric).part))
  const part =
    parts.size > 1 ? 'validation, or training where there was none,' : parts.has('train') ? 'training' : 'validation'
  return [
    ...named.map(({ name, found }) => `  ${name}  ${found.path}`),
    '',
    ...tables(named, columns).flatMap((each) => [each, '']),
    ...(drawn.length === 0 ? [] : [bold(`${metric} of ${part} over the epochs`), ...drawn, '']),
    ...verdicts.map(({ text }) => text),
  ].join('\n')
}
