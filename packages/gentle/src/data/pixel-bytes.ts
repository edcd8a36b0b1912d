/** Which whole numbers are pixels' bytes. */

/** Features that are more than anyone measures, one by one. */
const manyFeatures = 64

/** Names of columns with pixels: pixel0, px12, p3, 1x28. */
const pixelName = /^(pixel|pix|px|p)[ _.-]?\d+$|^\d+x\d+$/i

/**
 * Whether rows of numbers are bytes, 0 for black and 255 for white: all are whole, of 0 to 255, and they are called pixels, or there are bright ones among
 * them and they are stored as bytes or too many to be anything else. Flags of 0 and 1 are in [0, 1] already.
 */
export function areBytes(
  values: ArrayLike<number>,
  {
    features,
    names,
    stored = false,
  }: { readonly features: number; readonly names?: readonly string[]; readonly stored?: boolean },
): boolean {
  const areCalled = names?.every((name) => pixelName.test(name)) ?? false
  if (!areCalled && !stored && features < manyFeatures) return false
  let max = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (!(value >= 0 && value <= 255 && Number.isInteger(value))) return false
    if (value > max) max = value
  }
  return max > (areCalled ? 1 : 127)
}
