const units: readonly (readonly [name: string, seconds: number])[] = [
  ['years', 365.25 * 24 * 3600],
  ['days', 24 * 3600],
  ['hours', 3600],
  ['minutes', 60],
  ['s', 1],
  ['ms', 1e-3],
]

/** `3.2 days`, `14 ms`: two or three digits in the largest unit that it has one of. */
export function duration(seconds: number): string {
  const [name, size] = units.find(([, size]) => seconds >= size) ?? units.at(-1)!
  const count = seconds / size
  return `${count >= 100 ? Math.round(count).toLocaleString('en') : Number(count.toPrecision(2))} ${name}`
}
