/** What differs between the weights of two files. */
import type { TensorDifference } from 'gentle-dl/inspect'
import type { ComponentChildren } from 'preact'
import { shapeText } from '../../parts/quantity.ts'
import type { TensorFacts } from './given-file.ts'
import type { Listed, TensorDifferences } from './tensor-differences.ts'

export interface TensorDifferencesListProps {
  readonly differences: TensorDifferences
  /** The names of the files. */
  readonly files: readonly [string, string]
  /** Shows a tensor of both files. */
  readonly onChoose: (tensor: string) => void
}

const short = (value: number): string =>
  value === 0 ? '0' : Number.isFinite(value) ? String(Number(value.toPrecision(3))) : 'of zeros'

const columns: Readonly<Record<string, (difference: TensorDifference) => ComponentChildren>> = {
  shape: ({ shape }) => shapeText(shape),
  'largest difference': ({ largest, notFinite }) => (
    <>
      {short(largest)}
      {notFinite > 0 && <strong class="wrong">, {notFinite.toLocaleString('en')} NaN or infinite in one</strong>}
    </>
  ),
  'by the largest value': ({ relative }) =>
    Number.isFinite(relative) ? `${short(100 * relative)} %` : short(relative),
  mean: ({ mean }) => short(mean),
}

export function TensorDifferencesList({ differences, files: [one, two], onChoose }: TensorDifferencesListProps) {
  const { equal, changes, different, onlyFirst, onlySecond, shapeMismatch } = differences
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section class="tensor-differences" aria-label="What differs in their weights" tabIndex={0}>
      <h2>What differs in their weights</h2>
      <p role="status">
        {equal.toLocaleString('en')} {equal === 1 ? 'tensor has' : 'tensors have'} the same values,{' '}
        {different.count.toLocaleString('en')} other ones; {onlyFirst.count.toLocaleString('en')} only in {one},{' '}
        {onlySecond.count.toLocaleString('en')} only in {two}; {shapeMismatch.count.toLocaleString('en')} of other
        shapes.
        {changes.length > 0 && ` The names of ${two} are compared ${changes.join(', ')}.`}
      </p>
      {different.count > 0 && (
        <table>
          <caption>Other values{rest(different)}</caption>
          <thead>
            <tr>
              <th scope="col">tensor</th>
              {Object.keys(columns).map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {different.first.map((difference) => (
              <tr key={difference.name}>
                <th scope="row">
                  <button type="button" class="link" onClick={() => onChoose(difference.name)}>
                    {difference.name}
                  </button>
                </th>
                {Object.entries(columns).map(([column, of]) => (
                  <td key={column} data-column={column}>
                    {of(difference)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Names title="Of other shapes" list={shapeMismatch}>
        {([first, second]) => `${first.name}: ${shapeText(first.shape)} → ${shapeText(second.shape)}`}
      </Names>
      <Names title={`Only in ${one}`} list={onlyFirst}>
        {tensorText}
      </Names>
      <Names title={`Only in ${two}`} list={onlySecond}>
        {tensorText}
      </Names>
    </section>
  )
}

const tensorText = ({ name, shape }: TensorFacts): string => `${name} (${shapeText(shape)})`

/** Where not all are listed: how many are. */
const rest = ({ count, first }: Listed<unknown>): string =>
  count > first.length ? `, the first ${first.length} of ${count.toLocaleString('en')}` : ''

function Names<Item>({
  title,
  list,
  children,
}: {
  readonly title: string
  readonly list: Listed<Item>
  readonly children: (item: Item) => ComponentChildren
}) {
  if (list.count === 0) return null
  return (
    <details>
      <summary>
        {title}: {list.count.toLocaleString('en')}
      </summary>
      <ul>
        {list.first.map((item, i) => (
          <li key={i}>{children(item)}</li>
        ))}
        {list.count > list.first.length && <li>and {(list.count - list.first.length).toLocaleString('en')} more</li>}
      </ul>
    </details>
  )
}
