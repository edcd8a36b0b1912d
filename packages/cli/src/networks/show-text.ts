/** What is in a file as text. */

import type { ModelCard } from 'gentle-dl'
import { sizeOf } from 'gentle-dl'
import type { FileContent, FileOperator, FilePort, FileTensor } from 'gentle-dl/inspect'
import type { Preprocessing } from 'gentle-dl/vision'
import { bold, bytes, classesText, quantity, table, thousands } from '../terminal/terminal.ts'
import { wrapped } from '../terminal/wrap.ts'

/** Text of a file, which comes from anywhere: with nothing that a terminal obeys. */
const harmless = (text: string): string => text.replace(/\p{Cc}|\u2028|\u2029/gu, '?')

/** A name in this many columns at most: its middle is left out, since both ends tell more. */
export function shortened(text: string, columns: number): string {
  const name = harmless(text)
  if (name.length <= columns) return name
  const kept = Math.max(columns - 1, 8)
  return `${name.slice(0, Math.floor(kept / 2))}…${name.slice(name.length - Math.ceil(kept / 2))}`
}

/** `3 x 224 x 224`; a number alone is `a number`. */
export const sizes = (shape: readonly (number | string)[]): string =>
  shape.length === 0 ? 'a number' : shape.join(' x ')

/** A table whose first column, of names, is as wide as the rest leaves it. */
export function namedTable(rows: readonly (readonly [string, ...(string | number)[]])[], columns: number): string {
  const rest = table(rows.map(([, ...cells]) => cells))
  const room = Math.max(12, columns - 2 - Math.max(...rest.split('\n').map((line) => line.length)))
  return table(rows.map(([name, ...cells]) => [shortened(name, room), ...cells]))
}

export const tensorTable = (tensors: readonly FileTensor[], columns: number): string =>
  namedTable(
    [
      ['tensor', 'type', 'shape', 'numbers'],
      ...tensors.map(({ name, type, shape }) => [name, type, sizes(shape), sizeOf(shape)] as const),
    ],
    columns,
  )

const portText = ({ name, type, shape }: FilePort): string =>
  `${name}, ${type}${shape === undefined ? '' : ` ${sizes(shape)}`}`

const operatorText = ({ name, count, known }: FileOperator): string => `${count} ${name}${known ? '' : ' (not known)'}`

/** How many tensors there are, of which types. */
export function totals(tensors: readonly FileTensor[]): string {
  const types = new Map<string, number>()
  for (const { type, shape } of tensors) types.set(type, (types.get(type) ?? 0) + sizeOf(shape))
  const of = [...types].map(([type, count]) => `${thousands(count)} of ${type}`).join(', ')
  return `${tensors.length} ${tensors.length === 1 ? 'tensor' : 'tensors'}${of === '' ? '' : `, numbers: ${of}`}`
}

function useText(file: string, { use }: FileContent): string {
  switch (use.as) {
    case 'model':
      return `Gentle runs it: gentle predict ${file}`
    case 'arrays':
      return 'Gentle reads it as arrays: --data FILE, --input FILE'
    case 'nothing':
      return `Gentle does not run it: ${use.reason}`
    case 'weights': {
      const [first, ...others] = use.networks
      if (first === undefined) return 'weights without a network; they fit none of the built-in networks'
      const also = others.length === 0 ? '' : `, and ${others.map(({ name }) => name).join(', ')}`
      return `weights of ${first.name}${also}, ${classesText(first.classes)}: gentle predict ${first.name} --weights ${file}`
    }
  }
}

export function showText(file: string, content: FileContent, columns: number): string {
  const { format, tensors, facts, inputs, outputs, operators, classes, preprocessing, quantized, task, card } = content
  const line = (what: string, text: string): string[] => wrapped(`${what}: ${harmless(text)}`, columns)
  return [
    `${bold(file)}: ${format}, ${bytes(content.bytes)}`,
    '',
    ...(tensors.length === 0 ? [] : [tensorTable(tensors, columns), '']),
    ...(operators === undefined
      ? []
      : line(format === 'ONNX' ? 'operators' : 'layers', operators.map(operatorText).join(', '))),
    ...(quantized === undefined ? [] : line('in 8 bits', `${quantized} of its layers`)),
    ...(inputs ?? []).flatMap((port) => line('input', portText(port))),
    ...(outputs ?? []).flatMap((port) => line('output', portText(port))),
    ...(task === undefined ? [] : line('task', task)),
    ...Object.entries(facts).flatMap(([key, value]) => line(key, value)),
    ...(classes === undefined ? [] : line('classes', `${classes.length}: ${someNames(classes)}`)),
    ...(preprocessing === undefined
      ? []
      : line(
          'pictures',
          `${preprocessing.height} x ${preprocessing.width}, ${preprocessing.channels === 1 ? 'grey' : 'red, green, blue'}, ${fitText(preprocessing)}; bytes times ${preprocessing.scale.toPrecision(4)}, less ${preprocessing.mean.join(', ')}, over ${preprocessing.std.join(', ')}`,
        )),
    ...(task === undefined ? [] : cardLines(card ?? {}).flatMap(([key, value]) => line(key, value))),
    ...wrapped(totals(tensors), columns),
    ...wrapped(useText(file, content), columns).map(bold),
  ].join('\n')
}

/** Where a model comes from and how good it is, each under what it is called; that nothing is said of a license is told. */
function cardLines({
  modelName,
  baseModel,
  dataset,
  epoch,
  metrics,
  license,
  versions,
}: ModelCard): [string, string][] {
  const parts = new Set([...Object.keys(dataset?.splits ?? {}), ...Object.keys(metrics ?? {})])
  const partText = (part: string): string => {
    const split = dataset?.splits?.[part]
    const examples = split && `${thousands(split.examples)} ${split.examples === 1 ? 'example' : 'examples'}`
    const digest = split?.digest === undefined ? '' : ` (${split.digest})`
    const figures = Object.entries(metrics?.[part] ?? {}).map(([name, value]) => `${name} ${value.toPrecision(4)}`)
    return [...(examples === undefined ? [] : [examples + digest]), ...figures].join(', ')
  }
  const told: readonly (readonly [string, string | undefined])[] = [
    ['network', modelName],
    ['began with', baseModel],
    ['data', dataset?.name],
    ...[...parts].map((part): [string, string] => [part, partText(part)]),
    ['epochs', epoch?.toString()],
    ['license', license ?? 'not stated'],
    [
      'trained by',
      versions &&
        Object.entries(versions)
          .map((entry) => entry.join(' '))
          .join(', '),
    ],
  ]
  return told.filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '')
}

/** The first names, and how many more there are. */
const someNames = (names: readonly string[], limit = 12): string =>
  names.length <= limit
    ? names.join(', ')
    : `${names.slice(0, limit).join(', ')} and ${quantity(names.length - limit)} more`

const fitText = ({ fit }: Preprocessing): string =>
  fit === 'contain'
    ? 'whole picture, padded'
    : fit === 'stretch'
      ? 'stretched'
      : `cut from the middle of ${fit.shorterSide}`
