import type { Difference, Differences } from './differences.ts'
import type { LayerFacts } from './session.ts'

/** Rows that are listed; the graphs mark all. */
const listed = 60

/** What differs between two networks, layer by layer. */
export function DifferencesList({
  differences: { same, list },
  first,
  second,
}: {
  readonly differences: Differences
  readonly first: readonly LayerFacts[]
  readonly second: readonly LayerFacts[]
}) {
  const cell = (layers: readonly LayerFacts[], layer: number | undefined) =>
    layer === undefined ? (
      '–'
    ) : (
      <>
        {layers[layer].title} <small>{layers[layer].name}</small>
      </>
    )
  return (
    <section class="differences" aria-label="What differs">
      <h2>What differs</h2>
      <p role="status">
        {same} {same === 1 ? 'layer is' : 'layers are'} the same but for the name, {list.length}{' '}
        {list.length === 1 ? 'differs' : 'differ'}
        {list.length > listed && `; the first ${listed} are listed, the graphs mark all (≠)`}.
      </p>
      {list.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">first</th>
              <th scope="col">second</th>
              <th scope="col">what differs</th>
            </tr>
          </thead>
          <tbody>
            {list.slice(0, listed).map((difference: Difference) => (
              <tr key={`${difference.first} ${difference.second}`}>
                <td>{cell(first, difference.first)}</td>
                <td>{cell(second, difference.second)}</td>
                <td>{difference.what.join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
