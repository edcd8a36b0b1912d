/** What the lines of a network carry on one example: forward a part of a sum, backward a part of a gradient. */
import type { Place } from './place.ts'
import type { Snapshot } from './training.ts'

export interface Carried extends Place {
  /** w·a, which the line adds to the sum z of the neuron that it leads to. */
  readonly forward: number
  /** w·∂L/∂z, which it adds to the gradient ∂L/∂a of the neuron that it comes from. */
  readonly backward: number
}

/** The numbers of the lines that lead to a neuron, and of those that it leads to by. */
export function carriedAround(
  { layers, example }: Pick<Snapshot, 'layers' | 'example'>,
  neuron: Pick<Place, 'layer' | 'unit'>,
): Carried[] {
  const values = [example.inputs, ...example.layers.map((each) => each.values)]
  return [neuron.layer, neuron.layer + 1].flatMap((layer) =>
    (layers[layer - 1]?.weights ?? []).flatMap((row, unit) =>
      row.flatMap((weight, from): Carried[] => {
        const isNear = layer === neuron.layer ? unit + 1 === neuron.unit : from + 1 === neuron.unit
        if (!isNear) return []
        const forward = weight * values[layer - 1][from]
        const backward = weight * example.layers[layer - 1].bySums[unit]
        return [{ layer, unit: unit + 1, from: from + 1, forward, backward }]
      }),
    ),
  )
}
