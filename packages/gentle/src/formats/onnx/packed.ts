/** Plain data with arrays of numbers, as JSON: which has no NaN, no infinities and no typed arrays. */
import { ArgumentError } from '../../core/errors.ts'

const kinds = { Float32Array, Float64Array, Int32Array } as const

interface Packed {
  readonly kind: keyof typeof kinds
  /** Bytes in the machine's order, which is little-endian wherever JavaScript runs. */
  readonly base64: string
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** A copy in which each array of numbers is a text, or a list where it holds what JSON can say. */
export function packed(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return packedArray(value)
  if (Array.isArray(value)) {
    const plain = value.every((entry) => typeof entry !== 'number' || Number.isFinite(entry))
    return plain ? value.map(packed) : packedArray(Float64Array.from(value as number[]))
  }
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, packed(entry)]))
}

function packedArray(view: ArrayBufferView): Packed {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
  let text = ''
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096))
  return { kind: view.constructor.name as Packed['kind'], base64: btoa(text) }
}

/** What `packed` made its copy of. @throws ArgumentError for arrays that are broken. */
export function unpacked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpacked)
  if (!isRecord(value)) return value
  const { kind, base64 } = value
  if (typeof kind === 'string' && typeof base64 === 'string' && Object.hasOwn(kinds, kind)) {
    try {
      const bytes = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0))
      return new kinds[kind as Packed['kind']](bytes.buffer)
    } catch (cause) {
      throw new ArgumentError(`layer onnx: an array of its description is broken: ${(cause as Error).message}`, {
        cause,
      })
    }
  }
  const made: Record<string, unknown> = Object.create(null)
  for (const [key, entry] of Object.entries(value)) made[key] = unpacked(entry)
  return made
}
