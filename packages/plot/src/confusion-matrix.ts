/** Which classes are taken for which. */
import { page, text } from './svg.ts'

/**
 * How often each class was taken for each. Mistakes are shaded by their own largest.
 * @param counts the matrix row by row, [classes, classes]; rows are the true classes, columns the predicted ones
 */
export function plotConfusionMatrix(
  counts: ArrayLike<number>,
  classes: readonly string[],
  { title = 'True class (rows) and predicted class (columns)' }: { readonly title?: string } = {},
): string {
  const n = classes.length
  const cell = Math.max(14, Math.min(42, Math.floor(560 / n)))
  const [left, top] = [96, 70]
  const mistakes = Math.max(1, ...Array.from(counts).filter((_, i) => Math.floor(i / n) !== i % n))
  const cells = Array.from({ length: n * n }, (_, i) => {
    const [row, column] = [Math.floor(i / n), i % n]
    const share = row === column ? 0 : counts[i] / mistakes
    const fill = row === column ? '#e6f4ea' : `rgba(220, 38, 38, ${(0.85 * share).toFixed(3)})`
    const box = `<rect x="${left + column * cell}" y="${top + row * cell}" width="${cell - 1}" height="${cell - 1}" fill="${fill}"/>`
    const label =
      counts[i] > 0 && cell >= 26
        ? text(
            left + (column + 0.5) * cell,
            top + (row + 0.5) * cell + 4,
            String(counts[i]),
            `text-anchor="middle" ${share > 0.6 ? 'fill="white"' : ''}`,
          )
        : ''
    return box + label
  })
  const rows = classes.map((name, i) => text(left - 8, top + (i + 0.5) * cell + 4, name, 'text-anchor="end"'))
  const columns = classes.map((name, i) => text(left + (i + 0.5) * cell, top - 8, name, 'text-anchor="middle"'))
  return page(
    Math.max(560, left + n * cell + 30),
    top + n * cell + 24,
    text(left, 26, title, 'font-weight="600" font-size="14"') + cells.join('') + rows.join('') + columns.join(''),
  )
}
