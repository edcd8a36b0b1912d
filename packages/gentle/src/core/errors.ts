/** The errors that Gentle throws. Each message is one line: what is wrong, where, what was expected, what to do. */
import { onOneLine } from './printable.ts'

/** An error of Gentle. Control characters in its message, which texts of files may have brought, are shown as their numbers. */
export class GentleError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(onOneLine(message), options)
    this.name = new.target.name
  }
}

/** Shapes that do not fit an op or a layer. */
export class ShapeError extends GentleError {}

/** An argument or option outside what is allowed. */
export class ArgumentError extends GentleError {}

/** A data set that is missing, broken or inconsistent. */
export class DataError extends GentleError {}

/** Classes of data that are others than those of the model that it is for. */
export class ClassesError extends GentleError {
  /** Names that only the data has. */
  readonly unknown: readonly string[]
  /** Names that only the model has. */
  readonly missing: readonly string[]
  constructor(message: string, unknown: readonly string[] = [], missing: readonly string[] = []) {
    super(message)
    this.unknown = unknown
    this.missing = missing
  }
}

/** A file whose bytes do not follow its format. */
export class FormatError extends GentleError {}

/** A file that could not be written, such as a checkpoint on a full disk. What the file held before is as it was. */
export class StorageError extends GentleError {
  /** The file. */
  readonly path: string
  /** @param options `cause`: the system's error */
  constructor(message: string, path: string, options?: ErrorOptions) {
    super(message, options)
    this.path = path
  }
}

/** How a file's weights and a model's go together, by name. */
export interface WeightsMismatch {
  /** Weights of the model that the file does not have. */
  readonly missing: readonly string[]
  /** Tensors of the file that the model does not have. */
  readonly unexpected: readonly string[]
  /** Weights that the file has with another shape, or not as floating-point numbers. */
  readonly shapeMismatch: readonly string[]
}

/** Weights that do not fit the model they are loaded into. */
export class WeightsError extends GentleError {
  /** All that differs, of which the message tells some. */
  readonly mismatch: WeightsMismatch | undefined
  constructor(message: string, mismatch?: WeightsMismatch) {
    super(message)
    this.mismatch = mismatch
  }
}

/** A program that needs more memory than the backend can address. */
export class MemoryError extends GentleError {}

/** A backend that computes no more: it was closed, or one of its threads failed. Its variables can still be read. */
export class BackendError extends GentleError {}

/** A training loss that became NaN or infinite. */
export class DivergenceError extends GentleError {
  /** The step, counted from 1, whose loss was not finite. */
  readonly step: number
  /** @param options `cause`: a DataError, where the data is why */
  constructor(message: string, step: number, options?: ErrorOptions) {
    super(message, options)
    this.step = step
  }
}

/** A training's state that belongs to another training: of another network, data set, optimizer, seed or the like. */
export class TrainingStateError extends GentleError {
  /** What differs, such as `batchSize`; `restore` accepts each of them by name. */
  readonly changed: readonly string[]
  constructor(message: string, changed: readonly string[]) {
    super(message)
    this.changed = changed
  }
}

/** Processes that train together which are not alike, cannot hear each other, or were not started as they have to be. */
export class DistributedError extends GentleError {}

/** A broken promise of Gentle's own code: a graph or plan that the verifier refuses. Please report it. */
export class InternalError extends GentleError {}
