/** Files of torch.save (PyTorch, "Serialization semantics"). They come from anywhere: they are read as data, nothing in them is run. */
import type { StoredTensor } from '../elements.ts'
import { type Fail, failing, printable, quoted } from '../failure.ts'
import { fileKind, kindBytes, otherKind } from '../file-kind.ts'
import { readArchive, type Saved } from './archive.ts'
import { classNames } from './class-names.ts'
import { readLegacy } from './legacy.ts'
import { PickleName, PickleObject, type PickleValue } from './pickle.ts'
import { chooseWeights, isModule, itemsOf, tensorsOf } from './state-dict.ts'
import { isTensor, type PickledTensor } from './tensor.ts'

/** Tensors can share a storage, as tied weights do, and be longer than it; all of them can be this many times the file. */
const maxSharing = 4

/** Names of tensors can share their beginnings; all of them can be this many times the pickle. */
const maxNaming = 16

const advice = "save the weights alone: torch.save(model.state_dict(), 'x.pth')"

export interface PyTorchOptions {
  /** The key of the weights that are read, where a checkpoint has several, such as `state_dict`; or what their names begin with, such as `teacher`. */
  readonly key?: string
}

export interface PyTorchFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>
  /** The key under which the file has these tensors, such as `state_dict_ema`; '' where they are all of it. */
  readonly key: string
  /** Keys of other weights that it has. */
  readonly others: readonly string[]
  /** The class of the network, where it was saved as a whole. */
  readonly network?: string
  /** Names of classes, where a checkpoint has them beside its weights, under `classes`, `class_names`, `class_to_idx` or the like. */
  readonly classes?: readonly string[]
}

/**
 * Reads the tensors of a file that `torch.save` wrote, whatever its name, of PyTorch before or since version 1.6, with the types of
 * `readSafetensors`: floats of any width as float32; integers, which must fit int32, and booleans as int32. Values are not copied where they are
 * aligned, contiguous and need no conversion.
 *
 * Of a checkpoint the weights alone are read: averages of them (EMA) under `state_dict_ema`, `model_ema` and the like, where they are averages of
 * all, else those under `state_dict`, `model_state_dict`, `model` and the like, else all there is but optimizers. A network that was saved as a
 * whole gives what its `state_dict()` would. Tensors deeper within have names joined by dots, as in `encoder.0.weight`. Other values but
 * names of classes are left out, and objects of classes of Python are passed over, never made. `name` stands in messages.
 * @throws FormatError for a file that is cut off or broken, of another format or TorchScript, without the key that is asked for, and for weights
 * that are not plain tensors: sparse, quantised or complex ones.
 */
export function readPyTorch(bytes: Uint8Array, name = 'PyTorch file', options: PyTorchOptions = {}): PyTorchFile {
  const fail: Fail = failing(name)
  const { tensors, key, others, network, classes } = listPyTorch(bytes, fail, options)
  return {
    tensors: readAll(tensors, maxSharing * bytes.length, fail),
    key,
    others,
    ...(network === undefined ? {} : { network }),
    ...(classes === undefined ? {} : { classes }),
  }
}

/** A file's tensors without their values, and all that it holds. */
export interface PyTorchListing extends Omit<PyTorchFile, 'tensors'> {
  readonly tensors: ReadonlyMap<string, PickledTensor>
  readonly root: PickleValue
  /** Whether it is of the format before version 1.6. */
  readonly isLegacy: boolean
}

export function listPyTorch(bytes: Uint8Array, fail: Fail, options: PyTorchOptions = {}): PyTorchListing {
  const { root, pickled, isLegacy } = readSaved(bytes, fail)
  const { value, key, others, part } = chooseWeights(root, options.key, fail)
  if (itemsOf(value) === undefined)
    return fail(`holds ${kindOf(value)}, which is not a dictionary of tensors; ${advice}`)
  const all = tensorsOf(value, maxNaming * pickled, advice, fail)
  const tensors = part === undefined ? all : namesBelow(all, part)
  const classes = isModule(root) ? undefined : classNames(itemsOf(root) ?? [])
  return {
    tensors,
    key: part ?? key,
    others,
    root,
    isLegacy,
    ...(isModule(value) ? { network: value.name } : {}),
    ...(classes === undefined ? {} : { classes }),
  }
}

/** Tensors whose names begin with a part's, without that. */
const namesBelow = (tensors: ReadonlyMap<string, PickledTensor>, part: string): Map<string, PickledTensor> =>
  new Map(
    [...tensors].flatMap(([name, tensor]) =>
      name.startsWith(`${part}.`) ? [[name.slice(part.length + 1), tensor] as const] : [],
    ),
  )

/** What torch.save was given. */
function readSaved(bytes: Uint8Array, fail: Fail): Saved & { readonly isLegacy: boolean } {
  const kind = fileKind(bytes.subarray(0, kindBytes))
  if (kind === 'zip') return { ...readArchive(bytes, advice, fail), isLegacy: false }
  if (kind === 'legacyPyTorch') return { ...readLegacy(bytes, fail), isLegacy: true }
  return fail(`${otherKind(bytes)}; expected a file of torch.save`)
}

function kindOf(value: PickleValue): string {
  if (isTensor(value)) return 'a tensor'
  if (value instanceof PickleObject || value instanceof PickleName) return `a ${printable(value.name)}`
  return Array.isArray(value) ? 'a list' : 'something'
}

/** The tensors' values. `max` bounds their bytes together, for strides of 0 make much of little. */
function readAll(pickled: ReadonlyMap<string, PickledTensor>, max: number, fail: Fail): Map<string, StoredTensor> {
  const read = new Map<PickledTensor, StoredTensor>()
  const tensors = new Map<string, StoredTensor>()
  let spent = 0
  for (const [name, tensor] of pickled) {
    let values = read.get(tensor)
    if (values === undefined) {
      spent += tensor.bytes
      // Sizes that overflow are NaN, which is not within bounds either.
      if (!(tensor.bytes <= max / maxSharing && spent <= max))
        fail(
          `tensor ${quoted(name)} needs ${tensor.bytes} bytes and all until it ${spent}, but the file has ${max / maxSharing}; an expanded tensor must be saved as tensor.contiguous()`,
        )
      values = tensor.read((problem) => fail(`tensor ${quoted(name)} ${problem}`))
      read.set(tensor, values)
    }
    tensors.set(name, values)
  }
  return tensors
}
