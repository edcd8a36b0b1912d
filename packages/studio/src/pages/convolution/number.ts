/** Numbers as they are written on the page: whole ones whole, others with a few digits, and those too small for these as about 0. */
export function written(value: number, digits = 4): string {
  if (value !== 0 && Math.abs(value) < 10 ** -(digits + 1)) return '≈0'
  const text = Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(digits)))
  return text.replace('-', '−')
}
