/**
 * Files of torch.save (PyTorch, "Serialization semantics"): since version 1.6 a zip archive with a pickle, `archive/data.pkl`, and
 * the bytes of every storage, `archive/data/0` and so on. They come from anywhere: they are read as data, nothing in them is run.
 */
import type { StoredTensor } from '../elements.ts'
import { type Fail, failing, quoted } from '../failure.ts'
import { isZip, readZip, type ZipEntry } from '../zip.ts'
import { PickleDictionary, type PickleValue, unpickle } from './pickle.ts'
import { PickledTensor, torchNames } from './tensor.ts'

/** Where a checkpoint keeps the weights beside the epoch, the optimizer's state and so on. */
const stateDictNames = ['state_dict', 'model_state_dict', 'model']

/** Tensors can share a storage, as tied weights do, and be longer than it; all of them can be this many times the file. */
const mostSharing = 4

/** Names of tensors can share their beginnings; all of them can be this many times the pickle. */
const mostNaming = 16

const deepest = 32

const advice = "save the weights alone: torch.save(model.state_dict(), 'x.pth')"

/**
 * Reads the tensors of a .pth or .pt file that `torch.save` wrote, with the types of `readSafetensors`: floats of any width as
 * float32; integers, which must fit int32, and booleans as int32. Values are not copied where they are aligned, contiguous and need
 * no conversion. Of a checkpoint the dictionary under `state_dict`, `model_state_dict` or `model`, the first that there is, is read
 * alone; else the whole file. Tensors deeper within have names joined by dots, as in `encoder.0.weight`; other values
 * are left out. `name` stands in messages.
 * @throws FormatError for a file that is cut off or broken, that holds more than tensors and plain containers (a whole module, say),
 * that is older than PyTorch 1.6, or that is TorchScript.
 */
export function readPyTorch(bytes: Uint8Array, name = 'PyTorch file'): Map<string, StoredTensor> {
  const fail: Fail = failing(name)
  if (isLegacy(bytes)) fail(`is in the format that PyTorch had before version 1.6; load it in PyTorch and ${advice}`)
  if (!isZip(bytes)) fail(`is no zip archive, which PyTorch's files are since version 1.6; ${advice}`)
  const files = readZip(bytes, fail)
  const archive = findArchive(files, fail)
  const stored = (file: string): Uint8Array => {
    const entry = files.get(archive + file) ?? fail(`its archive has no ${quoted(file)}; it is broken`)
    return entry.isCompressed
      ? fail(`${quoted(file)} in its archive is compressed, which PyTorch does not do; ${advice}`)
      : entry.data
  }
  if (files.has(`${archive}byteorder`) && new TextDecoder().decode(stored('byteorder')) !== 'little')
    fail('was written on a machine whose bytes are in another order; expected little-endian')
  const pickle = stored('data.pkl')
  const root = unpickle(
    pickle,
    torchNames((key) => stored(`data/${key}`), fail),
    fail,
  )
  if (!(root instanceof PickleDictionary))
    return fail(
      `holds ${root instanceof PickledTensor ? 'a tensor' : 'something'} that is no dictionary of tensors; ${advice}`,
    )
  return readAll(tensorsOf(stateDictIn(root), mostNaming * pickle.length, fail), mostSharing * bytes.length, fail)
}

/** The magic number that the older format begins with, pickled: 0x1950a86a20f9469cfc6c. */
const legacyBeginning = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]

const isLegacy = (bytes: Uint8Array): boolean => legacyBeginning.every((byte, i) => bytes[i] === byte)

/** The folder that holds everything, with its slash. */
function findArchive(files: ReadonlyMap<string, ZipEntry>, fail: Fail): string {
  const pickle = [...files.keys()].find((file) => /^[^/]*\/data\.pkl$/.test(file))
  if (pickle === undefined) return fail("its archive has no data.pkl; it is a zip file, but not PyTorch's")
  const archive = pickle.slice(0, -'data.pkl'.length)
  if (files.has(`${archive}constants.pkl`))
    fail(`is a TorchScript archive, which holds code; load it with torch.jit.load and ${advice}`)
  return archive
}

function stateDictIn(root: PickleDictionary): PickleDictionary {
  for (const name of stateDictNames) {
    const within = root.items.find((_, i) => i % 2 === 1 && root.items[i - 1] === name)
    if (within instanceof PickleDictionary) return within
  }
  return root
}

/** All tensors by name. `most` bounds the names' length together: the pickle can name the same container again and again. */
function tensorsOf(root: PickleDictionary, most: number, fail: Fail): Map<string, PickledTensor> {
  const tensors = new Map<string, PickledTensor>()
  let spent = 0
  const visit = (value: PickleValue, name: string, depth: number): void => {
    if (depth > deepest) fail(`its containers are nested more than ${deepest} deep; ${advice}`)
    spent += value instanceof PickledTensor ? 1 + name.length : 1
    if (spent > most) fail(`its pickle names the same containers very many times; ${advice}`)
    const within = (key: string): string => (depth === 0 ? key : `${name}.${key}`)
    if (value instanceof PickledTensor) {
      if (tensors.has(name)) fail(`has two tensors of the name ${quoted(name)}`)
      tensors.set(name, value)
    } else if (value instanceof PickleDictionary)
      for (let i = 0; i < value.items.length; i += 2) visit(value.items[i + 1], within(part(value.items[i])), depth + 1)
    else if (Array.isArray(value))
      value.forEach((entry, i) => {
        visit(entry, within(String(i)), depth + 1)
      })
  }
  visit(root, '', 0)
  return tensors
}

/** A key within a name. State dicts have no keys but text and numbers. */
const part = (key: PickleValue): string => (typeof key === 'string' || typeof key === 'number' ? String(key) : '?')

/** The tensors' values. `most` bounds their bytes together, for strides of 0 make much of little. */
function readAll(pickled: ReadonlyMap<string, PickledTensor>, most: number, fail: Fail): Map<string, StoredTensor> {
  const read = new Map<PickledTensor, StoredTensor>()
  const tensors = new Map<string, StoredTensor>()
  let spent = 0
  for (const [name, tensor] of pickled) {
    let values = read.get(tensor)
    if (values === undefined) {
      spent += tensor.bytes
      // Sizes that overflow are NaN, which is not within bounds either.
      if (!(tensor.bytes <= most / mostSharing && spent <= most))
        fail(
          `tensor ${quoted(name)} needs ${tensor.bytes} bytes and all until it ${spent}, but the file has ${most / mostSharing}; an expanded tensor must be saved as tensor.contiguous()`,
        )
      values = tensor.read((problem) => fail(`tensor ${quoted(name)} ${problem}`))
      read.set(tensor, values)
    }
    tensors.set(name, values)
  }
  return tensors
}
