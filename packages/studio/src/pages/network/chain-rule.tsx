/** The gradient of one weight on one example, factor by factor. */

import { term, written } from './numbers.ts'
import type { Place } from './place.ts'
import type { ActivationName } from './settings.ts'
import type { Snapshot } from './training.ts'
import { inputName } from './weights-list.tsx'

/** How many terms of a sum are written out. */
const shown = 5

const formulas: Readonly<Record<ActivationName, string>> = {
  relu: '1 where z > 0, else 0',
  tanh: '1 − tanh² z',
  sigmoid: 'σ(z)(1 − σ(z))',
  linear: '1',
  'leaky-relu': '1 where z > 0, else 0.1',
}

export function ChainRule({
  snapshot,
  selected: { layer, unit, from },
  activation,
  isNumber,
}: {
  readonly snapshot: Snapshot
  readonly selected: Place
  readonly activation: ActivationName
  readonly isNumber: boolean
}) {
  const { example, layers } = snapshot
  const own = example.layers[layer - 1]
  const isOutput = layer === layers.length
  const input = from === 0 ? 1 : layer === 1 ? example.inputs[from - 1] : example.layers[layer - 2].values[from - 1]
  const gradient = from === 0 ? own.byBiases[unit - 1] : own.byWeights[unit - 1][from - 1]
  const bySum = own.bySums[unit - 1]
  const next = isOutput ? undefined : { ...layers[layer], numbers: example.layers[layer] }
  const terms = next?.weights.map((row, k) => `${term(row[unit - 1])}·${term(next.numbers.bySums[k])}`) ?? []
  const bias = layers[layer - 1].biases[unit - 1]
  return (
    <section class="chain" aria-label="Chain rule">
      <h2>The chain rule for this weight</h2>
      <p>
        Example {example.example + 1}: x₁ = {written(example.inputs[0])}, x₂ = {written(example.inputs[1])},{' '}
        {isNumber ? 'target' : 'class'} {written(example.target)}; its loss L = {written(example.loss)}.
      </p>
      <table>
        <tbody>
          <tr>
            <th scope="row">forward</th>
            <td>
              z = Σ w·a + b = {written(own.sums[unit - 1])}, with b = {written(bias)}
              {isOutput ? '' : `; a = ${written(own.values[unit - 1])}`}
            </td>
          </tr>
          {isOutput ? (
            <tr>
              <th scope="row">∂L/∂z</th>
              <td>
                {isNumber
                  ? `2(z − y) = 2(${written(own.sums[0])} − ${term(example.target)})`
                  : `p − y = ${written(bySum + (example.target === unit - 1 ? 1 : 0))} − ${example.target === unit - 1 ? 1 : 0}`}{' '}
                = {written(bySum)}
              </td>
            </tr>
          ) : (
            <>
              <tr>
                <th scope="row">∂L/∂a</th>
                <td>
                  Σₖ wₖ·∂L/∂zₖ of the next layer = {terms.slice(0, shown).join(' + ')}
                  {terms.length > shown ? ` + ${terms.length - shown} more` : ''} = {written(own.byValues[unit - 1])}
                </td>
              </tr>
              <tr>
                <th scope="row">∂a/∂z</th>
                <td>
                  {formulas[activation]} = {written(own.slopes[unit - 1])}
                </td>
              </tr>
              <tr>
                <th scope="row">∂L/∂z</th>
                <td>
                  ∂L/∂a · ∂a/∂z = {term(own.byValues[unit - 1])}·{term(own.slopes[unit - 1])} = {written(bySum)}
                </td>
              </tr>
            </>
          )}
          <tr>
            <th scope="row">∂z/∂w</th>
            <td>{from === 0 ? '1, for the bias' : `${inputName(layer, from)} = ${written(input)}`}</td>
          </tr>
          <tr>
            <th scope="row">∂L/∂w</th>
            <td>
              ∂L/∂z · ∂z/∂w = {term(bySum)}·{term(input)} = <strong class="gradient">{written(gradient)}</strong>
            </td>
          </tr>
        </tbody>
      </table>
      <p class="hint">
        On the lines of the chosen neuron, where there is room: forward (→) w·a, which with b sums to z; backward (←)
        w·∂L/∂z, which over the lines to the next layer sums to ∂L/∂a. A step takes the mean of such gradients over a
        batch. Layers count from 1, the outputs last.
      </p>
    </section>
  )
}
