import type { Point } from './trace.ts'

const corners = (...targets: readonly [number, number, number, number]): readonly Point[] => [
  [0, 0, targets[0]],
  [0, 1, targets[1]],
  [1, 0, targets[2]],
  [1, 1, targets[3]],
]

/** Points to begin with. */
export const presets = {
  and: corners(0, 0, 0, 1),
  or: corners(0, 1, 1, 1),
  xor: corners(0, 1, 1, 0),
  groups: [
    [0.05, 0.3, 0],
    [0.2, 0.72, 0],
    [-0.22, 0.55, 0],
    [0.32, 0.1, 0],
    [0.42, 0.48, 0],
    [0.62, 0.95, 1],
    [0.85, 0.6, 1],
    [1.1, 0.85, 1],
    [0.95, 1.2, 1],
    [0.72, 1.28, 1],
  ],
} as const satisfies Record<string, readonly Point[]>
