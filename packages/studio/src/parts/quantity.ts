/** Large numbers, as they are read. */

const prefixes = ['', ' k', ' M', ' G', ' T', ' P', ' E']

/** `138.4 M`: four digits, with the prefix that keeps them short; whole numbers below 1000 as they are. */
export function quantity(value: number): string {
  const power = Math.min(prefixes.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(value, 1)) / 3)))
  return power === 0
    ? String(Number(value.toPrecision(4)))
    : `${(value / 1000 ** power).toPrecision(4)}${prefixes[power]}`
}

/** `527.8 MiB` */
export function bytesText(bytes: number): string {
  const power = Math.min(4, Math.max(0, Math.floor(Math.log2(Math.max(bytes, 1)) / 10)))
  return power === 0
    ? `${bytes} B`
    : `${(bytes / 1024 ** power).toPrecision(4)} ${['', 'KiB', 'MiB', 'GiB', 'TiB'][power]}`
}

/** `3 × 224 × 224`; `1` of a single number. */
export const shapeText = (shape: readonly number[]): string => (shape.length === 0 ? '1' : shape.join(' × '))
