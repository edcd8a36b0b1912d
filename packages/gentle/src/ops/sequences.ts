/** Sequences [N, C, L], such as sound: the kernels of images take them as images of one row, which costs nothing. */
import { ShapeError } from '../core/errors.ts'
import { formatShape } from '../core/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { reshape } from './structure.ts'

/** @throws ShapeError for a tensor of another rank. */
export function requireSequences(x: Tensor, where: string): void {
  if (x.shape.length !== 3)
    throw new ShapeError(`${where}: sequences have shape ${formatShape(x.shape)}; expected [N, C, L]`)
}

/** [N, C, L] as [N, C, 1, L]. */
export const asImages = (x: Tensor): Tensor => reshape(x, x.shape.toSpliced(2, 0, 1))

/** [N, C, 1, L] as [N, C, L]. */
export const asSequences = (x: Tensor): Tensor => reshape(x, x.shape.toSpliced(2, 1))
