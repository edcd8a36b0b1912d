import { epochs } from './trace.ts'

/** Mistakes in each epoch, up to that of the shown step, and what they say. */
export function Mistakes({ mistakes, epoch }: { readonly mistakes: readonly number[]; readonly epoch: number }) {
  const highest = Math.max(1, ...mistakes)
  const converged = mistakes.at(-1) === 0
  return (
    <div class="mistakes">
      <h2>Mistakes in each epoch</h2>
      <ol aria-label="Mistakes in each epoch">
        {mistakes.map((count, i) => (
          <li key={i} class={i + 1 > epoch ? 'to-come' : ''}>
            <span class="bar" style={{ height: `${Math.round((44 * count) / highest)}px` }} />
            <b>{count}</b>
          </li>
        ))}
      </ol>
      <p>
        {mistakes.length === 0
          ? 'There are no points yet.'
          : converged
            ? `An epoch without a mistake after ${mistakes.length}: the rule has found a line, and stops.`
            : `Still mistakes after ${epochs} epochs, where we stopped it: there may be no line that separates these points. One neuron cannot do it.`}
      </p>
    </div>
  )
}
