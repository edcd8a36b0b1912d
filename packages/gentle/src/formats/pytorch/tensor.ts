/**
 * Tensors as torch.save pickles them (PyTorch, torch/_utils.py: `_rebuild_tensor_v2`; torch/serialization.py: `persistent_id`): a view of
 * a storage by offset, sizes and strides, and storages by the key of a file beside the pickle.
 */
import { type Shape, sizeOf } from '../../core/shape.ts'
import {
  bfloat16,
  bool,
  type ElementType,
  float16,
  float32,
  float64,
  int8,
  int16,
  int32,
  int64,
  type StoredTensor,
  storedTensor,
  uint8,
} from '../elements.ts'
import { type Fail, isCount, quoted, shown } from '../failure.ts'
import { rowMajor } from '../strided.ts'
import {
  PickleDictionary,
  type PickleFunction,
  PickleName,
  type PickleNames,
  PickleObject,
  type PickleValue,
} from './pickle.ts'

/** The classes of storages that are read. */
const storageTypes: Readonly<Record<string, ElementType>> = {
  'torch.FloatStorage': float32,
  'torch.DoubleStorage': float64,
  'torch.HalfStorage': float16,
  'torch.BFloat16Storage': bfloat16,
  'torch.LongStorage': int64,
  'torch.IntStorage': int32,
  'torch.ShortStorage': int16,
  'torch.CharStorage': int8,
  'torch.ByteStorage': uint8,
  'torch.BoolStorage': bool,
}

/** PyTorch's own bound of a tensor's axes. */
const maxAxes = 64

/** A run of elements that tensors are views of. */
export class Storage {
  readonly type: ElementType
  readonly length: number
  /** Its elements; undefined until they are found, which in the older format stand behind the pickle. */
  bytes: Uint8Array | undefined

  constructor(type: ElementType, length: number, bytes?: Uint8Array) {
    this.type = type
    this.length = length
    this.bytes = bytes
  }
}

/** A tensor of the pickle, checked: its elements lie within its storage. */
export class PickledTensor {
  readonly #storage: Storage
  readonly #offset: number
  readonly #strides: readonly number[]
  readonly shape: Shape

  constructor(storage: Storage, offset: number, shape: Shape, strides: readonly number[]) {
    this.#storage = storage
    this.#offset = offset
    this.shape = shape
    this.#strides = strides
  }

  /** Of its values as they are stored. */
  get bytes(): number {
    return this.#storage.type.bytes * sizeOf(this.shape)
  }

  /** Its type as it is stored. */
  get type(): ElementType {
    return this.#storage.type
  }

