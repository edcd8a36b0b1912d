/** Sources, each told once with all that it is the source of. */

/** `resnet18, resnet34: He et al., 2015`: a line a source, in the order in which they first come. */
export function bySource(entries: readonly { readonly of: string; readonly source: string }[]): string[] {
  const names = new Map<string, string[]>()
  for (const { of, source } of entries) names.set(source, [...(names.get(source) ?? []), of])
  return [...names].map(([source, all]) => `${all.join(', ')}: ${source}`)
}
