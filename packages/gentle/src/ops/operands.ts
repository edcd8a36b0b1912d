import { ShapeError } from '../core/errors.ts'
import type { Signature } from '../graph/op.ts'

/**
 * Refuses integers where an op computes with floats.
 * @throws ShapeError
 */
export function requireFloat32(operands: readonly Signature[], where: string): void {
  for (const { dtype } of operands)
    if (dtype !== 'float32')
      throw new ShapeError(`${where}: an operand is ${dtype}; expected float32, use cast(x, 'float32')`)
}

/**
 * Refuses floats where an op computes with integers.
 * @throws ShapeError
 */
export function requireInt32(operands: readonly Signature[], where: string): void {
  for (const { dtype } of operands)
    if (dtype !== 'int32')
      throw new ShapeError(`${where}: an operand is ${dtype}; expected int32, use cast(x, 'int32')`)
}

/**
 * Refuses operands of unlike element types: which one is meant is for the user to say.
 * @throws ShapeError
 */
export function requireAlike([first, ...rest]: readonly Signature[], where: string): void {
  for (const { dtype } of rest)
    if (dtype !== first.dtype)
      throw new ShapeError(
        `${where}: operands are ${first.dtype} and ${dtype}; expected one type, use cast(x, 'float32') or cast(x, 'int32')`,
      )
}
