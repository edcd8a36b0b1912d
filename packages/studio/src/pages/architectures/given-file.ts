/** A file that somebody gives, and its weights. It is hostile until it is read. */
import type { Shape } from 'gentle-dl'
import {
  compareReadFiles,
  type FileComparison,
  type FileContent,
  inspectFile,
  type TensorValues,
  tensorValues,
} from 'gentle-dl/inspect'
import type { Pixels } from '../../engine/pixels.ts'
import { bytesText } from '../../parts/quantity.ts'
import { GivenFileError } from './meant-files.ts'
import { weightPicture } from './weight-picture.ts'

/** Reads Keras' files, 4 MB that are loaded for such a file alone. */
export const hdf5 = () => import('h5wasm')

/** The largest file that is read. */
const mostBytes = 2 ** 29

export interface TensorFacts {
  readonly name: string
  readonly shape: Shape
}

export interface GivenFacts {
  readonly name: string
  readonly format: string
  readonly bytes: number
  readonly tensors: readonly TensorFacts[]
}

export interface Histogram {
  readonly from: number
  readonly to: number
  readonly counts: readonly number[]
}

/** The values of one tensor. */
export interface TensorSight extends TensorFacts {
  readonly mean: number
  readonly deviation: number
  /** Values that are NaN or infinite; the other figures are of the rest. */
  readonly notFinite: number
  readonly histogram?: Histogram
  readonly picture?: { readonly pixels: Pixels; readonly caption: string }
}

export class GivenFile {
  readonly name: string
  readonly bytes: Uint8Array
  readonly content: FileContent
  #values: Promise<TensorValues> | undefined

  private constructor(name: string, bytes: Uint8Array, content: FileContent) {
    this.name = name
    this.bytes = bytes
    this.content = content
  }

  /**
   * @throws GivenFileError for a file that is too large, or has nothing to show; ArgumentError for one of another kind, and for one that needs others beside it;
   * FormatError for one that is broken.
   */
  static async open(name: string, file: Blob): Promise<GivenFile> {
    if (file.size > mostBytes)
      throw new GivenFileError(`'${name}' has ${bytesText(file.size)}; a page reads at most ${bytesText(mostBytes)}`)
    const bytes = new Uint8Array(await file.arrayBuffer())
    const content = await inspectFile({ name, bytes }, { hdf5 })
    const { tensors, use } = content
    if (tensors.length === 0 && use.as !== 'model')
      throw new GivenFileError(
        `'${name}' has no weights${use.as === 'nothing' ? `: ${use.reason}` : ''}; expected at least one tensor`,
      )
    return new GivenFile(name, bytes, content)
  }

  get facts(): GivenFacts {
    const { format, tensors } = this.content
    return {
      name: this.name,
      bytes: this.bytes.length,
      format,
      tensors: tensors.map(({ name, shape }) => ({ name, shape })),
    }
  }

  /** Of all tensors, read when they are first asked for. @throws FormatError for values that are not read. */
  values(): Promise<TensorValues> {
    this.#values ??= tensorValues({ name: this.name, bytes: this.bytes }, { hdf5 })
    return this.#values
  }

  /** What differs between the weights of two files. @throws FormatError for values that are not read. */
  async comparedWith(other: GivenFile): Promise<FileComparison> {
    const read = async (file: GivenFile) => ({ name: file.name, content: file.content, values: await file.values() })
    return compareReadFiles(await read(this), await read(other))
  }

  /** @throws GivenFileError for a tensor that there is not; FormatError for values that are not read. */
  async look(name: string): Promise<TensorSight> {
    const tensor = (await this.values()).get(name)
    if (tensor === undefined) throw new GivenFileError(`the values of '${name}' in '${this.name}' are not read here`)
    const { data, shape } = tensor
    const picture = weightPicture(data, shape)
    return { name, shape, ...figuresOf(data), ...(picture === undefined ? {} : { picture }) }
  }
}

const bins = 40

export function figuresOf(
  data: ArrayLike<number>,
): Pick<TensorSight, 'mean' | 'deviation' | 'notFinite' | 'histogram'> {
  let [from, to, sum, finite] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0]
  for (let i = 0; i < data.length; i++) {
    const value = data[i]
    if (!Number.isFinite(value)) continue
    if (value < from) from = value
    if (value > to) to = value
    sum += value
    finite++
  }
  const notFinite = data.length - finite
  if (finite === 0) return { mean: Number.NaN, deviation: Number.NaN, notFinite }
  const mean = sum / finite
  const counts = new Array<number>(bins).fill(0)
  let squares = 0
  for (let i = 0; i < data.length; i++) {
    const value = data[i]
    if (!Number.isFinite(value)) continue
    squares += (value - mean) ** 2
    counts[to === from ? 0 : Math.min(bins - 1, Math.floor((bins * (value - from)) / (to - from)))]++
  }
  return { mean, deviation: Math.sqrt(squares / finite), notFinite, histogram: { from, to, counts } }
}
