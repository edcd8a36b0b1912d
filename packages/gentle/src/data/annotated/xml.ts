/** XML by its standard (W3C, "Extensible Markup Language (XML) 1.0", fifth edition): encodings, references, well-formedness. */
import { DataError } from '../../core/errors.ts'
import { peerPackage } from '../node.ts'
import { decoded, markedEncoding } from './annotation-text.ts'

type Saxes = typeof import('saxes')

export interface XmlElement {
  readonly name: string
  /** The elements in it, in order. */
  readonly children: readonly XmlElement[]
  /** What stands in it beside elements, in all, without white space around it. */
  readonly text: string
}

let loaded: Saxes | undefined

/** @throws DataError where saxes is not installed. */
export function xmlParser(): Saxes {
  loaded ??= peerPackage('saxes') as Saxes | undefined
  if (loaded === undefined)
    throw new DataError('VOC annotations need the package saxes, which is not installed; run npm install saxes')
  return loaded
}

/**
 * Reads an XML document: in UTF-8, in UTF-16, or in the encoding that its declaration names (appendix F). Character references and the five entities of XML
 * become what they stand for; other entities are not read.
 * @param file how messages call it
 * @returns its root
 * @throws DataError for bytes that are not of its encoding, and a document that is not well-formed.
 */
export function parseXml(bytes: Uint8Array, file: string): XmlElement {
  const { SaxesParser } = xmlParser()
  type Open = { name: string; children: XmlElement[]; text: string }
  const parser = new SaxesParser()
  const root: Open = { name: '', children: [], text: '' }
  const open = [root]
  const write = (text: string): void => {
    open.at(-1)!.text += text
  }
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name }) => {
    const element: Open = { name, children: [], text: '' }
    open.at(-1)!.children.push(element)
    open.push(element)
  })
  parser.on('closetag', () => {
    const element = open.pop()!
    element.text = element.text.trim()
  })
  parser.on('text', write)
  parser.on('cdata', write)
  const text = xmlText(bytes, file)
  try {
    parser.write(text).close()
  } catch (cause) {
    // Of a document that is not well-formed; and after some of them saxes itself fails.
    const { message } = cause as Error
    const [, line, why] = /^(\d+):\d+: (.*?)\.?$/s.exec(message) ?? [undefined, parser.line, 'it is not well-formed']
    throw new DataError(`${file} is not XML: line ${line}: ${why.replace(/\s+/g, ' ')}`, { cause })
  }
  return root.children[0]
}

function xmlText(bytes: Uint8Array, file: string): string {
  const marked = markedEncoding(bytes)
  if (marked !== undefined) return decoded(bytes, marked, file)
  // What begins with < in two bytes is in UTF-16.
  if (bytes[0] === 0x3c && bytes[1] === 0) return decoded(bytes, 'utf-16le', file)
  if (bytes[0] === 0 && bytes[1] === 0x3c) return decoded(bytes, 'utf-16be', file)
  const start = String.fromCharCode(...bytes.subarray(0, 200))
  const [, declared = 'utf-8'] = /^<\?xml[^>]*\sencoding\s*=\s*["']([^"']*)["']/.exec(start) ?? []
  // .NET's programs declare UTF-16, in which a text was in memory, in files of UTF-8.
  return decoded(bytes, /^(utf-?16|ucs-?2|(cs)?unicode|iso-10646-ucs-2)/i.test(declared) ? 'utf-8' : declared, file)
}
