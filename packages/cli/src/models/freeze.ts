/** Which parameters stay as they are in fine-tuning. */
import { nearestOf, UsageError } from '../terminal/usage.ts'

export const allButHead = 'all-but-head'

/** `layer1.*.weight` as an expression: `*` stands for any letters. */
const globOf = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('*', '.*')}$`)

/** Whether a pattern means a parameter: by its name, by the beginning of its path, or by a glob. */
const means = (pattern: string, name: string): boolean =>
  pattern.includes('*')
    ? globOf(pattern).test(name)
    : name === pattern || name.startsWith(`${pattern.replace(/\.$/, '')}.`)

/**
 * The names that patterns mean: names, beginnings of paths such as `layer1`, globs such as `*.bias`, or all-but-head.
 * @throws UsageError for a pattern that means nothing, and where nothing is left to learn.
 */
export function frozenNames(
  patterns: readonly string[],
  names: readonly string[],
  head: ReadonlySet<string>,
): Set<string> {
  const frozen = new Set<string>()
  for (const pattern of patterns) {
    const meant = names.filter((name) => (pattern === allButHead ? !head.has(name) : means(pattern, name)))
    if (meant.length === 0)
      throw new UsageError(
        pattern === allButHead
          ? `--freeze ${allButHead}: the whole network is its head; nothing would be frozen`
          : `--freeze '${pattern}' means none of the network's parameters; the nearest is ${nearestOf(pattern, names)}`,
      )
    for (const name of meant) frozen.add(name)
  }
  if (frozen.size === names.length)
    throw new UsageError(
      `--freeze ${patterns.join(' ')} leaves nothing to learn; all ${names.length} parameters are frozen`,
    )
  return frozen
}
