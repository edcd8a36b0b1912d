/** What is said of a file: of weights, of a model, or of arrays. */
import type { Shape } from '../core/shape.ts'
import type { Hdf5Source } from '../formats/hdf5.ts'
import type { ModelCard } from '../train/model-card.ts'
import type { WeightsFileOptions } from '../train/weights-file.ts'
import type { Preprocessing } from '../vision/preprocessing.ts'

export interface InspectOptions extends WeightsFileOptions {
  /** The package h5wasm, for files of Keras: `() => import('h5wasm')`, or what that gives; Node finds an installed one itself. */
  readonly hdf5?: Hdf5Source
}

/** A tensor as the file lists it. */
export interface FileTensor {
  readonly name: string
  /** Of its elements as they are stored, as NumPy names it, or as the format does where NumPy has none. */
  readonly type: string
  readonly shape: Shape
}

/** An input or output of a graph. */
export interface FilePort {
  readonly name: string
  readonly type: string
  /** A size, or the name of one that is open; undefined where the file tells no shape. */
  readonly shape?: readonly (number | string)[]
}

/** An operator of a graph, or a layer of a model. */
export interface FileOperator {
  readonly name: string
  readonly count: number
  /** Whether Gentle computes it. */
  readonly known: boolean
}

/** A network of Gentle that weights fit. */
export interface FittingNetwork {
  readonly name: string
  readonly classes: number
}

/** What Gentle can do with a file. */
export type FileUse =
  | { readonly as: 'model' }
  /** Weights of these networks, where there are any; of others as a program builds them. */
  | { readonly as: 'weights'; readonly networks: readonly FittingNetwork[] }
  | { readonly as: 'arrays' }
  | { readonly as: 'nothing'; readonly reason: string }

export interface FileContent {
  /** Such as `safetensors` or `ONNX`. */
  readonly format: string
  readonly bytes: number
  readonly tensors: readonly FileTensor[]
  /** What else it says of itself, such as its opset or the epoch of a checkpoint. */
  readonly facts: Readonly<Record<string, string>>
  readonly inputs?: readonly FilePort[]
  readonly outputs?: readonly FilePort[]
  /** The most frequent first. */
  readonly operators?: readonly FileOperator[]
  /** How many of its layers compute in 8 bits, of a network that does. */
  readonly quantized?: number
  /** Names of classes, in the order of the outputs. */
  readonly classes?: readonly string[]
  /** What is done to a picture before the model sees it. */
  readonly preprocessing?: Preprocessing
  /** What its model was trained for, where Gentle wrote it. */
  readonly task?: string
  /** Where its model comes from, and how good it is, where Gentle wrote it. */
  readonly card?: ModelCard
  readonly use: FileUse
}

/** Names with how often they occur, the most frequent first. */
export function counted(names: readonly string[], isKnown: (name: string) => boolean): FileOperator[] {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts]
    .map(([name, count]) => ({ name, count, known: isKnown(name) }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
}
