/** Numbers as the page writes them. */

/** With four digits at most, and a true minus. */
export function written(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞'
  const size = Math.abs(value)
  const text =
    size !== 0 && (size >= 10_000 || size < 0.001) ? value.toExponential(1) : String(Number(value.toPrecision(4)))
  return text.replaceAll('-', '−')
}

/** As a factor or a term among others. */
export const term = (value: number): string => (value < 0 ? `(${written(value)})` : written(value))

const below = '₀₁₂₃₄₅₆₇₈₉'

/** A number below the line: 12 as ₁₂. */
export const index = (value: number): string => [...String(value)].map((digit) => below[Number(digit)]).join('')
