/** How large the result is, and why. */
import { written } from './number.ts'
import type { Windows } from './settings.ts'

const substituted = ({ size, before, after, dilation, weights, stride, count }: Windows): string =>
  `⌊(${size} + ${before + after} − ${dilation}·(${weights} − 1) − 1) / ${stride}⌋ + 1 = ${written(count)}`

export function OutputSize({ rows, columns }: { readonly rows: Windows; readonly columns: Windows }) {
  return (
    <section class="output-size" aria-label="Size of the result">
      <p>
        Size of the result: <span class="formula">⌊(size + padding − dilation·(kernel − 1) − 1) / stride⌋ + 1</span>
      </p>
      <dl>
        <dt>rows</dt>
        <dd>{substituted(rows)}</dd>
        <dt>columns</dt>
        <dd>{substituted(columns)}</dd>
      </dl>
    </section>
  )
}
