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
import { type Fail, isCount, printable, quoted, shown } from '../failure.ts'
import { rowMajor } from '../strided.ts'
import { PickleDictionary, type PickleFunction, type PickleNames, type PickleValue } from './pickle.ts'

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
const mostAxes = 64

class Storage {
  readonly type: ElementType
  readonly bytes: Uint8Array

  constructor(type: ElementType, bytes: Uint8Array) {
    this.type = type
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

  read(fail: Fail): StoredTensor {
    const { type, bytes } = this.#storage
    const from = this.#offset * type.bytes
    return storedTensor(type, this.shape, rowMajor(bytes.subarray(from), type.bytes, this.shape, this.#strides), fail)
  }
}

/**
 * What the names in a pickle of torch.save stand for. `stored` gives the bytes of a storage by its key.
 */
export function torchNames(stored: (key: string) => Uint8Array, fail: Fail): PickleNames {
  const functions: Readonly<Record<string, PickleFunction>> = {
    'collections.OrderedDict': (parameters) =>
      parameters.length === 0
        ? new PickleDictionary()
        : fail('holds a collections.OrderedDict made of a list, which PyTorch does not write'),
    'torch.Size': ([sizes]) => (isShape(sizes) ? sizes : fail(`holds a torch.Size of ${shown(sizes)}`)),
    'torch._utils._rebuild_tensor_v2': (parameters) => rebuildTensor(parameters, fail),
    'torch._utils._rebuild_parameter': ([tensor]) =>
      tensor instanceof PickledTensor ? tensor : fail('holds a parameter that is no tensor'),
  }
  return {
    named: (name) => {
      if (Object.hasOwn(functions, name)) return functions[name]
      if (Object.hasOwn(storageTypes, name)) return storageTypes[name]
      return fail(
        `holds a ${printable(name)}, which is neither a tensor nor a plain container, and is not read for safety; save the weights alone: torch.save(model.state_dict(), 'x.pth')`,
      )
    },
    persistent: (key) => findStorage(key, stored, fail),
  }
}

const knownTypes: ReadonlySet<unknown> = new Set(Object.values(storageTypes))

/** A storage's key: ('storage', class, name of its file, device, number of elements). The device does not matter here. */
function findStorage(id: PickleValue, stored: (key: string) => Uint8Array, fail: Fail): Storage {
  const [kind, type, key, , length] = Array.isArray(id) ? id : []
  if (kind !== 'storage' || !knownTypes.has(type) || !isStorageKey(key) || !isCount(length))
    return fail(`refers to ${shown(id)} beside its pickle; expected a storage's type, key and length`)
  const bytes = stored(key)
  const needed = length * (type as ElementType).bytes
  if (bytes.length !== needed)
    fail(`storage ${quoted(key)} of ${length} elements has ${bytes.length} bytes; expected ${needed}`)
  return new Storage(type as ElementType, bytes)
}

/** From (storage, offset, sizes, strides, requires gradient, hooks). */
function rebuildTensor(parameters: readonly PickleValue[], fail: Fail): PickledTensor {
  const [storage, offset, shape, strides] = parameters
  // A seventh says that the values are to be conjugated or negated.
  if (
    parameters.length !== 6 ||
    !(storage instanceof Storage) ||
    !isCount(offset) ||
    !isShape(shape) ||
    !isShape(strides) ||
    shape.length !== strides.length
  )
    return fail('holds a tensor that is not made of a storage, an offset, at most 64 sizes and as many strides')
  const last = shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis], offset)
  const elements = storage.bytes.length / storage.type.bytes
  if (!shape.includes(0) && last >= elements)
    fail(`holds a tensor ${shown(shape)} that reaches to element ${last} of a storage of ${elements}`)
  // Copies: the pickle can still change its own lists.
  return new PickledTensor(storage, offset, [...shape], [...strides])
}

/** Its length is looked at first: the pickle can ask of a long list again and again. */
const isShape = (value: PickleValue | undefined): value is readonly number[] =>
  Array.isArray(value) && value.length <= mostAxes && value.every(isCount)

/** PyTorch numbers the files of storages. */
const isStorageKey = (key: PickleValue): key is string => typeof key === 'string' && /^\d{1,15}$/.test(key)
