/** Operators of ONNX that choose among boxes. */
import { integers } from '../values.ts'
import { type Compute, type Operator, operator } from './operator.ts'

type Box = readonly [top: number, left: number, bottom: number, right: number]

const areaOf = ([top, left, bottom, right]: Box): number => (bottom - top) * (right - left)

/** How much two boxes share of what they cover together. */
function overlap(a: Box, b: Box): number {
  const height = Math.min(a[2], b[2]) - Math.max(a[0], b[0])
  const width = Math.min(a[3], b[3]) - Math.max(a[1], b[1])
  if (height <= 0 || width <= 0) return 0
  const both = height * width
  return Math.fround(both / (areaOf(a) + areaOf(b) - both))
}

/** Of each class the boxes of largest scores that overlap no better one by more than a bound: [example, class, box], the best first. */
const nonMaxSuppression: Compute = (call) => {
  const centred = call.flag('center_point_box')
  return call.onHost((boxes, scores, max, overlapBound, scoreBound) => {
    const [examples, classes, count] = scores!.shape
    const limit = max?.data[0] ?? 0
    const [bound, min] = [overlapBound?.data[0] ?? 0, scoreBound?.data[0] ?? Number.NEGATIVE_INFINITY]
    const boxAt = (example: number, i: number): Box => {
      const [a, b, c, d] = boxes!.data.slice((example * count + i) * 4, (example * count + i + 1) * 4)
      if (centred) return [b - d / 2, a - c / 2, b + d / 2, a + c / 2]
      // Any two corners that are across.
      return [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)]
    }
    const found: number[] = []
    for (let example = 0; example < examples; example++) {
      const own = Array.from({ length: count }, (_, i) => boxAt(example, i))
      for (let label = 0; label < classes; label++) {
        const start = (example * classes + label) * count
        const score = (i: number): number => scores!.data[start + i]
        const order = own.map((_, i) => i).filter((i) => score(i) > min)
        order.sort((i, j) => score(j) - score(i) || i - j)
        const kept: number[] = []
        for (const i of order) {
          if (kept.length >= limit) break
          if (kept.every((k) => overlap(own[k], own[i]) <= bound)) kept.push(i)
        }
        found.push(...kept.flatMap((i) => [example, label, i]))
      }
    }
    return [integers(found, [found.length / 3, 3])]
  })
}

export const detectionOperators = {
  NonMaxSuppression: operator(nonMaxSuppression, [10, 'center_point_box'], [11, 'center_point_box']),
} satisfies Record<string, Operator>
