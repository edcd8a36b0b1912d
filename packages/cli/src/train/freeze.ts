/** `--freeze`: which parameters stay as they are in fine-tuning. */
import { ArgumentError, selectParameters } from 'gentle-dl'
import { UsageError } from '../terminal/usage.ts'

export const allButHead = 'all-but-head'

/** @throws UsageError for a pattern that means nothing. */
function meantBy(pattern: string, names: readonly string[], head: Pick<ReadonlySet<string>, 'has'>): Iterable<string> {
  if (pattern === allButHead) {
    const body = names.filter((name) => !head.has(name))
    if (body.length > 0) return body
    throw new UsageError(`--freeze ${allButHead}: the network is only a head, so nothing would be frozen`)
  }
  try {
    return selectParameters(names, [pattern])
  } catch (error) {
    if (error instanceof ArgumentError) throw new UsageError(`--freeze ${error.message}`)
    throw error
  }
}

/**
 * The names that patterns mean: names, beginnings of paths such as `layer1`, globs such as `*.bias`, or all-but-head.
 * @throws UsageError for a pattern that means nothing, and where nothing is left to learn.
 */
export function frozenNames(
  patterns: readonly string[],
  names: readonly string[],
  head: Pick<ReadonlySet<string>, 'has'>,
): Set<string> {
  const frozen = new Set(patterns.flatMap((pattern) => [...meantBy(pattern, names, head)]))
  if (frozen.size === names.length)
    throw new UsageError(
      `--freeze ${patterns.join(' ')} leaves nothing to train; all ${names.length} parameters are frozen`,
    )
  return frozen
}
