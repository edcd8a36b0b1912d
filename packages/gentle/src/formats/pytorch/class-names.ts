/** What a checkpoint says of the classes that its weights tell apart. */

import type { PickleValue } from './pickle.ts'
import { itemsOf } from './state-dict.ts'

/** The keys by which trainings keep them. */
const keys = /^(classes|class_names|names|labels|class_to_idx|idx_to_class)$/i

/** Names of classes in a checkpoint's keys and values, in the order of their labels: of a list, or of a dictionary from or to numbers. */
export function classNames(items: readonly PickleValue[]): readonly string[] | undefined {
  for (let i = 0; i < items.length; i += 2) {
    const key = items[i]
    const names = typeof key === 'string' && keys.test(key) ? namesIn(items[i + 1]) : undefined
    if (names !== undefined) return names
  }
  return undefined
}

/** Names by their numbers, each of which has one; undefined for anything else. */
function namesIn(value: PickleValue): readonly string[] | undefined {
  const pairs = Array.isArray(value) ? value.flatMap((name, index) => [index, name]) : (itemsOf(value) ?? [])
  const count = pairs.length / 2
  const names = new Map<number, string>()
  for (let i = 0; i < pairs.length; i += 2) {
    const [index, name] = typeof pairs[i] === 'number' ? [pairs[i], pairs[i + 1]] : [pairs[i + 1], pairs[i]]
    if (typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < count && typeof name === 'string')
      names.set(index, name)
  }
  return count > 0 && names.size === count ? Array.from({ length: count }, (_, index) => names.get(index)!) : undefined
}
