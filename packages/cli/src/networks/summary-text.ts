/** A network's summary as text. */

import { shapeText } from '../terminal/shapes.ts'
import { bold, bytes, dim, quantity, table, thousands } from '../terminal/terminal.ts'
import { wrapped } from '../terminal/wrap.ts'
import type { Measured, MeasuredSummary } from './measure-layers.ts'

type Row = MeasuredSummary['layers'][number]
type Column = readonly [head: string, cell: (layer: Row) => string | number]

const milliseconds = (seconds: number): string =>
  seconds < 1e-6 ? '<0.001' : (1000 * seconds).toFixed(seconds < 0.01 ? 3 : 1)

/** Columns, in several widths: all figures in full, shortened, and fewer. */
function widths({ measured }: MeasuredSummary): readonly (readonly Column[])[] {
  const [layer, type, output]: Column[] = [
    ['layer', ({ name }) => name],
    ['type', ({ type: of }) => of],
    ['output', ({ outputShape }) => shapeText(outputShape)],
  ]
  const counts = (figure: (n: number) => string | number): Column[] => [
    ['parameters', ({ parameters }) => figure(parameters)],
    ['multiply-adds', ({ macs }) => figure(macs)],
    ['FLOPs', ({ flops }) => figure(flops)],
  ]
  const memory: Column[] = [
    ['inference', ({ inferenceBytes }) => bytes(inferenceBytes)],
    ['training', ({ trainingBytes }) => (trainingBytes === null ? '-' : bytes(trainingBytes))],
  ]
  const times: Column[] = [
    ['ms', ({ seconds = 0 }) => milliseconds(seconds)],
    ['minimum', ({ boundSeconds = 0 }) => (boundSeconds === 0 ? '-' : milliseconds(boundSeconds))],
    [
      'GFLOP/s',
      ({ flopsPerSecond = 0 }) =>
        flopsPerSecond === 0 ? '-' : (flopsPerSecond / 1e9).toFixed(flopsPerSecond < 1e9 ? 2 : 1),
    ],
    ['share', ({ share = 0 }) => `${(100 * share).toFixed(1)} %`],
  ]
  const rest = measured === undefined ? memory : times
  const [full, short] = [counts((n) => n), counts(quantity)]
  const [parameters, multiplyAdds] = short
  return [
    [layer, type, output, ...full, ...rest],
    [layer, type, output, ...short, ...rest],
    [layer, type, output, parameters, multiplyAdds, ...rest],
    ...(measured === undefined
      ? [
          [layer, type, output, parameters, multiplyAdds],
          [layer, output, parameters, multiplyAdds],
        ]
      : [
          [layer, output, parameters, multiplyAdds, ...times],
          [layer, multiplyAdds, ...times],
        ]),
  ]
}

/** The widest table that fits a terminal of this many columns; else the narrowest. */
function layerTable(summary: MeasuredSummary, columns: number): string {
  const tables = widths(summary).map((chosen) =>
    table([chosen.map(([head]) => head), ...summary.layers.map((layer) => chosen.map(([, cell]) => cell(layer)))]),
  )
  return tables.find((lines) => lines.split('\n').every((line) => line.length <= columns)) ?? tables.at(-1)!
}

export function summaryText(name: string, summary: MeasuredSummary, columns: number): string {
  const {
    inputShape,
    parameters,
    auxiliaryParameters,
    macs,
    flops,
    batchSize,
    inferenceBytes,
    trainingBytes,
    measured,
  } = summary
  const heads =
    auxiliaryParameters === 0
      ? ''
      : `, and ${thousands(auxiliaryParameters)} in auxiliary heads that only training uses`
  const layers = layerTable(summary, columns)
  const batch = `a batch of ${thousands(batchSize)}`
  return [
    bold(`${name} on ${shapeText(inputShape)}`),
    '',
    layers,
    '',
    ...[
      `${thousands(parameters)} parameters (${bytes(4 * parameters)})${heads}`,
      `${thousands(macs)} multiply-adds per example, or ${thousands(flops)} FLOPs`,
      `activations of ${batch}: peak of ${bytes(inferenceBytes)} in inference, ${trainingBytes === null ? 'and too small to train on' : `${bytes(trainingBytes)} in training`}`,
      ...(measured === undefined ? [] : timeOf(batch, measured)),
    ].flatMap((line) => wrapped(line, columns)),
    ...notesOf(measured, layers).flatMap((line) => wrapped(line, columns).map(dim)),
  ].join('\n')
}

const timeOf = (batch: string, { networkSeconds, seconds, boundSeconds }: Measured): string[] => [
  `${batch} takes ${milliseconds(networkSeconds)} ms as one program, ${milliseconds(seconds)} ms layer by layer; its FLOPs at peak speed take ${milliseconds(boundSeconds)} ms`,
]

/** What the columns mean that are shown. */
const notesOf = (measured: Measured | undefined, layers: string): string[] =>
  measured === undefined
    ? !layers.includes('inference')
      ? []
      : ['inference: memory in use while the layer is computed; training: memory kept for the backward pass']
    : [
        `peak: ${(measured.peakFlopsPerSecond / 1e9).toFixed(1)} GFLOP/s, of ${measured.peakMethod}; ${measured.backend}`,
        'minimum: time of the FLOPs at peak speed; 3 x 3 convolutions may take less, because Winograd needs fewer multiply-adds than are counted',
      ]
