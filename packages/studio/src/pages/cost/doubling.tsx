import { bytesText, quantity } from '../../parts/quantity.ts'
import type { Cost } from './network.ts'
import type { Costs } from './session.ts'
import { axes, axisNames } from './settings.ts'

const columns: readonly (readonly [string, (cost: Cost) => number, (value: number) => string])[] = [
  ['parameters', ({ parameters }) => parameters, quantity],
  ['FLOPs of a picture', ({ flops }) => flops, quantity],
  ['FLOPs of a step', ({ stepFlops }) => stepFlops, quantity],
  ['memory of a step', ({ bytes }) => bytes, bytesText],
]

/** What the network costs, and how many times as much with twice of each setting. */
export function Doubling({ costs: { cost, doubled, settings } }: { readonly costs: Costs }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section class="scrolls numbers-table" tabIndex={0} aria-label="Twice as much">
      <table>
        <thead>
          <tr>
            <td />
            {columns.map(([name]) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">this network</th>
            {columns.map(([name, of, text]) => (
              <td key={name}>{text(of(cost))}</td>
            ))}
          </tr>
          {axisNames.map((axis) => (
            <tr key={axis}>
              <th scope="row">
                twice the {axes[axis].title} <small>({2 * settings[axis]})</small>
              </th>
              {columns.map(([name, of]) => (
                <td key={name}>× {(of(doubled[axis]) / of(cost)).toFixed(2)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
