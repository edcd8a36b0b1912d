/** The format of torch.save since version 1.6: a zip archive with a pickle, `archive/data.pkl`, and the bytes of every storage, `archive/data/0` and so on. */
import { type Fail, quoted } from '../failure.ts'
import { readZip, type ZipEntry } from '../zip.ts'
import { type PickleValue, unpickle } from './pickle.ts'
import { checkedStorage, torchNames } from './tensor.ts'

/** What is in a file of torch.save. */
export interface Saved {
  readonly root: PickleValue
  /** Bytes of what names the tensors. */
  readonly pickled: number
}

/** @param advice what to do about a file that is refused */
export function readArchive(bytes: Uint8Array, advice: string, fail: Fail): Saved {
  const files = readZip(bytes, fail)
  const archive = findArchive(files, advice, fail)
  const stored = (file: string): Uint8Array => {
    const entry = files.get(archive + file) ?? fail(`its archive has no ${quoted(file)}; it is broken`)
    return entry.isCompressed
      ? fail(`${quoted(file)} in its archive is compressed, which PyTorch does not do; ${advice}`)
      : entry.data
  }
  if (files.has(`${archive}byteorder`) && new TextDecoder().decode(stored('byteorder')) !== 'little')
    fail('was written on a machine whose bytes are in another order; expected little-endian')
  const pickle = stored('data.pkl')
  const names = torchNames((key, type, length) => checkedStorage(key, type, length, stored(`data/${key}`), fail), fail)
  return { root: unpickle(pickle, names, fail), pickled: pickle.length }
}

/** The folder that holds everything, with its slash. */
function findArchive(files: ReadonlyMap<string, ZipEntry>, advice: string, fail: Fail): string {
  const names = [...files.keys()]
  const pickle = names.find((file) => /^[^/]*\/data\.pkl$/.test(file))
  // TorchScript of 2018 had tensors in a folder of that name.
  if (pickle === undefined && names.some((file) => /^[^/]*\/(tensors\/|code\/|attributes\.pkl)/.test(file)))
    fail(torchScript(advice))
  if (pickle === undefined) return fail("its archive has no data.pkl; it is a zip file, but not PyTorch's")
  const archive = pickle.slice(0, -'data.pkl'.length)
  if (files.has(`${archive}constants.pkl`)) fail(torchScript(advice))
  return archive
}

const torchScript = (advice: string): string =>
  `is a TorchScript archive, which holds code; load it with torch.jit.load and ${advice}`
