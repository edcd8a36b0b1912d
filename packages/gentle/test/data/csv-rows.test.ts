import { describe, expect, it } from 'vitest'
import { FormatError } from '../../src/core/errors.ts'
import { csvPoints, csvRows } from '../../src/data/index.ts'

const names = ['area', 'rooms']

describe('rows without labels', () => {
  it('are matched by the names of the columns, in whatever order, and further columns are named', () => {
    const { inputs, length, ignored, header, cells } = csvRows('id,rooms,area\n1,3,70\n2,4,"95.5"', {
      features: 2,
      names,
    })
    expect({ inputs: [...inputs], length, ignored, header }).toEqual({
      inputs: [70, 3, 95.5, 4],
      length: 2,
      ignored: ['id'],
      header: ['id', 'rooms', 'area'],
    })
    expect(cells(1)).toEqual(['2', '4', '95.5'])
  })

  it('are matched by order where the table or the model has no names', () => {
    expect([...csvRows('70;3,5\n95;4,5', { features: 2, names }).inputs]).toEqual([70, 3.5, 95, 4.5])
    expect([...csvRows('a,b\n1,2', { features: 2 }).inputs]).toEqual([1, 2])
    expect([...csvRows('x\n1\n2', { features: 1, names: ['x'] }).inputs]).toEqual([1, 2])
  })

  it.each([
    ['area,garden\n1,2', "has no column 'rooms'; the model takes 'area', 'rooms', and the table has 'area', 'garden'"],
    ['1,2,3', "has 3 columns and no header, but the model takes 2 inputs: 'area', 'rooms'"],
    ['area,rooms\n1,two', "line 2, column 'rooms': 'two' is not a number"],
    ['area,rooms\n1,NA', "line 2, column 'rooms': the value is missing (NA)"],
    ['area,rooms,area\n1,2,3', "several columns that are called 'area'"],
    ['area,rooms', 'has a header alone'],
    ['area,rooms\n1,2\n3', 'line 3: 1 cell; the first row has 2'],
    ['', 'is empty'],
  ])('are refused by name: %j', (text, message) => {
    expect(() => csvRows(text, { features: 2, names, name: 'rows.csv' })).toThrow(FormatError)
    expect(() => csvRows(text, { features: 2, names, name: 'rows.csv' })).toThrow(message)
  })
})

describe('labels that tell by themselves what they are', () => {
  const table = (label: (i: number) => string | number, rows = 60): string =>
    `area,label\n${Array.from({ length: rows }, (_, i) => `${i + 0.5},${label(i)}`).join('\n')}`
  const kindOf = (text: string): string => csvPoints(text, { targets: 'auto' }).target.dtype

  it('are numbers to predict where some are fractions, or most whole ones occur a few times', () => {
    expect(kindOf(table((i) => i / 4))).toBe('float32')
    expect(kindOf(table((i) => 1000 + 3 * (i % 30)))).toBe('float32')
    expect(kindOf('a;b\n1;2,5\n2;3,5')).toBe('float32')
  })

  it('are classes where they are texts or few whole numbers', () => {
    expect(kindOf(table((i) => i % 3))).toBe('int32')
    expect(kindOf(table((i) => `${i % 3}.0`))).toBe('int32')
    expect(kindOf(table((i) => 'ab'[i % 2]))).toBe('int32')
    expect(kindOf(table((i) => i % 26, 400))).toBe('int32')
  })

  it('tell the missing one by its line', () => {
    expect(() =>
      csvPoints(
        table((i) => (i === 4 ? '' : i / 4)),
        { targets: 'auto' },
      ),
    ).toThrow(/line 6/)
  })
})
