/** Remembers results by what they are of: the reference takes longer than what is compared with it, in several modes. */
export function once<T>(): (of: unknown, compute: () => Promise<T>) => Promise<T> {
  const known = new Map<string, Promise<T>>()
  return (of, compute) => {
    const key = JSON.stringify(of)
    const result = known.get(key) ?? compute()
    known.set(key, result)
    return result
  }
}
