/** What the perceptron rule does with points, step by step. */
import { perceptronRule, wasm } from 'gentle-dl'
import { inMemory } from 'gentle-dl/data'

/** x₁, x₂ and the class, 0 or 1. */
export type Point = readonly number[]

export interface Trace {
  /** w₁, w₂ and b before the first step and after each: one more than there are steps. */
  readonly weights: readonly (readonly [number, number, number])[]
  /** Of each step. */
  readonly steps: readonly { readonly epoch: number; readonly example: number; readonly predicted: number }[]
  /** Mistakes in each epoch. */
  readonly mistakes: readonly number[]
}

/** Passes over the points after which the rule is stopped. */
export const epochs = 30

/** Trains a neuron on points, from weights of 0, and keeps each step. */
export async function trace(points: readonly Point[], learningRate: number): Promise<Trace> {
  const weights: [number, number, number][] = [[0, 0, 0]]
  const steps: Trace['steps'][number][] = []
  if (points.length === 0) return { weights, steps, mistakes: [] }
  const backend = await wasm({ threads: 1 })
  try {
    const { mistakes } = await perceptronRule(
      inMemory({
        inputs: Float32Array.from(points.flatMap((point) => point.slice(0, 2))),
        inputShape: [2],
        targets: Int32Array.from(points, ([, , target]) => target),
        classes: ['no', 'yes'],
      }),
      {
        learningRate,
        epochs,
        backend,
        onStep: ({ epoch, example, predicted, weights: [w1, w2], bias }) => {
          steps.push({ epoch, example, predicted })
          weights.push([w1, w2, bias])
        },
      },
    )
    return { weights, steps, mistakes }
  } finally {
    await backend.close()
  }
}
