/**
 * Ops as methods of tensors: `x.mul(2).add(y)` is `add(mul(x, 2), y)`. Tensors stand in a room below that of the ops, and a page that trains
 * needs few of these; so they are put there by the entry `gentle-dl/ops` when it is loaded, and by nothing else. package.json tells bundlers
 * that this entry, of all files, has a side effect. Their types are there with that entry, too.
 */
import type { DType } from '../core/dtype.ts'
import type { Shape } from '../core/shape.ts'
import { Tensor } from '../graph/tensor.ts'
import { logSoftmax, relu, sigmoid, softmax, tanh } from './activations.ts'
import type { Value } from './elementwise.ts'
import * as elementwise from './elementwise.ts'
import { matmul } from './matmul.ts'
import { type Axes, argmax, argmin, type KeepDims, max, mean, min, prod, sum } from './reduce.ts'
import { expandDims, split, squeeze, unstack } from './split-stack.ts'
import { broadcastTo, reshape, slice, transpose } from './structure.ts'

/** Each is the op of its name on the tensor itself; what the op says of its operands and errors holds. */
export interface TensorMethods {
  abs(): Tensor
  add(y: Value): Tensor
  argmax(axis?: number): Tensor
  argmin(axis?: number): Tensor
  broadcastTo(shape: Shape): Tensor
  cast(dtype: DType): Tensor
  div(y: Value): Tensor
  equal(y: Value): Tensor
  exp(): Tensor
  expandDims(axes: number | readonly number[]): Tensor
  floorDiv(y: Value): Tensor
  greater(y: Value): Tensor
  greaterEqual(y: Value): Tensor
  less(y: Value): Tensor
  lessEqual(y: Value): Tensor
  log(): Tensor
  logSoftmax(axis?: number): Tensor
  matmul(y: Tensor, options?: { readonly transposeA?: boolean; readonly transposeB?: boolean }): Tensor
  max(axes?: Axes, options?: KeepDims): Tensor
  maximum(y: Value): Tensor
  mean(axes?: Axes, options?: KeepDims): Tensor
  min(axes?: Axes, options?: KeepDims): Tensor
  minimum(y: Value): Tensor
  mod(y: Value): Tensor
  mul(y: Value): Tensor
  neg(): Tensor
  notEqual(y: Value): Tensor
  pow(exponent: Value): Tensor
  prod(axes?: Axes, options?: KeepDims): Tensor
  relu(): Tensor
  reshape(shape: Shape): Tensor
  sigmoid(): Tensor
  sign(): Tensor
  slice(starts: readonly number[], sizes: Shape, options?: { readonly strides?: readonly number[] }): Tensor
  softmax(axis?: number): Tensor
  split(sizesOrCount: number | readonly number[], axis?: number): Tensor[]
  sqrt(): Tensor
  squeeze(axes?: number | readonly number[]): Tensor
  stopGradient(): Tensor
  sub(y: Value): Tensor
  sum(axes?: Axes, options?: KeepDims): Tensor
  tanh(): Tensor
  transpose(order?: readonly number[]): Tensor
  unstack(axis?: number): Tensor[]
}

declare global {
  interface GentleTensorMethods extends TensorMethods {}
}

const { abs, add, cast, div, equal, exp, floorDiv, greater, greaterEqual, less, lessEqual, log } = elementwise
const { maximum, minimum, mod, mul, neg, notEqual, pow, sign, sqrt, stopGradient, sub } = elementwise

/** The functions behind the methods. */
const functions: {
  readonly [Name in keyof TensorMethods]: (
    x: Tensor,
    ...rest: Parameters<TensorMethods[Name]>
  ) => ReturnType<TensorMethods[Name]>
} = {
  ...{ abs, add, argmax, argmin, broadcastTo, cast, div, equal, exp, expandDims, floorDiv, greater, greaterEqual },
  ...{ less, lessEqual, log, logSoftmax, matmul, max, maximum, mean, min, minimum, mod, mul, neg, notEqual, pow },
  ...{ prod, relu, reshape, sigmoid, sign, slice, softmax, split, sqrt, squeeze, stopGradient, sub, sum, tanh },
  ...{ transpose, unstack },
}

/** Gives all tensors the methods. */
export function installMethods(): void {
  for (const [name, of] of Object.entries<(x: Tensor, ...rest: never[]) => Tensor | Tensor[]>(functions))
    Object.defineProperty(Tensor.prototype, name, {
      configurable: true,
      writable: true,
      value(this: Tensor, ...rest: never[]) {
        return of(this, ...rest)
      },
    })
}
