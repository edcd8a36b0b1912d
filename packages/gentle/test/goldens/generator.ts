/** The generator of make-ops.py, from which tests draw what the goldens do not store. */
import { hashName } from '../../src/core/random.ts'
import { type Shape, sizeOf } from '../../src/core/shape.ts'

/** 'signed' is in [-2, 2), 'positive' in [0.25, 2.25), 'tied' -1, 0 or 1. */
export type Kind = 'signed' | 'positive' | 'tied'

export function generator(name: string): (shape: Shape, kind: Kind) => Float32Array {
  let state = hashName(name)
  const value = (kind: Kind): number => {
    state = (Math.imul(1664525, state) + 1013904223) | 0
    const word = state >>> 16
    if (kind === 'signed') return word / 2 ** 14 - 2
    return kind === 'positive' ? word / 2 ** 15 + 0.25 : (word % 3) - 1
  }
  return (shape, kind) => Float32Array.from({ length: sizeOf(shape) }, () => value(kind))
}
