/** Annotations of a picture as Pascal VOC keeps them (Everingham and Winn, "The PASCAL Visual Object Classes Challenge 2012 Development Kit", section 10.1). */
import { DataError } from '../../core/errors.ts'
import type { Box } from '../../vision/boxes.ts'
import type { Size } from '../../vision/resize.ts'
import { peerPackage } from '../node.ts'

type FastXmlParser = typeof import('fast-xml-parser')

export interface VocObject {
  readonly where: string
  readonly name: string
  readonly box: Box
  readonly difficult: boolean
}

export interface VocAnnotation {
  /** The name of the picture's file. */
  readonly picture?: string
  readonly size?: Size
  readonly objects: readonly VocObject[]
}

let loaded: FastXmlParser | undefined

/** @throws DataError where fast-xml-parser is not installed. */
export function xmlParser(): FastXmlParser {
  loaded ??= peerPackage('fast-xml-parser') as FastXmlParser | undefined
  if (loaded === undefined)
    throw new DataError(
      'VOC annotations need the package fast-xml-parser, which is not installed; run npm install fast-xml-parser',
    )
  return loaded
}

type Element = Readonly<Record<string, unknown>>

const isElement = (value: unknown): value is Element =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Reads the text of an annotation. Coordinates are 1 for the first pixel and include the last: pixels 1 to 3 are a box from 0 to 3.
 * @param file how messages call it
 * @throws DataError for a text that is no XML or no annotation, and an object without a name or a whole box.
 */
export function parseVoc(text: string, file: string): VocAnnotation {
  const { XMLParser, XMLValidator } = xmlParser()
  const valid = XMLValidator.validate(text)
  if (valid !== true) throw new DataError(`${file} is no XML: line ${valid.err.line}: ${valid.err.msg}`)
  const content: unknown = new XMLParser({ parseTagValue: false, isArray: (name) => name === 'object' }).parse(text)
  const annotation = isElement(content) ? content['annotation'] : undefined
  // What holds nothing is read as ''.
  if (annotation === '') return { objects: [] }
  if (!isElement(annotation)) throw new DataError(`${file} has no <annotation>; expected an annotation of Pascal VOC`)
  const { filename, size, object: objects = [] } = annotation
  const [height, width] = isElement(size) ? [Number(size['height']), Number(size['width'])] : [0, 0]
  return {
    ...(typeof filename === 'string' && filename !== '' ? { picture: filename } : {}),
    // Some programs write 0 where they do not know it.
    ...(height > 0 && width > 0 ? { size: { height, width } } : {}),
    objects: (objects as unknown[]).map((object, i) => objectOf(object, `${file}: object ${i + 1}`)),
  }
}

function objectOf(object: unknown, where: string): VocObject {
  const { name, bndbox, difficult } = isElement(object) ? object : {}
  if (typeof name !== 'string' || name === '') throw new DataError(`${where} has no <name>; expected its class`)
  const edge = (which: string): number => {
    const text = isElement(bndbox) ? bndbox[which] : undefined
    const value = typeof text === 'string' && text.trim() !== '' ? Number(text) : NaN
    if (!Number.isFinite(value))
      throw new DataError(
        `${where}, ${name}, has the ${which} ${text === undefined ? 'missing' : `'${text}'`}; expected <bndbox> with xmin, ymin, xmax and ymax in pixels`,
      )
    return value
  }
  const box = { left: edge('xmin') - 1, top: edge('ymin') - 1, right: edge('xmax'), bottom: edge('ymax') }
  return { where: `${where}, ${name}`, name, box, difficult: difficult === '1' }
}
