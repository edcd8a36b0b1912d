import type { TypedArray } from '../core/dtype.ts'
import { ArgumentError } from '../core/errors.ts'
import { formatShape, sizeOf } from '../core/shape.ts'
import type { Graph } from '../graph/graph.ts'
import type { Input } from '../graph/tensor.ts'
import type { Feed } from './backend.ts'

/**
 * Checks a run's values against the program's inputs.
 * @throws ArgumentError for inputs that are missing, unknown or of a wrong size.
 */
export function checkFeed(inputs: Readonly<Record<string, Input>>, feed: Feed): void {
  for (const name in feed)
    if (!(name in inputs))
      throw new ArgumentError(
        `run: there is no input '${name}'; the program has ${Object.keys(inputs).join(', ') || 'none'}`,
      )
  for (const name in inputs) {
    const value = feed[name]
    if (value === undefined)
      throw new ArgumentError(`run: input '${name}' has no value; give ${formatShape(inputs[name].shape)}`)
    const length = typeof value === 'number' ? 1 : value.length
    if (length !== sizeOf(inputs[name].shape))
      throw new ArgumentError(
        `run: input '${name}' has ${length} values; shape ${formatShape(inputs[name].shape)} needs ${sizeOf(inputs[name].shape)}`,
      )
  }
}

/**
 * Checks memory that is given for outputs.
 * @throws ArgumentError for an output that has none, or of another size or type.
 */
export function checkInto(outputs: Graph['outputs'], into: Readonly<Record<string, TypedArray>>): void {
  for (const name in outputs) {
    const { shape, dtype } = outputs[name]
    const memory = into[name]
    if (memory?.length !== sizeOf(shape) || memory instanceof Int32Array !== (dtype === 'int32'))
      throw new ArgumentError(`runInto: output '${name}' needs memory for ${sizeOf(shape)} numbers of type ${dtype}`)
  }
}
