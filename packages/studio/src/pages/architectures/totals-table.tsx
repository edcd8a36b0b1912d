import { bytesText, quantity, shapeText } from '../../parts/quantity.ts'
import type { Totals } from './session.ts'

export interface TotalsTableProps {
  /** Each network's name, and what it costs; undefined while a network does not fit together. */
  readonly rows: readonly (readonly [name: string, totals: Totals | undefined])[]
  readonly batchSize: number
}

const columns: Readonly<Record<string, (totals: Totals) => number | null>> = {
  parameters: ({ parameters }) => parameters,
  'multiply-adds': ({ macs }) => macs,
  FLOPs: ({ flops }) => flops,
}

const memory: Readonly<Record<string, (totals: Totals) => number | null>> = {
  weights: ({ weightBytes }) => weightBytes,
  predicting: ({ inferenceBytes }) => inferenceBytes,
  training: ({ trainingBytes }) => trainingBytes,
}

/** `0.42 ×` */
function ratio(of: (totals: Totals) => number | null, [a, b]: readonly Totals[]): string {
  const [one, two] = [of(a), of(b)]
  if (one === null || two === null || one === 0) return '–'
  const factor = two / one
  if (factor < 0.01) return `1 / ${Math.round(1 / factor).toLocaleString('en')}`
  return factor === 1
    ? 'equal'
    : `${factor >= 100 ? Math.round(factor).toLocaleString('en') : Number(factor.toPrecision(3))} ×`
}

/** What networks cost, and by how much the second costs more than the first. */
export function TotalsTable({ rows, batchSize }: TotalsTableProps) {
  const both = rows.flatMap(([, totals]) => (totals === undefined ? [] : [totals]))
  const cells = (text: (of: (totals: Totals) => number | null, isMemory: boolean) => string) => (
    <>
      {Object.entries(columns).map(([name, of]) => (
        <td key={name} data-column={name}>
          {text(of, false)}
        </td>
      ))}
      {Object.entries(memory).map(([name, of]) => (
        <td key={name} data-column={`memory ${name}`}>
          {text(of, true)}
        </td>
      ))}
    </>
  )
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section class="totals" tabIndex={0} aria-label="What it costs">
      <table>
        <thead>
          <tr>
            <th scope="col" rowSpan={2}>
              network
            </th>
            {Object.keys(columns).map((name) => (
              <th key={name} scope="col" rowSpan={2}>
                {name}
              </th>
            ))}
            <th scope="colgroup" colSpan={3}>
              memory, batch of {batchSize}
            </th>
          </tr>
          <tr>
            {Object.keys(memory).map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, totals]) => (
            <tr key={name}>
              <th scope="row">
                {name}
                {totals !== undefined && (
                  <small>
                    {totals.layers} layers, {''}
                    {totals.inputShapes
                      .filter((shape) => shape.length > 0)
                      .map(shapeText)
                      .join(' and ')}{' '}
                    → {shapeText(totals.outputShape)}
                  </small>
                )}
              </th>
              {totals === undefined ? (
                <td colSpan={6}>does not fit together yet</td>
              ) : (
                cells((of, isMemory) => {
                  const value = of(totals)
                  return value === null ? 'batch too small' : isMemory ? bytesText(value) : quantity(value)
                })
              )}
            </tr>
          ))}
          {both.length === 2 && (
            <tr class="ratio">
              <th scope="row">second by first</th>
              {cells((of) => ratio(of, both))}
            </tr>
          )}
        </tbody>
      </table>
    </section>
  )
}
