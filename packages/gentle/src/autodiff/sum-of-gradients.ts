import type { Op } from '../graph/op.ts'
import type { Tensor } from '../graph/tensor.ts'
import { add } from '../ops/elementwise.ts'
import {
  type AddSlicesAttributes,
  addSlices,
  addSlicesOp,
  type PadAttributes,
  padOp,
  type SlicePlace,
} from '../ops/structure.ts'

/** Part of a gradient that is 0 elsewhere. */
interface Part {
  readonly part: Tensor
  readonly place: SlicePlace
}

/** The parts of which a gradient consists alone, as that of a slice does; none for others. */
function partsOf({ op, inputs, attributes }: Tensor): Part[] {
  if (op === (addSlicesOp as Op))
    return inputs.map((part, i) => ({ part, place: (attributes as AddSlicesAttributes).places[i] }))
  if (op !== (padOp as Op)) return []
  const { before, value } = attributes as PadAttributes
  return value === 0 ? [{ part: inputs[0], place: { starts: before } }] : []
}

/**
 * The sum of what several nodes give to the gradient of one tensor. The gradients of its slices go into one buffer together: apart, each would
 * be as large as the tensor.
 */
export function sumOfGradients(terms: readonly Tensor[]): Tensor {
  const parts = terms.flatMap(partsOf)
  const whole = parts.length > 1 ? terms.filter((term) => partsOf(term).length === 0) : terms
  const together =
    parts.length > 1
      ? [
          addSlices(
            parts.map(({ part }) => part),
            parts.map(({ place }) => place),
            terms[0].shape,
          ),
        ]
      : []
  return [...whole, ...together].reduce((sum, term) => add(sum, term))
}
