/** Dropout along time: of each step by itself, or the same in all. */
import type { Shape } from '../../../core/shape.ts'
import { constant, type Tensor } from '../../../graph/tensor.ts'
import { dropout } from '../../../ops/random.ts'
import { broadcastTo } from '../../../ops/structure.ts'
import type { Scope } from '../../scope.ts'

/** x with a share of its values dropped, in training; `name` tells this draw from others of the layer. */
export const dropped = (x: Tensor, rate: number, scope: Scope, name: string): Tensor =>
  rate > 0 && scope.training && scope.step !== undefined
    ? dropout(x, rate, scope.step, { seed: scope.seed, stream: `${scope.path}.${name}` })
    : x

/** What values of this shape are multiplied by to drop the same ones in all steps; undefined where none are. */
export const dropMask = (shape: Shape, rate: number, scope: Scope, name: string): Tensor | undefined =>
  rate > 0 && scope.training && scope.step !== undefined
    ? dropped(broadcastTo(constant(1), shape), rate, scope, name)
    : undefined
