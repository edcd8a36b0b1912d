/** JSON of values with NaN and infinities, which it does not have and metrics do. */

const encode = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value

const decode = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'number' in value && Object.keys(value).length === 1
    ? Number(value.number)
    : value

export const toJson = (value: unknown): string => JSON.stringify(value, encode)

/** Reads what `toJson` wrote. @throws SyntaxError for what is not JSON. */
export const fromJson = (text: string): unknown => JSON.parse(text, decode)
