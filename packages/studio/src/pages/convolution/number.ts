/** Numbers as they are written on the page: whole ones whole, others with a few digits. */
export function written(value: number, digits = 4): string {
  const text = Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(digits)))
  return text.replace('-', '−')
}
