/** What `gentle compare` prints. */

import type { Growth } from 'gentle-dl/models'
import { shapeText } from '../terminal/shapes.ts'
import { bySource } from '../terminal/sources.ts'
import { bold, bytes, dim, quantity, table, thousands } from '../terminal/terminal.ts'
import { wrapped } from '../terminal/wrap.ts'
import type { Compared, Comparison } from './comparison.ts'

type Column<Row> = readonly [head: string, cell: (row: Row) => string]

const networkColumns: Readonly<Record<string, Column<Compared>>> = {
  name: ['network', ({ name }) => name],
  year: ['year', ({ year }) => String(year)],
  input: ['input', ({ inputShape }) => shapeText(inputShape)],
  parameters: ['parameters', ({ parameters }) => quantity(parameters)],
  macs: ['multiply-adds', ({ macs }) => quantity(macs)],
  flops: ['FLOPs', ({ flops }) => quantity(flops)],
  memory: ['memory', ({ parameterBytes, inferenceBytes }) => bytes(parameterBytes + inferenceBytes)],
  time: ['ms', ({ seconds = 0 }) => (1000 * seconds).toFixed(2)],
  speed: ['GFLOP/s', ({ flops, seconds = 1 }) => (flops / seconds / 1e9).toFixed(1)],
  top1: ['top-1', ({ top1 }) => (top1 === undefined ? '-' : `${top1.value.toFixed(2)} %`)],
}

const growthColumns: Readonly<Record<string, Column<Growth>>> = {
  name: ['network', ({ name }) => name],
  year: ['year', ({ year }) => String(year)],
  exaflops: ['exaflops', ({ exaflops }) => String(exaflops)],
  counted: ['counted', ({ counted }) => counted.exaflops.toFixed(1)],
  parameters: ['parameters', ({ parameters }) => `${thousands(parameters / 1e6)} M`],
  countedParameters: ['counted', ({ counted }) => `${thousands(Math.round(counted.parameters / 1e6))} M`],
}

/** A table of the columns that have room, and the heads of those left out, which go in the order of `spare`. */
function fitted<Row>(
  rows: readonly Row[],
  columns: Readonly<Record<string, Column<Row>>>,
  spare: readonly string[],
  room: number,
): { readonly lines: string; readonly left: readonly string[] } {
  for (let out = 0; ; out++) {
    const left = spare.slice(0, out)
    const shown = Object.entries(columns).filter(([key]) => !left.includes(key))
    const lines = table([shown.map(([, [head]]) => head), ...rows.map((row) => shown.map(([, [, cell]]) => cell(row)))])
    if (out === spare.length || lines.split('\n').every((line) => line.length <= room))
      return { lines, left: left.map((key) => columns[key][0]) }
  }
}

/** All of a comparison for a reader. @param room columns of the terminal */
export function comparisonText({ networks, growth, sources }: Comparison, room: number): string {
  const measured = networks.some(({ seconds }) => seconds !== undefined)
  const { time, speed, ...counted } = networkColumns
  const spare = [...(measured ? ['speed'] : []), 'macs', 'input', 'memory', 'year']
  const { lines, left } = fitted(networks, measured ? networkColumns : counted, spare, room)
  const trainings = fitted(growth, growthColumns, ['year', 'countedParameters', 'parameters'], room)
  /** Sources, a paragraph each. */
  const paragraphs = (entries: Parameters<typeof bySource>[0]): string[] =>
    bySource(entries)
      .flatMap((line) => wrapped(line, Math.min(room, 100)))
      .map(dim)
  const noRoomFor = (heads: readonly string[]): Parameters<typeof bySource>[0] =>
    heads.length === 0 ? [] : [{ of: `no room in ${room} columns`, source: `${heads.join(', ')}; --json prints them` }]
  return [
    bold('Networks, for one example'),
    '',
    lines,
    '',
    ...paragraphs([
      { of: 'parameters, multiply-adds, FLOPs', source: sources.counted },
      { of: 'memory', source: 'parameters, and peak activations in inference, in float32' },
      ...(sources.measured === undefined ? [] : [{ of: 'ms', source: sources.measured }]),
      ...noRoomFor(left),
    ]),
    '',
    bold('Sources of years and accuracies'),
    ...paragraphs(networks.map(({ name, year, paper }) => ({ of: `${name} ${year}`, source: paper }))),
    ...paragraphs(
      networks.flatMap(({ name, top1 }) =>
        top1 === undefined ? [] : [{ of: `${name} ${top1.value} %`, source: top1.source }],
      ),
    ),
    '',
    ...wrapped('Training cost: as given in the lecture, and as counted here', room).map(bold),
    '',
    trainings.lines,
    '',
    ...paragraphs(growth.map(({ name, source }) => ({ of: name, source }))),
    ...paragraphs(growth.map(({ counted: { network, how } }) => ({ of: `counted of ${network}`, source: how }))),
    ...wrapped('counted: 3 passes x 2 FLOPs x multiply-adds x examples', room).map(dim),
    ...paragraphs(noRoomFor(trainings.left)),
  ].join('\n')
}
