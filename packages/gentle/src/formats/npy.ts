/**
 * NumPy's format of one array (NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays"): a magic string, a version,
 * the length of a header, the header, which is a Python dictionary of type, order and shape written out, and the elements.
 */
import { type Shape, sizeOf, stridesOf } from '../core/shape.ts'
import {
  bool,
  checkStored,
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
  uint16,
  uint32,
  uint64,
} from './elements.ts'
import { type Fail, failing, isCount, printable, quoted } from './failure.ts'
import { rowMajor } from './strided.ts'

const magic = '\x93NUMPY'

/** NumPy reads no longer header either. */
const longestHeader = 10_000

/** NumPy's names of types: the kind, the bytes of an element. */
const types: Readonly<Record<string, ElementType>> = {
  f2: float16,
  f4: float32,
  f8: float64,
  i1: int8,
  i2: int16,
  i4: int32,
  i8: int64,
  u1: uint8,
  u2: uint16,
  u4: uint32,
  u8: uint64,
  b1: bool,
}

/** A type with its byte order: little, big, or of single bytes. */
const described = /^([<>|])([a-z]\d)$/

/** The type of a .npy file's elements, such as 'u1'. @throws FormatError for a file that is none, and elements of another type. */
export function npyType(bytes: Uint8Array, name = '.npy file'): string {
  const fail = failing(name)
  return parseHeader(split(bytes, fail).header, fail).type
}

/** Elements of several bytes, the other way round; a copy. */
function swapped(bytes: Uint8Array, width: number): Uint8Array {
  const result = new Uint8Array(bytes.length)
  for (let i = 0; i < bytes.length; i += width)
    for (let byte = 0; byte < width; byte++) result[i + byte] = bytes[i + width - 1 - byte]
  return result
}

/**
 * Reads a .npy file of version 1, 2 or 3: floats of 16, 32 or 64 bits as float32, integers and booleans as int32, of either byte order, row-major whichever
 * order the file has. Values are not copied where they are aligned and need no conversion. `name` stands in messages.
 * @throws FormatError for a file that is cut off or broken, for elements of another type, for integers beyond int32 and floats beyond float32.
 */
export function readNpy(bytes: Uint8Array, name = '.npy file'): StoredTensor {
  const fail: Fail = failing(name)
  const { header, body } = split(bytes, fail)
  const { type, isBig, shape, isFortran } = parseHeader(header, fail)
  const { bytes: width } = types[type]
  const needed = width * sizeOf(shape)
  if (needed !== body.length)
    fail(
      `its array of ${type} ${printable(`[${shape}]`)} needs ${needed} bytes, but it has ${body.length}; it is cut off or has more`,
    )
  const strides = isFortran ? stridesOf(shape.toReversed()).reverse() : stridesOf(shape)
  const elements = rowMajor(body, width, shape, strides)
  return storedTensor(types[type], shape, isBig && width > 1 ? swapped(elements, width) : elements, fail)
}

function split(bytes: Uint8Array, fail: Fail): { header: string; body: Uint8Array } {
  if (bytes.length < 12) fail(`it has ${bytes.length} bytes, too few for a .npy file; it is cut off`)
  const latin = new TextDecoder('latin1')
  if (latin.decode(bytes.subarray(1, 6)) !== magic.slice(1) || bytes[0] !== magic.charCodeAt(0))
    fail("it does not begin with NumPy's magic string, so it is not a .npy file of numpy.save")
  const version = bytes[6]
  if (version < 1 || version > 3) fail(`it is of version ${version} of the format; expected 1, 2 or 3`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const [from, length] = version === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)]
  if (length > longestHeader) fail(`its header would have ${length} bytes; expected at most ${longestHeader}`)
  if (from + length > bytes.length)
    fail(`its header ends at byte ${from + length}, but it has ${bytes.length}; it is cut off`)
  return { header: latin.decode(bytes.subarray(from, from + length)), body: bytes.subarray(from + length) }
}

interface Header {
  readonly type: string
  /** Whether of an element's bytes the first counts most. */
  readonly isBig: boolean
  readonly shape: Shape
  readonly isFortran: boolean
}

function parseHeader(text: string, fail: Fail): Header {
  const descr = /'descr': *'([^']*)'/.exec(text)?.[1]
  const order = /'fortran_order': *(True|False)/.exec(text)?.[1]
  // Python 2 wrote long integers as 28L.
  const axes = /'shape': *\(([\dL, ]*)\)/.exec(text)?.[1]
  if (descr === undefined || order === undefined || axes === undefined)
    return fail(`its header is ${quoted(text)}; expected 'descr' of plain numbers, 'fortran_order' and 'shape'`)
  const [, mark, type] = described.exec(descr) ?? []
  if (type === undefined || !Object.hasOwn(types, type))
    return fail(
      `its elements are of type ${quoted(descr)}; expected one of ${Object.keys(types).join(', ')}, as array.astype('f4') makes`,
    )
  const shape = axes
    .replaceAll('L', '')
    .split(',')
    .filter((axis) => axis.trim() !== '')
    .map(Number)
  // NumPy's arrays have at most 64 axes.
  if (!shape.every(isCount) || shape.length > 64) fail(`its shape is ${quoted(`(${axes})`)}; expected at most 64 sizes`)
  return { type, isBig: mark === '>', shape, isFortran: order === 'True' }
}

/**
 * Writes float32 or int32 as a .npy file of version 1, row-major. The header is padded with spaces, so that the elements begin at
 * a multiple of 64 bytes.
 * @throws ArgumentError for values that are not as many or not of the type that is said.
 */
export function writeNpy(tensor: StoredTensor): Uint8Array<ArrayBuffer> {
  checkStored('writeNpy: the array', tensor)
  const { shape, dtype, data } = tensor
  // A tuple of one needs its comma.
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const type = dtype === 'int32' ? '<i4' : '<f4'
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${axes}), }`
  const from = Math.ceil((10 + header.length + 1) / 64) * 64
  const bytes = new Uint8Array(from + data.byteLength)
  const text = `${magic}\x01\x00  ${header.padEnd(from - 11)}\n`
  for (let i = 0; i < from; i++) bytes[i] = text.charCodeAt(i)
  new DataView(bytes.buffer).setUint16(8, from - 10, true)
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), from)
  return bytes
}
