/** Tables whose last column follows from the others by a rule, and by chance. */

/** Names of the columns, and rows of numbers. */
export type Table = readonly [readonly string[], ...(readonly number[])[]]

/** Numbers from 0 to 1 by a seed (mulberry32, Tommy Ettinger), and numbers of a normal distribution (Box, Muller, 1958). */
function chance(seed: number) {
  let state = seed
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (least: number, most: number): number => least + (most - least) * uniform()
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  return { between, normal }
}

const rowsOf = (count: number, row: () => readonly number[]): (readonly number[])[] =>
  Array.from({ length: count }, row)

/** What flats cost: more by area and near the centre, less by age until they are so old that this is charm. The noise has a deviation of 15,000. */
export function houses(count: number): Table {
  const { between, normal } = chance(1)
  return [
    ['area', 'rooms', 'age', 'distance', 'price'],
    ...rowsOf(count, () => {
      const area = Math.round(between(25, 180))
      const rooms = Math.max(1, Math.round(area / 28 + 0.6 * normal()))
      const age = Math.round(between(0, 120))
      const distance = Number(between(0.2, 20).toFixed(1))
      const perMetre = 2500 + 3500 * Math.exp(-distance / 5) - 14 * age + 0.16 * age ** 2
      return [area, rooms, age, distance, Math.round((area * perMetre + 6000 * rooms + 15_000 * normal()) / 100) * 100]
    }),
  ]
}

/** Rents by area and distance. */
export function rents(count: number): Table {
  const { between, normal } = chance(2)
  return [
    ['area', 'distance', 'rent'],
    ...rowsOf(count, () => {
      const [area, distance] = [Math.round(between(20, 140)), Number(between(0, 15).toFixed(1))]
      return [area, distance, Math.round(area * (9 + 11 * Math.exp(-(((distance - 3) / 4) ** 2))) + 60 * normal())]
    }),
  ]
}

/** Temperatures by the hour of the day. */
export function temperatures(count: number): Table {
  const { between, normal } = chance(3)
  return [
    ['hour', 'temperature'],
    ...rowsOf(count, () => {
      const hour = Number(between(0, 24).toFixed(2))
      const warmth = 12 + 7 * Math.sin(((hour - 9) / 12) * Math.PI) + 2 * Math.sin(((hour - 4) / 6) * Math.PI)
      return [hour, Number((warmth + 1.2 * normal()).toFixed(1))]
    }),
  ]
}

/** As a file has it. */
export const tableText = (table: Table): string => table.map((row) => `${row.join(',')}\n`).join('')
