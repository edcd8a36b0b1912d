/** Annotations of Pascal VOC as other programs write them: XML by its standard. */
import { DataError } from 'gentle-dl'
import { describe, expect, it } from 'vitest'
import { parseVoc } from '../../../src/data/annotated/voc-xml.ts'

const object = (inside: string): string =>
  `<object>${inside}<bndbox><xmin>10</xmin><ymin>5</ymin><xmax>30</xmax><ymax>25</ymax></bndbox></object>`
const annotation = (name: string, declaration = ''): string =>
  `${declaration}<annotation>${object(`<name>${name}</name>`)}</annotation>`
const declared = (encoding: string): string => `<?xml version="1.0" encoding="${encoding}"?>\n`
const namesOf = (bytes: Uint8Array): string[] => parseVoc(bytes, 'a.xml').objects.map(({ name }) => name)

const utf8 = (text: string): Buffer => Buffer.from(text)
const utf16le = (text: string): Buffer => Buffer.from(text, 'utf16le')
const utf16be = (text: string): Buffer => utf16le(text).swap16()
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')
const mark = '\ufeff'

describe('an annotation of VOC', () => {
  it.each<[string, Buffer, string]>([
    ['UTF-8', utf8(annotation('Bär')), 'Bär'],
    ['UTF-8 with a byte order mark', utf8(mark + annotation('Bär', declared('utf-8'))), 'Bär'],
    ['UTF-16 of little ends', utf16le(mark + annotation('Bär 车', declared('utf-16'))), 'Bär 车'],
    ['UTF-16 of big ends', utf16be(mark + annotation('Bär 车', declared('UTF-16'))), 'Bär 车'],
    ['UTF-16 without a mark', utf16le(annotation('Bär', declared('UTF-16'))), 'Bär'],
    ['UTF-16 of big ends without a mark', utf16be(annotation('Bär')), 'Bär'],
    ['ISO-8859-1', latin1(annotation('Bär', declared('ISO-8859-1'))), 'Bär'],
    ['ISO-8859-1 in single quotes', latin1(annotation('Bär', "<?xml version='1.0' encoding='iso-8859-1' ?>")), 'Bär'],
    ['windows-1252', Buffer.from(latin1(annotation('B\x80r', declared('windows-1252')))), 'B€r'],
    [
      'GBK',
      Buffer.concat(
        [...annotation('\0', declared('gbk')).split('\0').map(utf8)].toSpliced(1, 0, Buffer.of(0xb3, 0xb5)),
      ),
      '车',
    ],
    ['UTF-8 that says it is UTF-16, as .NET writes it', utf8(annotation('Bär', declared('utf-16'))), 'Bär'],
    ['UTF-8 that says it is Unicode', utf8(annotation('Bär', declared('Unicode'))), 'Bär'],
    ['numeric references', utf8(annotation('&#36710;')), '车'],
    ['hexadecimal references', utf8(annotation('&#x8F66; &#x1F600;')), '车 😀'],
    ['named references', utf8(annotation('&lt;a&gt; &amp;amp; &quot;b&apos;')), '<a> &amp; "b\''],
    ['a CDATA section', utf8(annotation('<![CDATA[a &amp; <b>]]>')), 'a &amp; <b>'],
    ['white space and comments', utf8(annotation('\n  big\n <!-- really -->dog\t')), 'big dog'],
    ['accents typed as marks of their own', utf8(annotation('Ba\u0308r')), 'Bär'],
  ])('has one name in %s', (_, bytes, name) => expect(namesOf(bytes)).toEqual([name]))

  it.each<[string, Buffer, RegExp]>([
    ['bytes that are not UTF-8', latin1(annotation('Bär')), /^a\.xml is not valid UTF-8; save it in UTF-8$/],
    [
      'an unknown encoding',
      utf8(annotation('a', declared('utf-7'))),
      /^a\.xml is in the encoding 'utf-7', which is unknown/,
    ],
    ['half a character', utf16le(mark + annotation('\ud83d')), /is not valid UTF-16LE/],
    ['an unknown entity', utf8(annotation('&auml;')), /^a\.xml is not XML: line 1: undefined entity$/],
    ['a bare ampersand', utf8(annotation('cat & dog')), /is not XML: line 1: /],
    ['a character that XML does not have', utf8(annotation('a&#0;')), /is not XML: line 1: malformed character entity/],
    [
      'a document type that does not end',
      utf8(`<!DOCTYPE a [<!ENTITY x "y>]>${annotation('cat')}`),
      /is not XML: line 1: /,
    ],
    ['an instruction that does not end', utf8(`${annotation('cat')}<?xml`), /is not XML: line 1: unexpected end/],
    ['an end too early', utf8(annotation('cat').slice(0, 60)), /is not XML: line 1: unclosed tag: /],
    ['nothing', utf8(''), /is not XML: line 1: document must contain a root element/],
    [
      'two roots',
      utf8(annotation('cat') + annotation('cat')),
      /is not XML: line 1: documents may contain only one root/,
    ],
    ['another root', utf8('<html/>'), /^a\.xml has no <annotation>/],
    ['a name that is empty', utf8(annotation(' ')), /object 1 has no <name>/],
  ])('is refused of %s', (_, bytes, message) => {
    expect(() => parseVoc(bytes, 'a.xml')).toThrow(message)
    expect(() => parseVoc(bytes, 'a.xml')).toThrow(DataError)
  })

  it('has an object for each box, and none for boxes of parts', () => {
    const part = `<part>${object('<name>head</name>').slice(8, -9)}</part>`
    const second = '<bndbox><xmin>40.5</xmin><ymin>5</ymin><xmax>5e1</xmax><ymax>25</ymax></bndbox>'
    const text = `<annotation>${object(`<name>car</name><difficult>1</difficult>${second}${part}`)}${object('<name>cat</name><difficult>Unspecified</difficult>')}</annotation>`
    const { objects, severalBoxes } = parseVoc(utf8(text), 'a.xml')
    const corners = { left: 10, top: 5, right: 30, bottom: 25 }
    expect(objects).toEqual([
      { where: 'a.xml: object 1, car', name: 'car', difficult: true, corners: { ...corners, left: 40.5, right: 50 } },
      { where: 'a.xml: object 1, car', name: 'car', difficult: true, corners },
      { where: 'a.xml: object 2, cat', name: 'cat', difficult: false, corners },
    ])
    expect(severalBoxes).toEqual(['a.xml: object 1, car'])
  })
})
