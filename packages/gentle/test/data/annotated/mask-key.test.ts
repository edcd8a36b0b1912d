/** Which classes the values of masks are. */
import { DataError } from 'gentle-dl'
import { describe, expect, it } from 'vitest'
import { parseClassList } from '../../../src/data/annotated/class-names.ts'
import { colourCode, keyOfList, keyOfValues } from '../../../src/data/annotated/mask-key.ts'

const seen = (values: readonly number[], { colours = [] as readonly number[], palette = false } = {}) => ({
  values: new Set(values),
  colours: new Set(colours),
  palette,
})

/** The classes of values, by their names; those that count nowhere as '-'. */
const read = ({ key }: ReturnType<typeof keyOfValues>, values: readonly number[]): string[] =>
  values.map((value) => {
    const label = key.values.get(value)
    return label === undefined ? '?' : label === 255 ? '-' : key.classes[label]
  })

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

describe('values of masks', () => {
  it.each<[string, number[], string[]]>([
    ['in a row are indices', [0, 1, 2], ['background', 'class 1', 'class 2']],
    ['in a row are indices, 255 counts nowhere', [0, 1, 255], ['background', 'class 1', '-']],
    ['in a row from 1 are indices', [1, 2, 3], ['class 1', 'class 2', 'class 3']],
    ['of 0 alone are the background', [0], ['background']],
    ['of 151 classes are indices', range(151), range(151).map((i) => (i === 0 ? 'background' : `class ${i}`))],
  ])('%s', (_, values, names) => {
    const understood = keyOfValues('masks', seen(values))
    expect(read(understood, values)).toEqual(names)
    expect(understood.remark).toBeUndefined()
  })

  it.each<[string, number[], string[], boolean?]>([
    ['of black and white are two classes', [0, 255], ['background', 'class 255']],
    ['in three equal steps are classes', [0, 128, 255], ['background', 'class 128', 'class 255']],
    ['in three equal steps are classes, rounded down, too', [0, 127, 255], ['background', 'class 127', 'class 255']],
    ['in four equal steps are classes', [0, 85, 170, 255], ['background', 'class 85', 'class 170', 'class 255']],
    ['with gaps are classes in order', [0, 127, 254], ['background', 'class 127', 'class 254']],
    ['of a palette with gaps are classes, and 255 counts nowhere', [0, 15, 255], ['background', 'class 15', '-'], true],
  ])('%s, and that is said', (_, values, names, palette = false) => {
    const understood = keyOfValues('masks', seen(values, { palette }))
    expect(read(understood, values)).toEqual(names)
    const classes = names.filter((name) => name !== '-')
    expect(understood.key.classes).toEqual(classes)
    expect(understood.remark).toContain(
      `its masks have the values ${values.join(', ')}, which are not consecutive indices; they are read as ${classes.length} classes in order, ${classes.join(', ')}`,
    )
    expect(understood.remark!.includes('255 is ignored')).toBe(names.includes('-'))
  })

  it.each<[string, number[], RegExp]>([
    [
      'of shades with gaps and 255',
      [0, 11, 255],
      /^masks: its masks have the values 0, 11, 255, and 255 may be a class or mark pixels to ignore; expected classes\.txt, .* '11 cat'$/,
    ],
    ['of 255 alone', [255], /only the value 255, which is ignored/],
    ['of soft edges', range(256), /its masks have 256 values, like smoothed edges; expected one value per class/],
    ['of soft edges in steps', range(65).map((i) => 2 * i), /its masks have 65 values, like smoothed edges/],
  ])('%s are refused', (_, values, message) => {
    expect(() => keyOfValues('masks', seen(values))).toThrow(message)
    expect(() => keyOfValues('masks', seen(values))).toThrow(DataError)
  })

  it('that are colours are classes in order, called by their colours', () => {
    const [red, blue] = [colourCode(128, 0, 0), colourCode(0, 0, 128)]
    const { key, remark } = keyOfValues('masks', seen([0, 255], { colours: [0, red, blue] }))
    expect(key.classes).toEqual(['background', '#000080', '#800000', '#ffffff'])
    expect([0, blue, red, 0xffffff].map((code) => key.colours!.get(code))).toEqual([0, 1, 2, 3])
    expect([key.values.get(0), key.values.get(255), key.values.get(1)]).toEqual([0, 3, undefined])
    expect(remark).toMatch(/its masks have colours; they are read as 4 classes in order, background, #000080/)
    expect(() => keyOfValues('masks', seen([], { colours: range(65) }))).toThrow(
      /its masks have 65 colours, like pictures/,
    )
  })

  it.each<[string, string, number[], string[]]>([
    ['as indices', 'sky\nlake\nwood', [0, 1, 2, 255], ['sky', 'lake', 'wood', '-']],
    ['as indices of which some are not there', 'sky\nlake\nwood', [0, 2, 255], ['sky', 'wood', '-']],
    ['by the numbers before them', '0 sky\n127 lake\n255 wood', [0, 127, 255], ['sky', 'lake', 'wood']],
    ['in order where there are as many', 'sky\nlake\nwood', [0, 127, 254], ['sky', 'lake', 'wood']],
    ['in order with 255 where there are as many', 'sky\nlake\nwood', [0, 128, 255], ['sky', 'lake', 'wood']],
    [
      'in order without 255 where there are as many',
      'sky\nlake\nwood',
      [0, 50, 100, 255],
      ['sky', 'lake', 'wood', '-'],
    ],
    ['of black and white', 'sky\nlake', [0, 255], ['sky', 'lake']],
  ])('are classes of a list %s', (_, list, values, names) =>
    expect(read(keyOfList(parseClassList(list, 'classes.txt'), seen(values)), values)).toEqual(names),
  )

  it('that are not as many as the list are indices', () => {
    const list = parseClassList('sky\nlake\nwood', 'classes.txt')
    expect(read(keyOfList(list, seen([0, 1, 9, 18])), [0, 1, 9])).toEqual(['sky', 'lake', '?'])
  })

  it('are told where they are taken in order', () => {
    const list = parseClassList('sky\nlake', 'classes.txt')
    expect(keyOfList(list, seen([0, 255])).remark).toBe(
      'its masks have 2 values that are not indices of classes.txt; they are assigned in order: 0 is sky, 255 is lake',
    )
    expect(keyOfList(list, seen([0, 1])).remark).toBeUndefined()
  })

  it('have the colours of a list, if no two are the same', () => {
    const list = (colour: string) => parseClassList(`sky:0,0,0::\nlake:${colour}::`, 'labelmap.txt')
    expect([...keyOfList(list('0,0,128')).key.colours!]).toEqual([
      [0, 0],
      [128, 1],
    ])
    expect(keyOfList(list('0,0,0')).key.colours).toBeUndefined()
    expect(keyOfList(list('')).key.colours).toBeUndefined()
  })
})
