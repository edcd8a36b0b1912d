/** Samples of 8 bits on a logarithmic scale (ITU-T G.711). */

/** Segments of a byte: sign, exponent, mantissa. */
const parts = (byte: number) => ({ negative: byte >= 128, exponent: (byte >> 4) & 7, mantissa: byte & 15 })

/** Bytes come inverted; a bias of 33, here of 132, lets all segments be of one form. */
function muLawValue(inverted: number): number {
  const { negative, exponent, mantissa } = parts(inverted ^ 0xff)
  const size = (((mantissa << 3) + 132) << exponent) - 132
  return (negative ? 0 - size : size) / 32768
}

/** Every other bit comes inverted; the sign bit means positive. */
function aLawValue(inverted: number): number {
  const { negative, exponent, mantissa } = parts(inverted ^ 0x55)
  const size = exponent === 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 264) << (exponent - 1)
  return (negative ? size : -size) / 32768
}

const table = (value: (byte: number) => number): Float32Array =>
  Float32Array.from({ length: 256 }, (_, byte) => value(byte))

/** The value of every byte. */
export const muLaw: Float32Array = table(muLawValue)
export const aLaw: Float32Array = table(aLawValue)
