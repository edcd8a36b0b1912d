/** Parameters by their names: which to freeze in fine-tuning, and the like. */
import { ArgumentError } from '../core/errors.ts'
import { nearestName } from '../core/nearest-name.ts'

/** `layer1.*.weight` as an expression: `*` stands for any letters. */
const globOf = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('*', '.*')}$`)

/** Whether a pattern means a parameter: by its name, by the beginning of its path, or by a glob. */
export const meansParameter = (pattern: string, name: string): boolean =>
  pattern.includes('*')
    ? globOf(pattern).test(name)
    : name === pattern || name.startsWith(`${pattern.replace(/\.$/, '')}.`)

/**
 * The names that patterns mean: names, beginnings of paths such as `layer1`, and globs such as `*.bias`. For `fit`:
 * `freeze: (name) => selected.has(name)`.
 * @param names of all parameters, such as the keys of `model.parameters`
 * @throws ArgumentError for a pattern that means none of them.
 */
export function selectParameters(names: Iterable<string>, patterns: readonly string[]): Set<string> {
  const all = [...names]
  const selected = new Set<string>()
  for (const pattern of patterns) {
    const meant = all.filter((name) => meansParameter(pattern, name))
    if (meant.length === 0)
      throw new ArgumentError(
        `'${pattern}' matches none of the network's parameters; the nearest is ${nearestName(pattern, all)}`,
      )
    for (const name of meant) selected.add(name)
  }
  return selected
}
