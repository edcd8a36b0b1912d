/** A number of a run, as short as it can be told from others; nothing where there is none. */
export function figure(value: number | undefined, decimals?: number): string {
  if (value === undefined || Number.isNaN(value)) return ''
  if (decimals !== undefined) return value.toLocaleString('en', { maximumFractionDigits: decimals })
  return String(Number(value.toPrecision(4))).replace('-', '−')
}
