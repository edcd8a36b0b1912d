/** Small curves in a line of text. */

const bars = '▁▂▃▄▅▆▇█'

/** As many means of neighbouring numbers as there is room for. */
export function resampled(values: readonly number[], most: number): number[] {
  if (values.length <= most) return [...values]
  return Array.from({ length: most }, (_, i) => {
    const part = values.slice(Math.floor((i * values.length) / most), Math.floor(((i + 1) * values.length) / most))
    return part.reduce((sum, value) => sum + value, 0) / part.length
  })
}

/** Numbers as bars from the least to the largest, `▁▃▅▇█`, in at most this many letters; what is no number is left out, and equal ones are half as high. */
export function sparkline(values: readonly number[], width: number): string {
  const shown = resampled(values.filter(Number.isFinite), width)
  const [low, high] = [Math.min(...shown), Math.max(...shown)]
  return shown.map((value) => bars[high > low ? Math.round(((value - low) / (high - low)) * 7) : 3]).join('')
}
