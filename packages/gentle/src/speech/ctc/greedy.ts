/** Greedy CTC decoding, by the likeliest symbol of each step. */
import { ArgumentError, ShapeError } from '../../core/errors.ts'

/** The symbols of a path, with their steps. */
export interface CtcPath {
  /** Equal neighbours merged, blanks dropped. */
  readonly symbols: Int32Array
  /** The first step of each symbol, and the step behind its last. */
  readonly begins: Int32Array
  readonly ends: Int32Array
  /** The logarithm of this path's probability: that of the symbols is higher, for other paths give them, too. */
  readonly logProbability: number
}

/** @throws ShapeError for logits that are not whole steps. */
export function stepsOf(logits: Float32Array, symbols: number, where: string): number {
  if (!(Number.isInteger(symbols) && symbols >= 2) || logits.length % symbols !== 0)
    throw new ShapeError(
      `${where}: ${logits.length} logits for ${symbols} symbols; expected as many for each step as there are symbols, 2 or more`,
    )
  return logits.length / symbols
}

export const isSymbol = (symbol: number, symbols: number): boolean =>
  Number.isInteger(symbol) && symbol >= 0 && symbol < symbols

/** @throws ArgumentError for a blank that is not a symbol. */
export function checkBlank(blank: number, symbols: number, where: string): void {
  if (!isSymbol(blank, symbols))
    throw new ArgumentError(`${where}: blank is ${blank}; expected a symbol from 0 to ${symbols - 1}`)
}

/** The logarithm of the sum of the exponentials of a step's logits. @throws ArgumentError where it is not a number. */
export function logSumOfStep(row: Float32Array, where: string): number {
  let max = Number.NEGATIVE_INFINITY
  for (const logit of row) max = Math.max(max, logit)
  let sum = 0
  for (const logit of row) sum += Math.exp(logit - max)
  const logSum = max + Math.log(sum)
  if (!Number.isFinite(logSum))
    throw new ArgumentError(`${where}: some logits are NaN or infinite; expected finite ones`)
  return logSum
}

/**
 * Best path decoding (Graves et al., 2006, section 3.2): the likeliest symbol of each step, and the first of equals.
 * @param logits row-major [steps, symbols], of one example
 * @param symbols how many there are, the blank among them
 * @throws ShapeError for logits that are not whole steps; ArgumentError for a blank that is not a symbol.
 */
export function ctcGreedy(
  logits: Float32Array,
  symbols: number,
  { blank = 0 }: { readonly blank?: number } = {},
): CtcPath {
  const steps = stepsOf(logits, symbols, 'ctcGreedy')
  checkBlank(blank, symbols, 'ctcGreedy')
  const [path, begins, ends]: [number[], number[], number[]] = [[], [], []]
  let before = blank
  let logProbability = 0
  for (let t = 0; t < steps; t++) {
    const row = logits.subarray(t * symbols, (t + 1) * symbols)
    let best = 0
    for (let k = 1; k < symbols; k++) if (row[k] > row[best]) best = k
    logProbability += row[best] - logSumOfStep(row, 'ctcGreedy')
    if (best !== blank && best === before) ends[ends.length - 1] = t + 1
    if (best !== blank && best !== before) {
      path.push(best)
      begins.push(t)
      ends.push(t + 1)
    }
    before = best
  }
  return {
    symbols: Int32Array.from(path),
    begins: Int32Array.from(begins),
    ends: Int32Array.from(ends),
    logProbability,
  }
}
