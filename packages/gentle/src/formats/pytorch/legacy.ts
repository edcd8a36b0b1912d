/**
 * The format that torch.save had before version 1.6 (PyTorch, torch/serialization.py: `_legacy_save`): pickles of a magic number, a version, what the
 * machine was like, the value itself and a list of storages' keys, and then each storage's number of elements and its bytes.
 */
import { type Fail, quoted } from '../failure.ts'
import type { Saved } from './archive.ts'
import { PickleDictionary, type PickleValue, unpickleFirst } from './pickle.ts'
import { Storage, type StorageOf, torchNames } from './tensor.ts'

export function readLegacy(bytes: Uint8Array, fail: Fail): Saved {
  const storages = new Map<string, Storage>()
  const storageOf: StorageOf = (key, type, length) => {
    const known = storages.get(key)
    if (known !== undefined && (known.type !== type || known.length !== length))
      fail(`storage ${quoted(key)} is of two types or lengths`)
    const storage = known ?? new Storage(type, length)
    storages.set(key, storage)
    return storage
  }
  const names = torchNames(storageOf, fail)
  let at = 0
  const next = (): PickleValue => {
    const { value, length } = unpickleFirst(bytes.subarray(at), names, fail)
    at += length
    return value
  }
  next()
  next()
  checkMachine(next(), fail)
  const root = next()
  const keys = next()
  if (!Array.isArray(keys)) return fail('has no list of storages behind its pickle; it is broken')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const pickled = at
  for (const key of keys) {
    const storage = storages.get(key)
    if (storage === undefined)
      return fail('lists a storage that its pickle does not have; or its type is not supported')
    if (at + 8 > bytes.length) fail('is cut off: storages are missing')
    const length = Number(view.getBigInt64(at, true))
    const from = at + 8
    at = from + storage.length * storage.type.bytes
    if (length !== storage.length) fail(`storage ${quoted(key)} has ${length} elements; expected ${storage.length}`)
    if (at > bytes.length)
      fail(`is cut off: storage ${quoted(key)} would end at byte ${at}, but it has ${bytes.length}`)
    storage.bytes = bytes.subarray(from, at)
  }
  return { root, pickled }
}

function checkMachine(machine: PickleValue, fail: Fail): void {
  const items = machine instanceof PickleDictionary ? machine.items : []
  if (items[items.indexOf('little_endian') + 1] !== true)
    fail('was written on a machine whose bytes are in another order; expected little-endian')
}
