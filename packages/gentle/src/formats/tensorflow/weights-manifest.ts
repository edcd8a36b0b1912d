/**
 * The weights of TensorFlow.js: a manifest in groups, each a list of tensors whose bytes follow one another through the files of the group, as
 * numbers, or as bytes and 16-bit words with a scale (tfjs-core's `io.WeightsManifestConfig`).
 */
import { joined } from '../../core/joined.ts'
import { type Shape, sizeOf } from '../../core/shape.ts'
import { bool, float16, float32, int32, type StoredTensor, storedTensor } from '../elements.ts'
import { type Fail, failing, isCount, quoted } from '../failure.ts'
import { isRecord, parseJson } from './json.ts'

/** The bytes of a file that a manifest names, by its path beside the manifest. */
export type ReadShard = (path: string) => Uint8Array | Promise<Uint8Array>

/** How a tensor's numbers are stored: v is v scale + min, or a half. */
interface Quantization {
  readonly dtype: 'uint8' | 'uint16' | 'float16'
  readonly scale: number
  readonly min: number
}

/** A tensor of a manifest. */
interface WeightEntry {
  readonly name: string
  readonly shape: Shape
  readonly dtype: 'float32' | 'int32' | 'bool'
  readonly quantization?: Quantization
}

interface WeightGroup {
  readonly paths: readonly string[]
  readonly weights: readonly WeightEntry[]
}

const plainTypes = { float32, int32, bool } as const

/** Bytes of a stored number. */
const stored = { uint8: 1, uint16: 2, float16: 2, float32: 4, int32: 4, bool: 1 } as const

/**
 * The tensors of a weights manifest by name, such as face-api ships without a graph.
 * @param manifest its JSON: text in bytes, or what that stands for; a `model.json` has it as `weightsManifest`
 * @param shard gives the bytes of the files that it names
 * @throws FormatError for a manifest that is broken, a type of numbers that is unknown, and files that are too short or too long.
 */
export async function readTensorflowWeights(
  manifest: Uint8Array | object,
  shard: ReadShard,
  name = 'weights manifest',
): Promise<Map<string, StoredTensor>> {
  const fail = failing(name)
  const json = manifest instanceof Uint8Array ? parseJson(manifest, fail) : manifest
  const groups = isRecord(json) && !Array.isArray(json) ? json.weightsManifest : json
  if (!Array.isArray(groups))
    return fail('it has no list of groups of weights; expected weightsManifest, or the list itself')
  const tensors = new Map<string, StoredTensor>()
  for (const group of groups.map((each) => groupFrom(each, fail))) {
    const shards = await Promise.all(group.paths.map(async (path) => shard(path)))
    const bytes = shards.length === 1 ? shards[0] : joined(Uint8Array, shards)
    let at = 0
    for (const entry of group.weights) {
      const { name: tensor, quantization, dtype, shape } = entry
      if (tensors.has(tensor)) fail(`it has ${quoted(tensor)} twice`)
      const end = at + sizeOf(shape) * stored[quantization?.dtype ?? dtype]
      if (end > bytes.length)
        fail(
          `${quoted(tensor)} ends at byte ${end}, but its files ${group.paths.map(quoted).join(', ')} have ${bytes.length}`,
        )
      tensors.set(tensor, decoded(entry, bytes.subarray(at, end), fail))
      at = end
    }
    if (at !== bytes.length)
      fail(
        `its files ${group.paths.map(quoted).join(', ')} have ${bytes.length} bytes, and its weights ${at}; they do not belong together`,
      )
  }
  return tensors
}

function groupFrom(value: unknown, fail: Fail): WeightGroup {
  if (!isRecord(value) || !Array.isArray(value.weights) || !Array.isArray(value.paths))
    return fail('one of its groups of weights has no lists `weights` and `paths`')
  const paths = value.paths.map((path) =>
    typeof path === 'string' ? path : fail('a path of one of its groups of weights is not text'),
  )
  return { paths, weights: value.weights.map((each) => entryFrom(each, fail)) }
}

function entryFrom(value: unknown, fail: Fail): WeightEntry {
  if (!isRecord(value) || typeof value.name !== 'string') return fail('one of its weights has no name')
  const { name, shape, dtype, quantization } = value
  if (!Array.isArray(shape) || !shape.every(isCount)) return fail(`the shape of ${quoted(name)} is not a list of sizes`)
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')
    return fail(`${quoted(name)} is of ${quoted(String(dtype))}; expected float32, int32 or bool`)
  if (quantization === undefined) return { name, shape, dtype }
  if (!isRecord(quantization)) return fail(`the quantization of ${quoted(name)} is not an object`)
  const { dtype: as, scale, min } = quantization
  if (as === 'float16' && dtype === 'float32')
    return { name, shape, dtype, quantization: { dtype: as, scale: 1, min: 0 } }
  if ((as !== 'uint8' && as !== 'uint16') || dtype === 'bool')
    return fail(
      `${quoted(name)}, of ${dtype}, is quantized as ${quoted(String(as))}; expected uint8, uint16 or, of float32, float16`,
    )
  if (!Number.isFinite(scale) || !Number.isFinite(min))
    return fail(`${quoted(name)} is quantized without numbers \`scale\` and \`min\``)
  return { name, shape, dtype, quantization: { dtype: as, scale: scale as number, min: min as number } }
}

function decoded({ shape, dtype, quantization }: WeightEntry, bytes: Uint8Array, fail: Fail): StoredTensor {
  if (quantization === undefined) return storedTensor(plainTypes[dtype], shape, bytes, fail)
  if (quantization.dtype === 'float16') return storedTensor(float16, shape, bytes, fail)
  const { scale, min } = quantization
  const words = quantization.dtype === 'uint8' ? bytes : new Uint16Array(new Uint8Array(bytes).buffer)
  const data = dtype === 'int32' ? new Int32Array(words.length) : new Float32Array(words.length)
  // In double precision before it is rounded, as TensorFlow.js does it.
  const round = dtype === 'int32' ? Math.round : (value: number): number => value
  for (let i = 0; i < words.length; i++) data[i] = round(words[i] * scale + min)
  return { shape, dtype: dtype === 'int32' ? 'int32' : 'float32', data }
}
