/** One pixel of the result in numbers. */
import type { FilterExplanation } from 'gentle-dl/vision'
import { written } from './number.ts'

function Table({
  title,
  values,
  columns,
}: {
  readonly title: string
  readonly values: Float64Array
  readonly columns: number
}) {
  const rows = Array.from({ length: values.length / columns }, (_, row) => [
    ...values.subarray(row * columns, (row + 1) * columns),
  ])
  return (
    <table class={columns > 5 ? 'small' : ''}>
      <caption>{title}</caption>
      <tbody>
        {rows.map((row, i) => (
          <tr key={i}>
            {row.map((value, j) => (
              <td key={j} class={value < 0 ? 'negative' : value > 0 ? 'positive' : ''}>
                {written(value + 0, columns > 5 ? 2 : 4)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const term = (value: number): string => (value < 0 ? `(${written(value)})` : written(value + 0))

const range = (places: readonly number[]): string =>
  places.length === 1
    ? String(places[0])
    : `${places[0]} to ${places.at(-1)}${places[1] - places[0] > 1 ? ` in steps of ${places[1] - places[0]}` : ''}`

export interface ArithmeticProps {
  readonly explanation: FilterExplanation
  readonly row: number
  readonly column: number
  readonly isTurned: boolean
}

export function Arithmetic({ explanation, row, column, isTurned }: ArithmeticProps) {
  const { rows, columns, weights, channels } = explanation
  const { values, products, sum } = channels[0]
  return (
    <section class="products" aria-label="The products">
      <p>
        The pixel in row {row}, column {column} of the result sees rows {range(rows).replaceAll('-', '−')} and columns{' '}
        {range(columns).replaceAll('-', '−')} of the picture, counted from 0: its receptive field.
      </p>
      <div class="tables">
        <Table title="Window" values={values} columns={columns.length} />
        <span aria-hidden="true">×</span>
        <Table title={isTurned ? 'Kernel, turned by 180°' : 'Kernel'} values={weights} columns={columns.length} />
        <span aria-hidden="true">=</span>
        <Table title="Products" values={products} columns={columns.length} />
        <span aria-hidden="true">Σ</span>
        <output class="sum" aria-label="Sum of the products">
          {written(sum + 0, 7)}
        </output>
      </div>
      {values.length <= 9 && (
        <p class="terms">
          {Array.from(values, (value, i) => `${term(value)}·${term(weights[i])}`).join(' + ')} ={' '}
          <b>{written(sum + 0, 7)}</b>
        </p>
      )}
    </section>
  )
}
