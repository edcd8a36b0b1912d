/** Opcodes of a pickle, for tests. */
import { joined } from './zip-bytes.ts'

const ascii = (text: string): number[] => [...new TextEncoder().encode(text)]
const word = (value: number): number[] => [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24]

/** A program of bytes, opcodes as their characters, and what the functions below make. */
export const pickle = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
  joined([
    Uint8Array.of(0x80, 2),
    ...parts.map((part) => Uint8Array.from(typeof part === 'string' ? ascii(part) : part)),
    Uint8Array.of(0x2e),
  ])

export const text = (value: string): number[] => [0x58, ...word(ascii(value).length), ...ascii(value)]
export const integer = (value: number): number[] => [0x4a, ...word(value)]
/** A whole number of up to 8 bytes. */
export const long = (value: bigint): number[] => [0x8a, 8, ...new Uint8Array(BigInt64Array.of(value).buffer)]
export const named = (module: string, name: string): string => `c${module}\n${name}\n`
export const put = (index: number): number[] => [0x72, ...word(index)]
export const get = (index: number): number[] => [0x6a, ...word(index)]
export const tuple = (...values: readonly (string | readonly number[])[]): number[] => [
  0x28,
  ...values.flatMap((value) => (typeof value === 'string' ? ascii(value) : value)),
  0x74,
]

export interface TensorCode {
  readonly key?: string
  readonly type?: string
  readonly elements?: number | bigint
  readonly offset?: number | bigint
  readonly shape?: readonly (number | bigint)[]
  readonly strides?: readonly (number | bigint)[]
}

const whole = (value: number | bigint): number[] => (typeof value === 'bigint' ? long(value) : integer(value))

/** What makes a tensor, as torch.save writes it. */
export const tensor = ({
  key = '0',
  type = 'FloatStorage',
  elements = 4,
  offset = 0,
  shape = [4],
  strides = [1],
}: TensorCode = {}): number[] => [
  ...ascii(named('torch._utils', '_rebuild_tensor_v2')),
  ...tuple(
    [...tuple(text('storage'), named('torch', type), text(key), text('cpu'), whole(elements)), 0x51],
    whole(offset),
    tuple(...shape.map(whole)),
    tuple(...strides.map(whole)),
    [0x89],
    `${named('collections', 'OrderedDict')})R`,
  ),
  0x52,
]
