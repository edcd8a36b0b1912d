/** Changes of plain data: a value is gone, another, or in another place. */
import type { Random } from '../../packages/gentle/src/core/random.ts'
import { type Change, oneOf, textOf, utf8 } from './fuzzed-reader.ts'

type Place = readonly [of: Record<string, unknown>, key: string]

const oddValues: readonly unknown[] = [
  ...[undefined, null, true, false, '', '7', 'x', [], {}, [null], [[]], [[1, 2, 3, 4]], { size: [3, 3], counts: null }],
  ...[-1, 0, 1, 3, 1.5, 1e9, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53, 1e308, -1e9, 5e-324],
  ...['\u001b[2J', '__proto__', '../x', 'x'.repeat(300), [1e9, 1e9], [-1], [0], [2 ** 31, 2 ** 31]],
]

const placesIn = (value: unknown): Place[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, each]) => [[value as Place[0], key] as const, ...placesIn(each)])

/** A copy of plain data with one change. */
export function changedValue(value: unknown, random: Random): unknown {
  const copy = structuredClone(value)
  const places = placesIn(copy)
  if (places.length === 0) return oneOf(oddValues, random)
  const [of, key] = oneOf(places, random)
  const [from, other] = oneOf(places, random)
  const old = of[key]
  const list = Array.isArray(of) ? of : undefined
  switch (random.integer(6)) {
    case 0:
      of[key] = structuredClone(from[other])
      break
    case 1:
      if (list === undefined) delete of[key]
      else list.splice(Number(key), 1)
      break
    case 2:
      if (list === undefined) of[`${key}2`] = old
      else list.splice(Number(key), 0, structuredClone(old))
      break
    case 3:
      of[key] = typeof old === 'number' ? old + oneOf([-1, 1, 0.5, old, 1000], random) : [old]
      break
    default:
      of[key] = oneOf(oddValues, random)
  }
  return copy
}

/** One change of a JSON text. */
export const changeJson: Change = (bytes, random) => {
  try {
    return utf8(JSON.stringify(changedValue(JSON.parse(textOf(bytes)), random)) ?? '')
  } catch {
    return bytes
  }
}
