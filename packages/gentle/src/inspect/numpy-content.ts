/** What NumPy's files hold. */
import type { Fail } from '../formats/failure.ts'
import { readNpy } from '../formats/npy.ts'
import { readNpz } from '../formats/npz.ts'
import { readZip } from '../formats/zip.ts'
import type { FileContent, FileTensor } from './file-content.ts'

/** Whether a zip archive is NumPy's. */
export const isNumpyArchive = (bytes: Uint8Array, fail: Fail): boolean =>
  [...readZip(bytes, fail).keys()].some((name) => name.endsWith('.npy'))

const typeNames: Readonly<Record<string, string>> = { f: 'float', i: 'int', u: 'uint', b: 'bool' }

export function npyContent(bytes: Uint8Array, place: string): FileContent {
  const { shape } = readNpy(bytes, place)
  const [, kind, width] =
    /'descr': *'[<>|=]?([a-z])(\d+)'/.exec(new TextDecoder('latin1').decode(bytes.subarray(0, 256))) ?? []
  const type = kind === 'b' ? 'bool' : `${typeNames[kind] ?? '?'}${8 * Number(width)}`
  return {
    format: 'NumPy, an array',
    bytes: bytes.length,
    tensors: [{ name: 'array', type, shape }],
    facts: {},
    use: { as: 'arrays' },
  }
}

/** Its arrays as they are read: as float32 and int32. */
export async function npzContent(bytes: Uint8Array, place: string): Promise<FileContent> {
  const tensors: FileTensor[] = [...(await readNpz(bytes, place))].map(([name, { dtype, shape }]) => ({
    name,
    type: dtype,
    shape,
  }))
  return { format: 'NumPy, an archive of arrays', bytes: bytes.length, tensors, facts: {}, use: { as: 'arrays' } }
}
