/** Which of a file's tensors are the weights of which layer. */
import { formatShape } from '../../../core/shape.ts'
import type { StoredTensor } from '../../elements.ts'
import { type Fail, printable, quoted } from '../../failure.ts'
import { inSnakeCase, type KerasWeight } from './keras-layer.ts'
import { buildKerasLayer } from './layer.ts'
import type { Dialect } from './layer-config.ts'
import type { KerasNetwork } from './network.ts'

/** A weight of a layer, as a file may look for it. */
export interface WeightPlace {
  /** The layer, with the networks that it is within, outermost first. */
  readonly layers: readonly string[]
  /** The same by classes, numbered in their order: Keras 3's folder. */
  readonly folder: string
  /** All that the layer has. */
  readonly all: readonly KerasWeight[]
  /** Its place among these. */
  readonly index: number
}

/** Which of the weights of one name a place is, and how many the layer has of that name. */
export function amongNamesakes({ all, index }: WeightPlace): { readonly nth: number; readonly count: number } {
  const names = all.map(({ name, stored }) => stored ?? name)
  const same = names.flatMap((name, i) => (name === names[index] ? [i] : []))
  return { nth: same.indexOf(index), count: same.length }
}

/** Where the weights are. */
export interface WeightSource {
  find(place: WeightPlace): StoredTensor | undefined
  /** What has not been found by now, to be told. */
  unused(): readonly string[]
}

export interface NetworkWeights {
  readonly weights: ReadonlyMap<string, StoredTensor>
  readonly states: ReadonlySet<string>
}

/**
 * The weights of all layers by their paths.
 * @throws FormatError for those that are missing, and for tensors of the file that belong to no layer.
 */
export function networkWeights(
  network: KerasNetwork,
  dialect: Dialect,
  source: WeightSource,
  fail: Fail,
): NetworkWeights {
  const weights = new Map<string, StoredTensor>()
  const states = new Set<string>()
  const walk = ({ layers }: KerasNetwork, outer: readonly string[], folder: string): void => {
    const taken = new Map<string, number>()
    for (const entry of layers) {
      const { name, className, network: within } = entry
      if (className === 'InputLayer') continue
      const stem = inSnakeCase(className)
      const before = taken.get(stem)
      taken.set(stem, (before ?? -1) + 1)
      const own = `${folder}layers/${before === undefined ? stem : `${stem}_${before + 1}`}`
      const path = [...outer, name]
      if (within !== undefined) {
        walk(within, path, `${own}/`)
        continue
      }
      const all = buildKerasLayer(entry, dialect).weights ?? []
      for (const [index, weight] of all.entries()) {
        const found = source.find({ layers: path, folder: own, all, index })
        if (weight.unused) continue
        const layer = printable(path.join('/'))
        const stored = found ?? fail(`it has no weight ${weight.name} for layer '${layer}'`)
        if (stored.dtype !== 'float32')
          fail(
            `weight ${weight.name} of layer '${layer}' is ${stored.dtype} ${formatShape(stored.shape)}; expected float32`,
          )
        const key = [...path, weight.name].join('.')
        weights.set(key, stored)
        if (weight.state) states.add(key)
      }
    }
  }
  walk(network, [], '')
  const unused = source.unused()
  if (unused.length > 0)
    fail(
      `it has weights that no layer takes: ${unused.slice(0, 4).map(quoted).join(', ')}${unused.length > 4 ? ` and ${unused.length - 4} more` : ''}`,
    )
  return { weights, states }
}
