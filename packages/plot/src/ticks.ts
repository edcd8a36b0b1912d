/** Where an axis has its numbers. */

/** Round numbers between two bounds, about four, at least `leastStep` apart. */
export function ticks(low: number, high: number, leastStep = 0): number[] {
  const rough = Math.max(leastStep, (high - low) / 4)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? rough
  const first = Math.ceil(low / step) * step
  return Array.from({ length: Math.floor((high - first) / step + 1e-9) + 1 }, (_, i) =>
    Number((first + i * step).toPrecision(6)),
  )
}
