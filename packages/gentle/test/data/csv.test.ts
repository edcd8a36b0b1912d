import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FormatError } from '../../src/core/errors.ts'
import { csvPoints } from '../../src/data/csv.ts'
import { randomCases } from '../random-cases.ts'

function rows(dataset: ReturnType<typeof csvPoints>) {
  const [size] = dataset.inputShape
  return Array.from({ length: dataset.length }, (_, i) => {
    const inputs = new Float32Array(size)
    const target = dataset.target.dtype === 'int32' ? new Int32Array(1) : new Float32Array(1)
    dataset.read([i], inputs, target)
    return [...inputs, target[0]]
  })
}

describe('a table of points', () => {
  it('has the label in its last column by default, with or without a header', () => {
    const bare = csvPoints('1,2,b\n3,4,a\n')
    expect(bare.classes).toEqual(['a', 'b'])
    expect(rows(bare)).toEqual([
      [1, 2, 1],
      [3, 4, 0],
    ])
    expect(rows(csvPoints('x,y,kind\n1,2,b\n3,4,a'))).toEqual(rows(bare))
    expect(rows(csvPoints('kind,x,y\nb,1,2\na,3,4', { label: 'kind' }))).toEqual(rows(bare))
    expect(rows(csvPoints('b,1,2\na,3,4', { label: 0 }))).toEqual(rows(bare))
  })

  it('orders classes that are numbers by their value', () => {
    expect(csvPoints('0,10\n0,9\n0,2').classes).toEqual(['2', '9', '10'])
  })

  it('reads quotes, Windows line ends, empty lines, blanks and a byte order mark', () => {
    const text = '\ufeff"x","the ""kind"", or so"\r\n\r\n 1.5e1 ,"a, b"\r\n-2,"two\nlines"'
    const dataset = csvPoints(text)
    expect(dataset.classes).toEqual(['a, b', 'two\nlines'])
    expect(rows(dataset).map(([x]) => x)).toEqual([15, -2])
  })

  it('has numbers to predict where that is asked for', () => {
    const dataset = csvPoints('1,0.5\n2,1.5', { targets: 'numbers' })
    expect(dataset.target).toEqual({ dtype: 'float32', shape: [1] })
    expect(rows(dataset)).toEqual([
      [1, 0.5],
      [2, 1.5],
    ])
  })

  it.each([
    ['', 'csv is empty'],
    ['\n \n', 'csv is empty'],
    ['1,2,a\n3,4\n', 'line 2: 2 cells; the first row has 3'],
    ['x,y,kind\n1,2,a\n3,?,b', "line 3, column 'y': the value is missing (?); fill it or leave the row out"],
    ['1,,a', 'line 1, column 1 (from 0): the value is missing; fill it or leave the row out'],
    ['1,2,"a', 'line 1: a quote is opened there and never closed'],
    ['a\nb', 'has one column'],
  ])('refuses %j with the line', (text, message) => {
    expect(() => csvPoints(text)).toThrow(FormatError)
    expect(() => csvPoints(text)).toThrow(message)
  })

  it('refuses a label column that there is not, and labels that are not numbers', () => {
    expect(() => csvPoints('x,y\n1,2', { label: 'z' })).toThrow('has no column z; there are x, y')
    expect(() => csvPoints('1,2', { label: 2 })).toThrow('has no column 2; there are 0 to 1')
    expect(() => csvPoints('1,a', { targets: 'numbers', name: 'houses.csv' })).toThrow(
      "houses.csv, line 1, column 1 (from 0): 'a' is not a number to predict",
    )
  })

  it('sees what separates cells, and decimal commas', () => {
    for (const [separator, decimal] of [
      [';', ','],
      ['\t', ','],
      ['|', '.'],
      [',', '.'],
      [';', '.'],
    ] as const) {
      const lines = ['x,y,kind', '0.5,-1.25,b', '3,4e1,a'].map((line) =>
        line.replaceAll(',', separator).replaceAll('.', decimal),
      )
      const dataset = csvPoints(lines.join('\r\n'))
      expect(dataset.reading).toMatchObject({ separator, decimal, header: true, label: { column: 2, name: 'kind' } })
      expect(rows(dataset)).toEqual([
        [0.5, -1.25, 1],
        [3, 40, 0],
      ])
    }
    // Quoted, as spreadsheets write decimal commas between commas.
    expect(rows(csvPoints('"1,5","0,25",b\n"2,0","1,75",a'))).toEqual([
      [1.5, 0.25, 1],
      [2, 1.75, 0],
    ])
  })

  it.each([
    ['x;y;k\n1,5;2;a\n3;4.5;b', 'line 2 has a number with a comma, line 3 one with a point'],
    ['x;y;k\n1,500;2;a\n3;12,250;b', "line 2: '1,500' may be a number of thousands or one with a decimal comma"],
    ['x,y,k\n0x10,2,a\n3,4,b', "column 'x': '0x10' is not a number"],
    ['x,y,k\n1e400,2,a\n3,4,b', "column 'x': '1e400' is not a number"],
    ['x,y,label\n1,2,a\n3,4,', "line 3, column 'label': the label is missing"],
    ['x,y,label\n1,2,0\n3,4,NA\n5,6,1', "line 3, column 'label': the label is missing (NA)"],
    ['x,y,label\n1,NaN,0\n3,4,1', "line 2, column 'y': the value is missing (NaN)"],
    ['x,y,k\n1,2,3\n3,4,3', "column 'k' is 3 in every row, which leaves nothing to tell apart"],
    ['x,y,label\n', 'has a header alone'],
    ['id,price,rooms\n', 'has a header alone'],
    ['x,label,label\n1,0,1\n2,1,0', "2 columns that are called 'label': 1, 2"],
    ['x\0,y', 'is not text'],
    [
      `x,price\n${Array.from({ length: 30 }, (_, i) => `${i % 3},${i / 7}`).join('\n')}`,
      "column 'price' has 30 different numbers in 30 rows, so it is a number to predict",
    ],
    [
      `x,who\n${Array.from({ length: 30 }, (_, i) => `${i % 3},n${i}`).join('\n')}`,
      "column 'who' has 30 different texts in 30 rows, so it is a name, no class",
    ],
  ])('refuses %j rather than guess', (text, message) => {
    expect(() => csvPoints(text)).toThrow(FormatError)
    expect(() => csvPoints(text)).toThrow(message)
  })

  it('finds the label by its name, as the only text, or by its values, and says which', () => {
    const pixels = (label: (row: number) => string | number, header = '') =>
      header + Array.from({ length: 40 }, (_, i) => `${label(i)},${(i * 7) % 256},${i % 2 ? 255 : 3},0`).join('\n')
    const named = csvPoints(pixels((i) => i % 10, 'label,pixel0,pixel1,pixel2\n'))
    expect(named.reading).toMatchObject({ label: { column: 0, name: 'label', chosen: 'by name' }, values: 'bytes' })
    expect(named.classes).toHaveLength(10)
    expect(rows(named)[1]).toEqual([7 / 255, 1, 0, 1].map(Math.fround))
    expect(csvPoints(pixels((i) => 'abc'[i % 3])).reading.label).toEqual({ column: 0, chosen: 'the only text column' })
    const counted = csvPoints(pixels((i) => i % 10))
    expect(counted.reading).toMatchObject({ label: { column: 0, chosen: 'by its values' }, values: 'numbers' })
    expect(csvPoints('1,2,0\n3,4,1').reading.label).toEqual({ column: 2, chosen: 'the last column' })
    expect(csvPoints('y,x,z\n0,1,0\n1,1,1').reading.label).toMatchObject({ name: 'z' })
    // Of a table with names a last column of measured numbers is not passed over.
    const measured = `rooms,area\n${Array.from({ length: 40 }, (_, i) => `${i % 3},${i / 7}`).join('\n')}`
    expect(() => csvPoints(measured)).toThrow(/'area' has 40 different numbers/)
    expect(csvPoints(measured, { label: 'rooms' }).classes).toEqual(['0', '1', '2'])
  })

  it('takes a label by name or by number, as a command line has them', () => {
    expect(csvPoints('1,0,5\n0,1,6', { label: '0' }).reading).toMatchObject({ header: false, label: { column: 0 } })
    expect(csvPoints('0,1,2,3,4\n5,6,7,8,9\n5,6,7,9,8', { label: '3' }).reading.label).toEqual({
      column: 3,
      name: '3',
      chosen: 'as given',
    })
  })

  it('leaves a first column out that numbers the rows, and says so', () => {
    const table = (header: string, first: (row: number) => string | number) =>
      csvPoints(`${header}${Array.from({ length: 12 }, (_, i) => `${first(i)},${i % 5},${i % 2}`).join('\n')}`)
    for (const [header, first] of [
      [',x,k\n', (i: number) => i],
      [',x,k\n', (i: number) => (7 * i) % 12],
      ['"",x,k\n', (i: number) => `"car ${i}"`],
      ['Unnamed: 0,x,k\n', (i: number) => i],
      ['Id,x,k\n', (i: number) => i + 1],
      ['', (i: number) => i],
    ] as const) {
      const { reading, inputShape } = table(header, first)
      expect(reading.index).toMatchObject({ column: 0 })
      expect(inputShape).toEqual([1])
    }
    for (const [header, first] of [
      ['time,x,k\n', (i: number) => i],
      ['Id,x,k\n', (i: number) => (7 * i) % 12],
      ['', (i: number) => i + 2],
    ] as const)
      expect(table(header, first).reading.index).toBeUndefined()
    // It counts up where one looks, and no further.
    const long = Array.from({ length: 300 }, (_, i) => `${i === 299 ? 0 : i},${i % 5},${i % 2}`).join('\n')
    expect(csvPoints(long).inputShape).toEqual([2])
  })

  it('reads true and false as 1 and 0, classes that are equal numbers as one, and accents however they are typed', () => {
    const flags = csvPoints('a,flag,won\n1,True,False\n2,False,True')
    expect(flags.classes).toEqual(['False', 'True'])
    expect(rows(flags)).toEqual([
      [1, 1, 0],
      [2, 0, 1],
    ])
    expect(csvPoints('1,1.0\n2,1\n3,0.0').classes).toEqual(['0', '1'])
    expect(csvPoints('1,\u00e9\n2,e\u0301\n3,a').classes).toEqual(['a', '\u00e9'])
  })

  it('reads bytes in UTF-8, in UTF-16 with its mark, and else as Windows wrote them', () => {
    const text = 'x,art\n1,K\u00e4fer\n2,B\u00e4r'
    const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le')
    for (const [bytes, encoding] of [
      [new TextEncoder().encode(`\ufeff${text}`), 'utf-8'],
      [utf16, 'utf-16'],
      [Buffer.from(utf16).swap16(), 'utf-16'],
      [Buffer.from(text, 'latin1'), 'windows-1252'],
    ] as const) {
      const { classes, reading } = csvPoints(new Uint8Array(bytes))
      expect(classes).toEqual(['B\u00e4r', 'K\u00e4fer'])
      expect(reading.encoding).toBe(encoding)
    }
  })

  it('reads any text, or refuses it in a line', () => {
    const marks = [',', ';', '\t', '|', '\n', '\r\n', '\r', '"', '""', ' ', '\u00a0', '\ufeff']
    const cells = ['1', '2', '-1.5', '2,5', '1,234', '1e5', '0x1', 'a', 'label', 'NaN', 'True', '']
    const text = fc.array(fc.constantFrom(...marks, ...cells), { maxLength: 30 }).map((parts) => parts.join(''))
    const targets = fc.constantFrom('classes' as const, 'numbers' as const)
    fc.assert(
      fc.property(text, fc.constantFrom(undefined, 0, 1, 'label'), targets, (source, label, kind) => {
        try {
          const dataset = csvPoints(source, { label, targets: kind })
          expect(rows(dataset).flat().every(Number.isFinite)).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError)
          expect((error as Error).message).not.toContain('\n')
        }
      }),
      { seed: 5, numRuns: randomCases(2000) },
    )
    expect(csvPoints('1,\u00a0"a\n2,b').classes).toEqual(['"a', 'b'])
  })

  it('reads line ends of three kinds, and tells lines of a file by them', () => {
    for (const end of ['\n', '\r\n', '\r'])
      expect(() => csvPoints(['x,k', '"1\n",a', '', '2,b', '?,b'].join(end))).toThrow(
        "line 6, column 'x': the value is missing",
      )
  })
})
