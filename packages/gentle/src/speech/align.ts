/** When the symbols of a text were heard. */

import { ArgumentError } from '../core/errors.ts'
import * as portableMath from '../core/portable-math.ts'
import { checkBlank, isSymbol, stepsOf } from './ctc/greedy.ts'

/**
 * The steps at which a network of CTC heard each symbol of a text, by the likeliest of all paths that give the text (Viterbi's algorithm over the paths of
 * Graves et al., 2006, section 4.1): of the steps that a path gives to a symbol, the one at which it is likeliest.
 * @param logits row-major [steps, symbols], of one sound
 * @param text symbols, none of them the blank
 * @param blank 0 unless given
 * @throws ShapeError for logits that are not whole steps; ArgumentError for symbols that there are not, and a text that has no path in so few steps.
 */
export function alignSymbols(
  logits: Float32Array,
  symbols: number,
  text: ArrayLike<number>,
  { blank = 0 }: { readonly blank?: number } = {},
): Int32Array {
  const steps = stepsOf(logits, symbols, 'alignSymbols')
  checkBlank(blank, symbols, 'alignSymbols')
  const odd = Array.from(text).find((symbol) => !isSymbol(symbol, symbols) || symbol === blank)
  if (odd !== undefined)
    throw new ArgumentError(
      `alignSymbols: the text has symbol ${odd}; expected 0 to ${symbols - 1}, and not the blank, ${blank}`,
    )
  if (steps === 0 && text.length === 0) return new Int32Array(0)
  const states = 2 * text.length + 1
  const symbolOf = (state: number): number => (state % 2 === 0 ? blank : text[(state - 1) / 2])
  let before = new Float64Array(states).fill(Number.NEGATIVE_INFINITY)
  /** How many states further on the path before was: 0, 1 or 2. */
  const moves = new Uint8Array(steps * states)
  for (let t = 0; t < steps; t++) {
    const row = logits.subarray(t * symbols, (t + 1) * symbols)
    const now = new Float64Array(states).fill(Number.NEGATIVE_INFINITY)
    for (let state = 0; state < states; state++) {
      const symbol = symbolOf(state)
      let best = t === 0 ? (state < 2 ? 0 : Number.NEGATIVE_INFINITY) : before[state]
      if (t > 0 && state > 0 && before[state - 1] > best) {
        best = before[state - 1]
        moves[t * states + state] = 1
      }
      const jumps = state % 2 === 1 && state > 1 && symbol !== symbolOf(state - 2)
      if (t > 0 && jumps && before[state - 2] > best) {
        best = before[state - 2]
        moves[t * states + state] = 2
      }
      // What all paths have in common at a step, the logarithm of the sum of exponentials, changes no choice.
      now[state] = best + row[symbol]
    }
    before = now
  }
  let state = states > 1 && before[states - 2] > before[states - 1] ? states - 2 : states - 1
  if (!(before[state] > Number.NEGATIVE_INFINITY))
    throw new ArgumentError(`alignSymbols: a text of ${text.length} symbols has no path in ${steps} steps`)
  const stepOf = new Int32Array(text.length).fill(-1)
  for (let t = steps - 1; t >= 0; t--) {
    if (state % 2 === 1) {
      const i = (state - 1) / 2
      const share = (step: number): number =>
        probability(logits.subarray(step * symbols, (step + 1) * symbols), text[i])
      if (stepOf[i] < 0 || share(t) >= share(stepOf[i])) stepOf[i] = t
    }
    state -= moves[t * states + state]
  }
  return stepOf
}

/** Of a symbol, under the softmax of a row. */
function probability(row: Float32Array, symbol: number): number {
  let sum = 0
  for (const value of row) sum += portableMath.exp(value - row[symbol])
  return 1 / sum
}
