/** The side of a line that a neuron says yes to. */

export interface Box {
  readonly left: number
  readonly right: number
  readonly low: number
  readonly high: number
}

/** The corners of the part of a box where w₁ x + w₂ y + b ≥ 0, in order; none where there is no such part. */
export function halfPlane(
  [w1, w2, b]: readonly [number, number, number],
  { left, right, low, high }: Box,
): [number, number][] {
  const corners: [number, number][] = [
    [left, low],
    [right, low],
    [right, high],
    [left, high],
  ]
  const value = ([x, y]: [number, number]): number => w1 * x + w2 * y + b
  return corners.flatMap((from, i) => {
    const to = corners[(i + 1) % 4]
    const [here, there] = [value(from), value(to)]
    const kept: [number, number][] = here >= 0 ? [from] : []
    if (here >= 0 === there >= 0) return kept
    const share = here / (here - there)
    return [...kept, [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])]]
  })
}

/** The two ends of the line w₁ x + w₂ y + b = 0 within a box; undefined where it does not cross it, and for a neuron without weights. */
export function lineWithin([w1, w2, b]: readonly [number, number, number], { left, right, low, high }: Box) {
  const ends: [number, number][] = []
  const add = (x: number, y: number): void => {
    const inside = x >= left - 1e-9 && x <= right + 1e-9 && y >= low - 1e-9 && y <= high + 1e-9
    if (inside && !ends.some(([otherX, otherY]) => Math.hypot(otherX - x, otherY - y) < 1e-9)) ends.push([x + 0, y + 0])
  }
  if (w2 !== 0) for (const x of [left, right]) add(x, -(w1 * x + b) / w2)
  if (w1 !== 0) for (const y of [low, high]) add(-(w2 * y + b) / w1, y)
  return ends.length < 2 ? undefined : ([ends[0], ends[1]] as const)
}