  read(fail: Fail): StoredTensor {
    const { type, bytes } = this.#storage
    if (bytes === undefined) return fail('is a view of a storage that the file does not have')
    const from = this.#offset * type.bytes
    return storedTensor(type, this.shape, rowMajor(bytes.subarray(from), type.bytes, this.shape, this.#strides), fail)
  }
}

/** Finds a storage by its key; `fail` refuses one that is not there or of another length. */
export type StorageOf = (key: string, type: ElementType, length: number, fail: Fail) => Storage

/** A dictionary, of nothing or, as Python 2 made it, of pairs. */
function dictionaryOf([pairs]: readonly PickleValue[], fail: Fail): PickleDictionary {
  const dictionary = new PickleDictionary()
  if (pairs === undefined) return dictionary
  if (!Array.isArray(pairs) || !pairs.every((pair) => Array.isArray(pair) && pair.length === 2))
    return fail('holds a collections.OrderedDict that is not made of pairs')
  for (const [key, value] of pairs) dictionary.items.push(key, value)
  return dictionary
}

/** What the names in a pickle of torch.save stand for. */
export function torchNames(storageOf: StorageOf, fail: Fail): PickleNames {
  const parameter: PickleFunction = ([tensor]) =>
    isTensor(tensor) ? tensor : fail('holds a parameter that is not a tensor')
  // Protocol 2 has no sets of its own.
  const set: PickleFunction = ([entries = []]) =>
    Array.isArray(entries) ? entries : fail('holds a set of what is not a list')
  const functions: Readonly<Record<string, PickleFunction>> = {
    'builtins.set': set,
    '__builtin__.set': set,
    'collections.OrderedDict': (parameters) => dictionaryOf(parameters, fail),
    'collections.defaultdict': () => new PickleDictionary(),
    'torch.Size': ([sizes]) => (isShape(sizes) ? sizes : fail(`holds a torch.Size of ${shown(sizes)}`)),
    'torch._utils._rebuild_tensor': (parameters) => rebuildTensor(parameters, 4, fail),
    'torch._utils._rebuild_tensor_v2': (parameters) => rebuildTensor(parameters, 6, fail),
    'torch._utils._rebuild_parameter': parameter,
    'torch._utils._rebuild_parameter_with_state': parameter,
    // Tensors of a class of their own: a function, the class, its parameters, and attributes.
    'torch._tensor._rebuild_from_type_v2': ([rebuild, , parameters]) =>
      typeof rebuild === 'function' && Array.isArray(parameters)
        ? rebuild(parameters)
        : new PickleObject('torch._tensor._rebuild_from_type_v2'),
  }
  return {
    named: (name) => {
      if (Object.hasOwn(functions, name)) return functions[name]
      return Object.hasOwn(storageTypes, name) ? storageTypes[name] : undefined
    },
    persistent: (key) => findStorage(key, storageOf, fail),
  }
}

/** A tensor, or what stands for one that is not read. */
export const isTensor = (value: PickleValue | undefined): value is PickledTensor | PickleObject =>
  value instanceof PickledTensor || (value instanceof PickleObject && makesTensors(value.name))

/** Whether code of this name makes tensors or the storages that they are views of. */
const makesTensors = (name: string): boolean => /^torch\..*(_rebuild_|Storage$)/.test(name)

const knownTypes: ReadonlySet<unknown> = new Set(Object.values(storageTypes))

/**
 * A storage's key: ('storage', class, name of its file, device, number of elements), and in the older format its part, if it is one. The device
 * does not matter here.
 */
function findStorage(id: PickleValue, storageOf: StorageOf, fail: Fail): Storage | PickleObject {
  const [kind, type, key, , length, part = null] = Array.isArray(id) ? id : []
  if (kind === 'storage' && type instanceof PickleName) return new PickleObject(type.name)
  if (kind !== 'storage' || !knownTypes.has(type) || !isStorageKey(key) || !isCount(length) || part !== null)
    return fail(`refers to ${shown(id)} beside its pickle; expected a storage's type, key and length`)
  return storageOf(key, type as ElementType, length, fail)
}

/** The bytes of a storage as long as the pickle says. */
export function checkedStorage(key: string, type: ElementType, length: number, bytes: Uint8Array, fail: Fail): Storage {
  const needed = length * type.bytes
  if (bytes.length !== needed)
    fail(`storage ${quoted(key)} of ${length} elements has ${bytes.length} bytes; expected ${needed}`)
  return new Storage(type, length, bytes)
}

/** From (storage, offset, sizes, strides) and, of a sixth on, (requires gradient, hooks). */
function rebuildTensor(parameters: readonly PickleValue[], expected: number, fail: Fail): PickledTensor | PickleObject {
  const [storage, offset, shape, strides] = parameters
  if (storage instanceof PickleObject) return storage
  // A seventh says that the values are to be conjugated or negated.
  if (
    parameters.length !== expected ||
    !(storage instanceof Storage) ||
    !isCount(offset) ||
    !isShape(shape) ||
    !isShape(strides) ||
    shape.length !== strides.length
  )
    return fail('holds a tensor that is not made of a storage, an offset, at most 64 sizes and as many strides')
  const last = shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis], offset)
  if (!shape.includes(0) && last >= storage.length)
    fail(`holds a tensor ${shown(shape)} that reaches to element ${last} of a storage of ${storage.length}`)
  // Copies: the pickle can still change its own lists.
  return new PickledTensor(storage, offset, [...shape], [...strides])
}

/** Its length is looked at first: the pickle can ask of a long list again and again. */
const isShape = (value: PickleValue | undefined): value is readonly number[] =>
  Array.isArray(value) && value.length <= maxAxes && value.every(isCount)

/** PyTorch numbers the files of storages; the older format has their addresses in memory. */
const isStorageKey = (key: PickleValue): key is string => typeof key === 'string' && /^\d{1,20}$/.test(key)
