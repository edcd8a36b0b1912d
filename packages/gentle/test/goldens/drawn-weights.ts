/** The generator of make-torchvision.py, from which tests draw the weights and images that the goldens do not store. */
import { hashName } from '../../src/core/random.ts'
import { type Shape, sizeOf } from '../../src/core/shape.ts'

/** Uniform numbers in [low, high): a counter that starts at the name's hash, mixed as MurmurHash3 ends. */
export function drawn(name: string, shape: Shape, low: number, high: number): Float32Array {
  const values = new Float32Array(sizeOf(shape))
  const start = hashName(name)
  for (let i = 0; i < values.length; i++) {
    let word = (start + Math.imul(i, 0x9e3779b9)) | 0
    word = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35)
    word ^= word >>> 16
    values[i] = low + (high - low) * ((word >>> 8) / 2 ** 24)
  }
  return values
}

/** Weights with which signals keep about their size: the range depends on what the weight is. */
export function drawnWeight(name: string, shape: Shape): Float32Array {
  if (name.endsWith('running_var')) return drawn(name, shape, 0.5, 1.5)
  if (name.endsWith('running_mean') || name.endsWith('bias')) return drawn(name, shape, -0.1, 0.1)
  if (shape.length === 1) return drawn(name, shape, 0.75, 1.25)
  const bound = Math.sqrt(6 / sizeOf(shape.slice(1)))
  return drawn(name, shape, -bound, bound)
}

/**
 * Factors and shifts of norms by which every fourth channel is off, the others on, and hardly any value near the bend of ReLU: there
 * float32 and float64 may fall on different sides, and gradients part.
 */
export function normsOffBends(weights: ReadonlyMap<string, { readonly shape: Shape }>): Map<string, Float32Array> {
  const values = new Map<string, Float32Array>()
  for (const [key, { shape }] of weights) {
    const [norm, name] = key.split(/\.(?=[^.]*$)/)
    if (name !== 'running_mean') continue
    values.set(`${norm}.weight`, drawn(`${norm}.weight`, shape, 0.2, 0.3))
    const shift = drawn(`${norm}.bias`, shape, 0.9, 1.1)
    values.set(
      `${norm}.bias`,
      shift.map((value, channel) => (channel % 4 === 1 ? -value : value)),
    )
  }
  return values
}
