/** Bytes of a table as text. */

export type Encoding = 'utf-8' | 'utf-16' | 'windows-1252'

/**
 * Text as its byte-order mark says, as Excel writes it; as UTF-8 where it is that, and else as Windows' Latin alphabet: with what cannot be read replaced,
 * two classes could become one.
 */
export function decodeText(bytes: Uint8Array): { readonly text: string; readonly encoding: Encoding } {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return { text: new TextDecoder('utf-16le').decode(bytes), encoding: 'utf-16' }
  if (first === 0xfe && second === 0xff) return { text: new TextDecoder('utf-16be').decode(bytes), encoding: 'utf-16' }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'utf-8' }
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252' }
  }
}
