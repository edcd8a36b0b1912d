/** A scene by chance, as one would draw it. */
import { Random } from 'gentle-dl'
import { sceneSide } from './scene-side.ts'

/** Three to five shapes, each of its kind, place, size and turn. */
export function randomScene(seed: number): readonly (readonly number[])[] {
  const random = new Random(seed, 'scene')
  const between = (low: number, high: number): number => low + random.integer(high - low + 1)
  return Array.from({ length: between(3, 5) }, () => {
    const size = between(14, 30)
    const half = Math.ceil(size / 2)
    return [
      random.integer(4),
      between(half, sceneSide - half),
      between(half, sceneSide - half),
      size,
      15 * random.integer(24),
    ]
  })
}
