/** Problems with two weights, so that their loss is a surface. */

export const problemNames = ['line', 'network', 'classes'] as const

export type ProblemName = (typeof problemNames)[number]

/** Two weights, as a place on the surface. */
export type Place = readonly [number, number]

/** Lowest and highest, across and up. */
export interface Box {
  readonly x: readonly [number, number]
  readonly y: readonly [number, number]
}

/** Examples by columns: of each input, and of the target. */
export type Columns = readonly Float32Array[]

export interface Problem {
  /** Of one example. */
  readonly inputs: 1 | 2
  /** What the weights are called. */
  readonly weights: readonly [string, string]
  readonly formula: string
  /** What of the surface is seen. */
  readonly box: Box
  readonly start: Place
  /** What of the examples is seen: inputs across, and targets or second inputs up. */
  readonly view: Box
  /** The answer for inputs, for curves over the examples; of classes, the log-odds. */
  answer(place: Place, inputs: readonly number[]): number
}

export const problems: Readonly<Record<ProblemName, Problem>> = {
  line: {
    inputs: 1,
    weights: ['w', 'b'],
    formula: 'ŷ = w x + b',
    box: { x: [-2, 3], y: [-3, 3] },
    start: [-1.5, -2.2],
    view: { x: [-2, 5], y: [-4, 5] },
    answer: ([w, b], [x]) => w * x + b,
  },
  network: {
    inputs: 1,
    weights: ['w₁', 'w₂'],
    formula: 'ŷ = w₂ tanh(w₁ x)',
    box: { x: [-4, 4], y: [-3, 3] },
    start: [-2.5, 1.8],
    view: { x: [-5, 5], y: [-3, 3] },
    answer: ([first, second], [x]) => second * Math.tanh(first * x),
  },
  classes: {
    inputs: 2,
    weights: ['w₁', 'w₂'],
    formula: 'log-odds = w₁ x₁ + w₂ x₂',
    box: { x: [-3, 7], y: [-5, 5] },
    start: [-1.5, 3.5],
    view: { x: [-4, 4], y: [-4, 4] },
    answer: ([w1, w2], [x1, x2]) => w1 * x1 + w2 * x2,
  },
}
