/** HDF5 files by h5wasm, the HDF5 library itself as WebAssembly (https://github.com/usnistgov/h5wasm): what is asked of it. */
import { bfloat16, type StoredTensor } from './elements.ts'
import { type Fail, printable } from './failure.ts'
import { checkHeaps } from './hdf5-heaps.ts'

/** The package h5wasm, as `import('h5wasm')` gives it, or what gives that when a file needs it. */
export type Hdf5Source = Hdf5Package | (() => Promise<Hdf5Package>)

/** The package h5wasm, as `import('h5wasm')` gives it. */
export interface Hdf5Package {
  readonly ready: Promise<Hdf5Module>
  readonly File: new (name: string, mode: 'r') => Hdf5Group & { close(): unknown }
}

interface Hdf5Module {
  readonly FS: Hdf5Files
  /** Lets what is wrong be thrown; it is printed unless asked for. */
  activate_throwing_error_handler(): unknown
}

/** Its file system in memory. */
interface Hdf5Files {
  writeFile(name: string, bytes: Uint8Array): void
  unlink(name: string): void
}

interface Hdf5Group {
  readonly attrs: Readonly<Record<string, { readonly value: unknown }>>
  keys(): string[]
  get(name: string): unknown
}

interface Hdf5Dataset {
  readonly attrs: Hdf5Group['attrs']
  readonly shape: readonly number[] | null
  readonly dtype: unknown
  readonly value: unknown
}

/** What a file holds, read whole. */
export interface Hdf5Content {
  /** Attributes of each group, by its path; '' is the file's own. */
  readonly attributes: ReadonlyMap<string, Readonly<Record<string, unknown>>>
  /** Arrays of numbers by their paths; those of a kind that is not read give what it is. */
  readonly arrays: ReadonlyMap<string, StoredTensor | { readonly kind: string }>
}

const isGroup = (value: unknown): value is Hdf5Group =>
  typeof value === 'object' && value !== null && 'keys' in value && typeof value.keys === 'function'

let files = 0

/**
 * All groups and arrays of an HDF5 file but those below the paths to skip.
 * `fail` refuses what h5wasm cannot open.
 */
export async function readHdf5(
  bytes: Uint8Array,
  hdf5: Hdf5Package,
  skip: readonly string[],
  fail: Fail,
): Promise<Hdf5Content> {
  checkHeaps(bytes, fail)
  const module = await hdf5.ready
  const { FS } = module
  module.activate_throwing_error_handler()
  const name = `gentle-${files++}.h5`
  FS.writeFile(name, bytes)
  const attributes = new Map<string, Readonly<Record<string, unknown>>>()
  const arrays = new Map<string, StoredTensor | { readonly kind: string }>()
  const walk = (group: Hdf5Group, path: string): void => {
    attributes.set(path, Object.fromEntries(Object.entries(group.attrs).map(([key, { value }]) => [key, value])))
    for (const key of group.keys()) {
      const at = path === '' ? key : `${path}/${key}`
      if (skip.includes(at)) continue
      const child = group.get(key)
      if (isGroup(child)) walk(child, at)
      else arrays.set(at, arrayOf(child as Hdf5Dataset))
    }
  }
  try {
    const file = new hdf5.File(name, 'r')
    try {
      walk(file, '')
    } finally {
      file.close()
    }
  } catch (cause) {
    fail(`its HDF5 file cannot be read: ${printable(reasonOf((cause as Error).message))}`, cause)
  } finally {
    FS.unlink(name)
  }
  return { attributes, arrays }
}

/** The innermost of the library's reasons, which it tells from the outermost on. */
function reasonOf(message: string): string {
  const reasons = [...message.matchAll(/^\s*#\d+: .*?\(\): (.*)$/gm)]
  return reasons.at(-1)?.[1] ?? message.split('\n')[0]
}

function arrayOf({ attrs, shape, value, dtype }: Hdf5Dataset): StoredTensor | { readonly kind: string } {
  const kind = String(dtype)
  const sizes = shape ?? []
  const marked = attrs.dtype?.value
  if (marked === 'bfloat16' && ArrayBuffer.isView(value)) {
    const words = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    return { shape: sizes, dtype: 'float32', data: bfloat16.read(words, () => refuse()) as Float32Array }
  }
  if (value instanceof Float32Array) return { shape: sizes, dtype: 'float32', data: value }
  if (value instanceof Float64Array) return { shape: sizes, dtype: 'float32', data: Float32Array.from(value) }
  // Scalars come as numbers.
  if (typeof value === 'number' && /f|d|e/.test(kind))
    return { shape: sizes, dtype: 'float32', data: Float32Array.of(value) }
  return { kind }
}

const refuse = (): never => {
  throw new Error('halves are always read')
}
