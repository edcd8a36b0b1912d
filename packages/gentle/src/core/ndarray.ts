import type { DType, TypedArray } from './dtype.ts'
import type { Shape } from './shape.ts'

/** Values on the host, row-major. */
export interface NDArray<Data extends TypedArray = TypedArray> {
  readonly shape: Shape
  readonly dtype: DType
  readonly data: Data
}
