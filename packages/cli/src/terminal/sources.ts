/** Sources, each told once with all that it is the source of. */

/** `resnet18, resnet34: He et al., 2015`: a line a source, in the order in which they first come. */
export function bySource(entries: readonly { readonly of: string; readonly source: string }[]): string[] {
  const names = new Map<string, string[]>()
  for (const { of, source } of entries) names.set(source, [...(names.get(source) ?? []), of])
  return [...names].map(([source, all]) => `${all.join(', ')}: ${source}`)
}

/** Lines of at most so many letters, broken between words; all but the first are indented. */
export function wrapped(line: string, width: number): string[] {
  const lines: string[] = []
  for (const word of line.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(last === undefined ? word : `  ${word}`)
  }
  return lines
}
