import { describe, expect, it } from 'vitest'
import { FormatError } from '../../src/core/errors.ts'
import { csvPoints } from '../../src/data/csv.ts'

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
  it('has the label in its last column unless told otherwise, with or without a header', () => {
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

  it('refuses a label column that there is not, and labels that are no numbers', () => {
    expect(() => csvPoints('x,y\n1,2', { label: 'z' })).toThrow('has no column z; there are x, y')
    expect(() => csvPoints('1,2', { label: 2 })).toThrow('has no column 2; there are 0 to 1')
    expect(() => csvPoints('1,a', { targets: 'numbers', name: 'houses.csv' })).toThrow(
      "houses.csv, line 1, column 1 (from 0): 'a' is no number to predict",
    )
  })
})
