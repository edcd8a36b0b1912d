/** What a finished training tells: figures, confusions, examples, what to try next. */
import { join } from 'node:path'
import { type Confusion, type ModelColumns, sizeOf } from 'gentle-dl'
import type { Dataset } from 'gentle-dl/data'
import { arePictures, drawn } from '../data/pictures.ts'
import type { Monitor } from '../tasks/monitor.ts'
import { commandLine } from '../terminal/invocation.ts'
import {
  bold,
  dim,
  gallery,
  green,
  lossText,
  percent,
  red,
  scoreFormat,
  table,
  terminalWidth,
  thousands,
} from '../terminal/terminal.ts'
import { wrapped } from '../terminal/wrap.ts'
import type { RunSummary } from './run-summary.ts'

/** Pairs of classes that are taken for each other most often. */
function worstConfusions({ counts }: Confusion, classes: readonly string[]): string[] {
  const n = classes.length
  return Array.from({ length: n * n }, (_, i) => ({ row: Math.floor(i / n), column: i % n, count: counts[i] }))
    .filter(({ row, column, count }) => row !== column && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, 5)
    .map(({ row, column, count }) => `${classes[row]} mistaken for ${classes[column]}: ${thousands(count)}`)
}

/** Up to five test pictures: two mistakes, where there are, and then right ones. */
async function pictures(test: Dataset, { predicted, labels }: Confusion, classes: readonly string[]): Promise<string> {
  const indices = Array.from({ length: test.length }, (_, i) => i)
  const wrong = indices.filter((i) => predicted[i] !== labels[i]).slice(0, 2)
  const right = indices.filter((i) => predicted[i] === labels[i]).slice(0, 5 - wrong.length)
  const pixels = new Float32Array(sizeOf(test.inputShape))
  const shown = []
  for (const index of [...right, ...wrong]) {
    await test.read([index], pixels, new Int32Array(1))
    const hit = predicted[index] === labels[index]
    const caption = hit
      ? `${classes[predicted[index]]} ✓`
      : `${classes[predicted[index]]} ✗ is ${classes[labels[index]]}`
    shown.push({ lines: drawn(pixels, test.inputShape), caption, colour: hit ? green : red })
  }
  return gallery(shown)
}

/** The whole text. */
export async function report(
  summary: RunSummary,
  path: string,
  test: Dataset,
  matrix: Confusion,
  {
    columns,
    monitor: { metric, monitor, scoreName, isShare },
  }: { readonly columns: ModelColumns | undefined; readonly monitor: Monitor },
): Promise<string> {
  const classes = test.classes ?? []
  const figures = table([
    ['', 'loss', 'accuracy', ...(metric === undefined ? [] : [scoreName])],
    ...(['train', 'validation', 'test'] as const).map((part) => [
      part,
      lossText(summary[part].loss),
      percent(summary[part].accuracy!),
      ...(metric === undefined ? [] : [scoreFormat(isShare)(summary[part][monitor]!)]),
    ]),
  ])
  const confusions = worstConfusions(matrix, classes)
  const images = arePictures(test)
  const next = images
    ? [
        commandLine('predict', path, join(path, 'example.png')),
        commandLine('eval', path),
        commandLine('summary', summary.model),
      ]
    : columns !== undefined
      ? [commandLine('predict', path, join(path, 'example.csv')), commandLine('eval', path)]
      : [commandLine('eval', path), commandLine('train', 'mlp', '--data', 'spirals'), commandLine('train', 'lenet5')]
  return [
    '',
    bold(`Test accuracy ${percent(summary.test.accuracy!)}`),
    `with the weights of epoch ${summary.bestEpoch}, the best on validation${monitor === 'accuracy' ? '' : ` by ${scoreName}`}`,
    `${thousands(summary.examplesPerSecond)} examples/s, ${summary.seconds.toFixed(1)} s in all`,
    '',
    figures,
    '',
    ...(confusions.length > 0 ? ['Worst confusions', ...confusions.map((line) => `  ${line}`), ''] : []),
    ...(images ? [await pictures(test, matrix, classes), ''] : []),
    `Wrote ${bold(path)}`,
    ...wrapped(
      `summary.json, metrics.csv, curves.svg, confusion.svg, ${images ? 'predictions.png, ' : test.inputShape.join() === '2' ? 'boundary.svg, ' : ''}${columns === undefined ? '' : 'example.csv, '}weights/`,
      terminalWidth() - 2,
    ).map((line) => dim(`  ${line}`)),
    '',
    'Next steps',
    ...next.map((command) => `  ${command}`),
  ].join('\n')
}
