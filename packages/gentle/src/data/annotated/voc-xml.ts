/** Annotations of a picture as Pascal VOC keeps them (Everingham and Winn, "The PASCAL Visual Object Classes Challenge 2012 Development Kit", section 10.1). */
import { DataError } from '../../core/errors.ts'
import type { Box } from '../../vision/boxes.ts'
import type { Size } from '../../vision/resize.ts'
import { parseXml, type XmlElement } from './xml.ts'

export interface VocObject {
  readonly where: string
  readonly name: string
  /** The numbers of <bndbox> as they stand. */
  readonly corners: Box
  readonly difficult: boolean
}

export interface VocAnnotation {
  /** The name of the picture's file. */
  readonly picture?: string
  readonly size?: Size
  readonly objects: readonly VocObject[]
  /** Where objects are that have several boxes; each box is an object. */
  readonly severalBoxes: readonly string[]
}

const child = ({ children }: XmlElement, name: string): XmlElement | undefined =>
  children.find((each) => each.name === name)

/**
 * Reads an annotation.
 * @param file how messages call it
 * @throws DataError for bytes that are not XML or no annotation, and an object without a name or a whole box.
 */
export function parseVoc(bytes: Uint8Array, file: string): VocAnnotation {
  const annotation = parseXml(bytes, file)
  if (annotation.name !== 'annotation')
    throw new DataError(`${file} has no <annotation>; expected an annotation of Pascal VOC`)
  const filename = child(annotation, 'filename')?.text ?? ''
  const size = child(annotation, 'size')
  const [height, width] = ['height', 'width'].map((name) => Number(size && child(size, name)?.text))
  const objects = annotation.children
    .filter(({ name }) => name === 'object')
    .map((object, i) => objectsOf(object, `${file}: object ${i + 1}`))
  return {
    ...(filename === '' ? {} : { picture: filename }),
    // Some programs write 0 where they do not know it.
    ...(height > 0 && width > 0 ? { size: { height, width } } : {}),
    objects: objects.flat(),
    severalBoxes: objects.filter((boxes) => boxes.length > 1).map(([{ where }]) => where),
  }
}

/** An object for each of an object's boxes. */
function objectsOf(object: XmlElement, where: string): VocObject[] {
  // One name is the same however its accents were typed, and its lines were broken.
  const name = (child(object, 'name')?.text ?? '').normalize('NFC').replace(/\s+/g, ' ')
  if (name === '') throw new DataError(`${where} has no <name>; expected its class`)
  const cornerOf = (box: XmlElement | undefined, which: string): number => {
    const text = box && child(box, which)?.text
    const value = text === undefined || text === '' ? NaN : Number(text)
    if (!Number.isFinite(value))
      throw new DataError(
        `${where}, ${name}, has the ${which} ${text === undefined ? 'missing' : `'${text}'`}; expected <bndbox> with xmin, ymin, xmax and ymax in pixels`,
      )
    return value
  }
  const boxes = object.children.filter((each) => each.name === 'bndbox')
  return (boxes.length > 0 ? boxes : [undefined]).map((box) => ({
    where: `${where}, ${name}`,
    name,
    corners: {
      left: cornerOf(box, 'xmin'),
      top: cornerOf(box, 'ymin'),
      right: cornerOf(box, 'xmax'),
      bottom: cornerOf(box, 'ymax'),
    },
    difficult: /^(1|true)$/i.test(child(object, 'difficult')?.text ?? ''),
  }))
}
