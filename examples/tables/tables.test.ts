import { expect, test } from 'vitest'
import { houses, rents, tableText, temperatures } from './tables.ts'

test('tables have a row of names and numbers in all others, the same ones each time', () => {
  for (const [make, names] of [
    [houses, 'area,rooms,age,distance,price'],
    [rents, 'area,distance,rent'],
    [temperatures, 'hour,temperature'],
  ] as const) {
    const [header, ...rows] = make(50)
    expect(header.join()).toBe(names)
    expect(rows).toHaveLength(50)
    for (const row of rows) expect(row.every(Number.isFinite) && row.length === header.length).toBe(true)
    expect(tableText(make(50))).toBe(tableText([header, ...rows]))
  }
})
