/** The messages of an ONNX file, as far as networks need them (onnx.proto of ONNX, https://github.com/onnx/onnx, IR version 10). */

/** What a tensor's elements are; the numbers of TensorProto.DataType. */
export const dataTypes = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  double: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const

export interface OnnxTensor {
  readonly name: string
  readonly shape: readonly number[]
  /** One of `dataTypes`. */
  readonly dataType: number
  /** Row-major; integers beyond 2^53 are rounded. */
  readonly data: Float32Array | Float64Array | Int32Array | readonly number[]
}

/** What an attribute holds that is read no further: a kind of value that no operator here takes. */
export interface UnreadAttribute {
  readonly unread: string
}

export type OnnxAttribute =
  | number
  | string
  | readonly number[]
  | readonly string[]
  | OnnxTensor
  | OnnxGraph
  | UnreadAttribute

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
  /** Undefined where the file tells none. */
  readonly shape?: readonly (number | string)[]
  /** One of `dataTypes`; 0 where the value is not a tensor, or the file does not tell. */
  readonly dataType: number
  /** What it is, where it is not a tensor: such as 'sequence'. */
  readonly kind?: string
}

export interface OnnxGraph {
  readonly name: string
  readonly nodes: readonly OnnxNode[]
  readonly initializers: readonly OnnxTensor[]
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
}

/** A whole file. */
export interface OnnxFile {
  readonly graph: OnnxGraph
  /** The version of each set of operators, by its domain; '' is ONNX's own. */
  readonly opsets: Readonly<Record<string, number>>
  readonly irVersion: number
  /** The program that wrote it, such as 'pytorch 2.4.0'; '' where it does not say. */
  readonly producer: string
  readonly metadata: Readonly<Record<string, string>>
}
