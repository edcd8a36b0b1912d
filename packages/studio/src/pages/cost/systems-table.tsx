import { quantity } from '../../parts/quantity.ts'
import { duration } from './duration.ts'
import type { Costs, System } from './session.ts'

/** Passes over the pictures of CIFAR-10's size that the page's own network is counted for. */
const [epochs, pictures] = [10, 50_000]

/** How long each of the lecture's trainings would take here. */
export function SystemsTable({
  systems,
  costs,
  rate,
}: {
  readonly systems: readonly System[]
  readonly costs: Costs
  readonly rate: number | undefined
}) {
  const own = 3 * costs.cost.flops * epochs * pictures
  const time = (flops: number): string => (rate === undefined ? '–' : duration(flops / rate))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section class="scrolls numbers-table" tabIndex={0} aria-label="How long each system would take">
      <table>
        <thead>
          <tr>
            <th scope="col">training</th>
            <th scope="col">parameters</th>
            <th scope="col">FLOPs, as the lecture tells</th>
            <th scope="col">this machine</th>
            <th scope="col">FLOPs, as counted here</th>
            <th scope="col">this machine</th>
          </tr>
        </thead>
        <tbody>
          {systems.map(({ name, year, exaflops, counted }) => (
            <tr key={name}>
              <th scope="row">
                {name} <small>({year})</small>
              </th>
              <td>{quantity(counted.parameters)}</td>
              <td>{quantity(1e18 * exaflops)}</td>
              <td>{time(1e18 * exaflops)}</td>
              <td>{quantity(1e18 * counted.exaflops)}</td>
              <td>{time(1e18 * counted.exaflops)}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">
              the network above{' '}
              <small>
                ({epochs} epochs of {pictures.toLocaleString('en')} pictures)
              </small>
            </th>
            <td>{quantity(costs.cost.parameters)}</td>
            <td>–</td>
            <td>–</td>
            <td>{quantity(own)}</td>
            <td>{time(own)}</td>
          </tr>
        </tbody>
      </table>
    </section>
  )
}
