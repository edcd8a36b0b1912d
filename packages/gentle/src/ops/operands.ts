import { ShapeError } from '../core/errors.ts'
import type { Signature } from '../graph/op.ts'

/**
 * Refuses integers where an op computes with floats.
 * @throws ShapeError
 */
export function requireFloat32(operands: readonly Signature[], where: string): void {
  for (const { dtype } of operands)
    if (dtype !== 'float32') throw new ShapeError(`${where}: an operand is ${dtype}; expected float32, use toFloat`)
}
