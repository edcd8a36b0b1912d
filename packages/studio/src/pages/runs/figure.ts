/** A number of a run, as short as it can be told from others; nothing where there is none. */
export function figure(value: number | undefined, decimals?: number): string {
  if (value === undefined || Number.isNaN(value)) return ''
  // The browser makes a format anew for each call that says how many digits there are.
  if (decimals !== undefined) return Number(value.toFixed(decimals)).toLocaleString('en')
  return String(Number(value.toPrecision(4))).replace('-', '−')
}
