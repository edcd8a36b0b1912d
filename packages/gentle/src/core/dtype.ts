/** Element types. Comparisons give float32 0 or 1; int32 is for labels, indices and counters. */
export type DType = 'float32' | 'int32'

/** Host storage of tensor values: float64 appears only in the reference backend's double-precision mode. */
export type TypedArray = Float32Array | Float64Array | Int32Array

/** Size of one element in bytes, in every backend's storage. */
export const bytesPerElement = 4
