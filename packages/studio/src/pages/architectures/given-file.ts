/** The weights of a file that somebody gives. It is hostile until it is read. */
import { GentleError, readWeights, type Shape, wasm, weightsOf } from 'gentle-dl'
import { readPyTorch, readSafetensors, type StoredTensor } from 'gentle-dl/formats'
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
  readonly facts: GivenFacts
  readonly #tensors: ReadonlyMap<string, StoredTensor>

  private constructor(name: string, bytes: number, format: string, tensors: ReadonlyMap<string, StoredTensor>) {
    this.#tensors = tensors
    this.facts = { name, bytes, format, tensors: [...tensors].map(([name, { shape }]) => ({ name, shape })) }
  }

  /** @throws GivenFileError for a file that is too large or of another kind; FormatError for one that is broken. */
  static async open(name: string, file: Blob): Promise<GivenFile> {
    if (file.size > mostBytes)
      throw new GivenFileError(`'${name}' has ${bytesText(file.size)}; a page reads at most ${bytesText(mostBytes)}`)
    const bytes = new Uint8Array(await file.arrayBuffer())
    const given = (format: string, tensors: ReadonlyMap<string, StoredTensor>): GivenFile => {
      if (tensors.size === 0) throw new GivenFileError(`'${name}' has no weights; expected at least one tensor`)
      return new GivenFile(name, bytes.length, format, tensors)
    }
    if (/\.onnx$/i.test(name)) return given('ONNX', await onnxWeights(bytes, name))
    // A zip archive, or a pickle: what torch.save writes.
    if ((bytes[0] === 0x50 && bytes[1] === 0x4b) || bytes[0] === 0x80)
      return given('PyTorch', readPyTorch(bytes, name).tensors)
    if (/\.safetensors$/i.test(name)) return given('safetensors', readSafetensors(bytes, name).tensors)
    throw new GivenFileError(
      `'${name}' is of no kind that is read here; expected .safetensors, .onnx, or .pth, .pt or .bin of PyTorch`,
    )
  }

  /** @throws GivenFileError for a tensor that there is not. */
  look(name: string): TensorSight {
    const tensor = this.#tensors.get(name)
    if (tensor === undefined) throw new GivenFileError(`'${this.facts.name}' has no tensor '${name}'`)
    const { data, shape } = tensor
    const picture = weightPicture(data, shape)
    return { name, shape, ...figuresOf(data), ...(picture === undefined ? {} : { picture }) }
  }
}

async function onnxWeights(bytes: Uint8Array, name: string): Promise<Map<string, StoredTensor>> {
  const { loadOnnx } = await import('gentle-dl/onnx')
  const backend = await wasm({ threads: 1 })
  try {
    const model = await (await loadOnnx(bytes, { name, backend })).asModel()
    const values = await readWeights(model)
    return new Map(
      [...weightsOf(model)].map(([weight, { shape }]) => [
        weight,
        { dtype: 'float32', shape, data: values.get(weight)! },
      ]),
    )
  } finally {
    await backend.close()
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
