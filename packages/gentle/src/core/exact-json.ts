/** JSON that tells values apart. */

/**
 * The JSON of a value, with numbers that JSON does not tell apart, such as the infinities, which are `null` in it, as text. `replace` may give
 * something else to be written in a value's place.
 */
export const exactJson = (value: unknown, replace: (value: unknown) => unknown = (same) => same): string =>
  String(JSON.stringify(value, (_, part) => exactNumber(replace(part))))

const exactNumber = (value: unknown): unknown =>
  typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
    ? `number ${Object.is(value, -0) ? '-0' : value}`
    : value
