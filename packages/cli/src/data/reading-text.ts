/** How tables and arrays were read, in a line. */
import type { ArraySplits, IdxSplits, TableSet } from 'gentle-dl/data'
import { shapeText } from '../terminal/shapes.ts'
import { classesText, thousands } from '../terminal/terminal.ts'

const separators = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars' } as const

const called = ({ column, name }: { readonly column: number; readonly name?: string }): string =>
  name ? `${column} '${name}'` : String(column)

/** What was taken for what. */
export function tableText({ name, length, inputShape: [features], classes, reading }: TableSet): string {
  const { encoding, separator, decimal, header, label, index, values, ignored = [] } = reading
  const some = classes?.slice(0, 5).join(', ')
  const kind =
    classes === undefined
      ? 'numbers to predict'
      : `${classesText(classes.length)}, ${some}${classes.length > 5 ? ', ...' : ''}`
  return [
    `${name}: ${thousands(length)} rows with ${separators[separator]} between cells${decimal === ',' ? ', decimal commas' : ''}${header ? ', and a header' : ', no header'}${encoding === 'utf-8' ? '' : `, in ${encoding}`}`,
    `the label is column ${called(label)}, ${label.chosen === 'by its values' ? 'since its numbers look more like classes than those of the last column' : label.chosen}${label.chosen === 'as given' ? '' : ' (--label chooses another)'}: ${kind}`,
    ...(index === undefined ? [] : [`column ${called(index)} is a row index and is skipped`]),
    ...(ignored.length === 0 ? [] : [`not an input of the model, and skipped: ${ignored.join(', ')}`]),
    `${features} ${features === 1 ? 'input' : 'inputs'}, ${valuesText(values)}`,
  ].join('; ')
}

const valuesText = (values: 'bytes' | 'numbers'): string =>
  values === 'bytes' ? 'bytes, scaled to [0, 1]' : 'numbers as they are'

/** What a set of arrays was taken for. */
export function arraysText({
  train: { name, inputShape, classes = [] },
  reading: { values, channels },
}: ArraySplits): string {
  const order = channels === undefined ? '' : `, channels ${channels}`
  return `${name}: inputs of ${shapeText(inputShape)}${order}, ${valuesText(values)}; classes ${classes[0]} to ${classes.at(-1)}`
}

/** Which of several sets was taken, and how. */
export function idxText({ train: { name, classes = [] }, reading: { prefix, transposed } }: IdxSplits): string {
  const upright = transposed ? '; EMNIST stores pictures transposed, so they are transposed back' : ''
  return `${name}: the files whose names begin with ${prefix}${upright}; ${classesText(classes.length)}, ${classes[0]} to ${classes.at(-1)}`
}
