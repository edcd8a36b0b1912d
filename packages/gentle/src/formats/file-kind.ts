/** What a file is, by how it begins: its name may say anything. */

/** Kinds of files that are told from each other, each with what it is to a reader of a message. */
const fileKinds = {
  safetensors: 'a safetensors file',
  zip: 'a zip archive',
  legacyPyTorch: 'a file of PyTorch before version 1.6',
  pickle: "a file of Python's pickle",
  npy: 'an array of NumPy',
  hdf5: 'an HDF5 file, as Keras writes',
  onnx: 'an ONNX file',
  json: 'a JSON file',
  lfs: 'a Git LFS pointer instead of the file itself; fetch the file with: git lfs pull',
  html: 'a web page that a server sent instead of the file; download it again',
  xml: 'an XML text that a server may have sent instead of the file; download it again',
  gzip: 'compressed by gzip; unpack it first',
  tar: 'a tar archive; unpack it first',
  zstd: 'compressed by zstd; unpack it first',
  gguf: 'a GGUF file, of quantised language models',
  tflite: 'a TensorFlow Lite file',
  empty: 'empty; it may be cut off',
  zeros: 'all zeros; the download was incomplete or the disk is damaged',
} as const

export type FileKind = keyof typeof fileKinds

/** So many bytes of a file suffice. */
export const kindBytes = 1024

/** The magic number that PyTorch's older format begins with, pickled: 0x1950a86a20f9469cfc6c. */
const legacyBeginning = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]

const magic: Readonly<Partial<Record<FileKind, readonly number[]>>> = {
  zip: [0x50, 0x4b, 0x03, 0x04],
  npy: [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59],
  hdf5: [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a],
  gzip: [0x1f, 0x8b],
  zstd: [0x28, 0xb5, 0x2f, 0xfd],
  gguf: [0x47, 0x47, 0x55, 0x46],
}

const beginsWith = (bytes: Uint8Array, start: readonly number[], at = 0): boolean =>
  start.every((byte, i) => bytes[at + i] === byte)

const isText = (bytes: Uint8Array, text: string, at = 0): boolean =>
  beginsWith(bytes, [...new TextEncoder().encode(text)], at)

/** Tags of the fields that an ONNX model may have behind the version of its format. */
const onnxFields = [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72]

/**
 * What the file is that begins with these bytes.
 * @param head its first `kindBytes` bytes, or all of a shorter file
 * @returns undefined for what is none of the kinds
 */
export function fileKind(head: Uint8Array): FileKind | undefined {
  if (head.length === 0) return 'empty'
  // The length of its header, and the header, which is a JSON object. First of all, for the length's bytes may be those that others begin with: 640 are a pickle's.
  if (head.length > 8 && head[8] === 0x7b && head.subarray(4, 8).every((byte) => byte === 0)) return 'safetensors'
  for (const [kind, start] of Object.entries(magic)) if (beginsWith(head, start)) return kind as FileKind
  // A pickle of protocol 2 or later begins with its number.
  if (head[0] === 0x80 && head[1] >= 2 && head[1] <= 5)
    return beginsWith(head, legacyBeginning, 2) ? 'legacyPyTorch' : 'pickle'
  if (isText(head, 'ustar', 257)) return 'tar'
  if (isText(head, 'TFL3', 4)) return 'tflite'
  if (head[0] === 0x08 && head[1] > 0 && head[1] < 0x80 && onnxFields.includes(head[2])) return 'onnx'
  if (head.every((byte) => byte === 0)) return 'zeros'
  return textKind(new TextDecoder().decode(head).trimStart().toLowerCase())
}

function textKind(text: string): FileKind | undefined {
  if (text.startsWith('version https://git-lfs')) return 'lfs'
  if (/^(<!--.*?-->\s*)?<(!doctype )?html/s.test(text)) return 'html'
  if (text.startsWith('<?xml')) return /<html/.test(text) ? 'html' : 'xml'
  return /^[{[]/.test(text) ? 'json' : undefined
}

/** What a file is instead of what it should be, for messages: `is a web page, ...`. */
export function otherKind(head: Uint8Array): string {
  const kind = fileKind(head.subarray(0, kindBytes))
  return kind === undefined ? 'has an unknown format' : `is ${fileKinds[kind]}`
}
