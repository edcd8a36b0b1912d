/** The messages of an ONNX file, as far as networks need them (onnx.proto of ONNX, https://github.com/onnx/onnx, IR version 8). */

/** What a tensor's elements are; the numbers of TensorProto.DataType. */
export const dataTypes = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10, double: 11 } as const

export interface OnnxTensor {
  readonly name: string
  readonly shape: readonly number[]
  /** One of `dataTypes`. */
  readonly dataType: number
  /** Row-major; integers beyond 2^53 are rounded. */
  readonly data: Float32Array | Int32Array | readonly number[]
}

export type OnnxAttribute = number | string | readonly number[] | OnnxTensor

export interface OnnxNode {
  readonly name: string
  readonly operator: string
  /** '' for ONNX's own operators. */
  readonly domain: string
  /** Names of values; '' for an optional one that is left out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, OnnxAttribute>>
}

/** An input or output of the graph; a size is a number, or the name of one that is not fixed. */
export interface OnnxValue {
  readonly name: string
  readonly shape: readonly (number | string)[]
  readonly dataType: number
}

export interface OnnxGraph {
  readonly name: string
  readonly nodes: readonly OnnxNode[]
  readonly initializers: readonly OnnxTensor[]
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
}
