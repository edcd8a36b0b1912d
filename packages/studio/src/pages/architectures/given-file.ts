/** A file that somebody gives, and its weights. It is hostile until it is read. */
import { GentleError, type Shape } from 'gentle-dl'
import { type FileContent, inspectFile, type TensorValues, tensorValues } from 'gentle-dl/inspect'
import type { Pixels } from '../../engine/pixels.ts'
import { bytesText } from '../../parts/quantity.ts'
import { weightPicture } from './weight-picture.ts'

/** A file that the page does not read. */
export class GivenFileError extends GentleError {}

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

const weightsName = /(^|\/)weights\/(best|last)\.safetensors$/

/**
 * The file that is meant: the only one, or the best weights of a run folder, the last where there are no best.
 * @throws GivenFileError for several files that are no run folder.
 */
export function meantFile<Found extends { readonly path: string }>(files: readonly Found[]): Found {
  if (files.length === 1) return files[0]
  const found = files.filter(({ path }) => weightsName.test(path)).sort((a, b) => (a.path < b.path ? -1 : 1))
  if (found.length === 0)
    throw new GivenFileError(
      `${files.length} files without weights/best.safetensors; expected one file of weights or of a model, or the folder of a run`,
    )
  return found[0]
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
    const content = await inspectFile({ name, bytes })
    const { format, tensors, use } = content
    if (format.startsWith('Keras') && use.as === 'nothing')
      throw new GivenFileError(
        `'${name}' is a file of Keras (${format}), which a page does not read; open it with gentle show, or save it with gentle export`,
      )
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

  /** @throws GivenFileError for a tensor that there is not; FormatError for values that are not read. */
  async look(name: string): Promise<TensorSight> {
    this.#values ??= tensorValues({ name: this.name, bytes: this.bytes })
    const tensor = (await this.#values).get(name)
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
