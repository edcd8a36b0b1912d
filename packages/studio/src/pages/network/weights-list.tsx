/** The weights of one neuron, to be read and changed. */

import { index, written } from './numbers.ts'
import type { Place } from './place.ts'
import type { Snapshot } from './training.ts'

/** What an input of a layer is called. */
export const inputName = (layer: number, from: number): string =>
  from === 0 ? 'bias' : layer === 1 ? `x${index(from)}` : `layer ${layer - 1}, neuron ${from}`

export function WeightsList({
  snapshot,
  selected,
  onSelect,
  onEdit,
}: {
  readonly snapshot: Snapshot
  readonly selected: Place
  readonly onSelect: (place: Place) => void
  readonly onEdit: (place: Place, value: number) => void
}) {
  const { layer, unit } = selected
  const { weights, biases } = snapshot.layers[layer - 1]
  const { byWeights, byBiases } = snapshot.example.layers[layer - 1]
  const rows = [
    ...weights[unit - 1].map((value, i) => ({ from: i + 1, value, gradient: byWeights[unit - 1][i] })),
    { from: 0, value: biases[unit - 1], gradient: byBiases[unit - 1] },
  ]
  const name = layer === snapshot.layers.length ? `output ${unit}` : `layer ${layer}, neuron ${unit}`
  return (
    <section class="weights" aria-label="Weights">
      <h2>Weights of {name}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">from</th>
            <th scope="col">weight</th>
            <th scope="col">gradient</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ from, value, gradient }) => (
            <tr key={from}>
              <th scope="row">
                <label>
                  <input
                    type="radio"
                    name="weight"
                    checked={from === selected.from}
                    onChange={() => onSelect({ layer, unit, from })}
                  />
                  {inputName(layer, from)}
                </label>
              </th>
              <td>
                <input
                  type="number"
                  step="0.1"
                  min={-1000}
                  max={1000}
                  aria-label={`Weight from ${inputName(layer, from)}`}
                  value={Number(value.toPrecision(4))}
                  onChange={({ currentTarget }) => {
                    const { valueAsNumber } = currentTarget
                    if (Math.abs(valueAsNumber) <= 1000) onEdit({ layer, unit, from }, valueAsNumber)
                    else currentTarget.value = String(Number(value.toPrecision(4)))
                  }}
                />
              </td>
              <td>{written(gradient)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
