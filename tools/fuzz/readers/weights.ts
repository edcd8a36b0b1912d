/** Files of weights, and archives. */
import { failing } from '../../../packages/gentle/src/formats/failure.ts'
import { readPyTorch } from '../../../packages/gentle/src/formats/pytorch/pytorch.ts'
import { readSafetensors } from '../../../packages/gentle/src/formats/safetensors.ts'
import { readZip } from '../../../packages/gentle/src/formats/zip.ts'
import { zipBytes } from '../../../packages/gentle/test/formats/pytorch/zip-bytes.ts'
import { changeBytes } from '../change-bytes.ts'
import { changeJson } from '../change-json.ts'
import { changeInZip } from '../change-zip.ts'
import { type Change, type FuzzedReader, utf8 } from '../fuzzed-reader.ts'
import { goldenBytes, goldenFiles } from '../goldens.ts'

/** The header is JSON, behind its length. */
export const changeSafetensorsHeader: Change = (bytes, random) => {
  if (bytes.length < 8) return bytes
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  if (length > bytes.length - 8) return bytes
  const header = changeJson(bytes.subarray(8, 8 + length), random)
  const changed = Uint8Array.of(...bytes.subarray(0, 8), ...header, ...bytes.subarray(8 + length))
  new DataView(changed.buffer).setBigUint64(0, BigInt(header.length), true)
  return changed
}

export const safetensors = (): FuzzedReader => ({
  seeds: [goldenBytes('safetensors.safetensors')],
  changes: [changeSafetensorsHeader],
  read: (bytes) => [...readSafetensors(bytes).tensors.values()],
})

const isArchive = (bytes: Uint8Array): boolean => bytes[0] === 0x50

export const pytorch = (): FuzzedReader => ({
  seeds: goldenFiles('pytorch').filter(isArchive),
  changes: [changeInZip([changeBytes])],
  read: (bytes) => [...readPyTorch(bytes).tensors.values()],
})

export const legacyPytorch = (): FuzzedReader => ({
  seeds: goldenFiles('pytorch').filter((bytes) => !isArchive(bytes)),
  read: (bytes) => [...readPyTorch(bytes).tensors.values()],
})

export const zip = (): FuzzedReader => ({
  seeds: [
    zipBytes([
      { name: 'a/one', data: utf8('first') },
      { name: 'b', data: utf8('second') },
    ]),
    zipBytes([{ name: 'a', data: utf8('first'), wide: { size: 5n, from: 0n } }], { wide: {} }),
  ],
  read: (bytes) => [...readZip(bytes, failing('zip')).values()],
})
