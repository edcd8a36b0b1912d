/** What to say where a file's weights are not those of a network. */
import { nearestName } from '../core/nearest-name.ts'
import { formatShape, type Shape, sameShape } from '../core/shape.ts'
import { printable } from '../formats/failure.ts'
import type { StoredTensor } from '../formats/safetensors.ts'

type Shapes = ReadonlyMap<string, { readonly shape: Shape }>

/** Names that are looked through for the nearest one, which takes time. */
const maxCompared = 2000

/** A few names, and how many more there are. */
export const someOf = (names: readonly string[], max = 4): string =>
  names.length <= max ? names.join(', ') : `${names.slice(0, max).join(', ')} and ${names.length - max} more`

/** The tensor that was probably meant by a weight: of the same shape, if there is one, and with the nearest name. */
function nearestTensor(name: string, shape: Shape, tensors: Shapes): string | undefined {
  const all = [...tensors.keys()]
  const same = all.filter((each) => sameShape(tensors.get(each)!.shape, shape))
  return nearestName(name, (same.length > 0 ? same : all).slice(0, maxCompared))
}

/** Weights that a file lacks, the nearest that it has beside them, and what else it has. */
export function missingText(
  missing: readonly string[],
  network: Shapes,
  unexpected: readonly string[],
  tensors: Shapes,
): string {
  if (missing.length === 0) return ''
  const left = new Map(unexpected.map((name) => [name, tensors.get(name)!]))
  const pair = (name: string): string => {
    const { shape } = network.get(name)!
    const nearest = nearestTensor(name, shape, left)
    const beside =
      nearest === undefined ? '' : ` (nearest: ${printable(nearest)} ${formatShape(left.get(nearest)!.shape)})`
    return `${name} ${formatShape(shape)}${beside}`
  }
  const others = left.size === 0 ? 'and nothing else' : `but ${someOf([...left.keys()].map(printable))}`
  return `it has no ${someOf(missing.slice(0, 3).map(pair).concat(missing.slice(3)), 3)}, ${others}`
}

/** Tensors of other shapes, and where that is the same in another order of axes. */
export function differing(
  names: readonly string[],
  network: Shapes,
  tensors: ReadonlyMap<string, StoredTensor>,
): string {
  return someOf(
    names.map((name) => {
      const [{ shape, dtype }, wanted] = [tensors.get(name)!, network.get(name)!.shape]
      const type = dtype === 'float32' ? '' : ` of ${dtype}`
      return `${name} is ${formatShape(shape)}${type}, the model has ${formatShape(wanted)}${isTransposed(shape, wanted) ? ', with its axes in another order' : ''}`
    }),
    3,
  )
}

/** The part of a network that a name stands in: its first module, or the row of layers where those have numbers for names. */
const moduleOf = (name: string): string => name.split('.')[0].replace(/^\d+$/, '#')

/** Those of a file's tensors beyond a network's that stand within the network's own modules: then it is of another, larger one. */
export function beyond(unexpected: readonly string[], network: Iterable<string>): string[] {
  const modules = new Set([...network].map(moduleOf))
  return unexpected.filter((name) => modules.has(moduleOf(name)))
}

const isTransposed = (a: Shape, b: Shape): boolean =>
  !sameShape(a, b) &&
  a.length === b.length &&
  sameShape(
    a.toSorted((m, n) => m - n),
    b.toSorted((m, n) => m - n),
  )
