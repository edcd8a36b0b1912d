/** Parts that follow each other, as one array of a type: `joined(Float32Array, parts)`. */
export function joined<Whole extends { set(part: ArrayLike<number>, at: number): void }>(
  type: new (length: number) => Whole,
  parts: readonly ArrayLike<number>[],
): Whole {
  const whole = new type(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
