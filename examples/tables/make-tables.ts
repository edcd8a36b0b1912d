/** Draws tables to learn from: `node examples/tables/make-tables.ts [folder]` writes houses.csv, rent.csv and temperature.csv. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { houses, rents, tableText, temperatures } from './tables.ts'

const [folder = 'data'] = process.argv.slice(2)

mkdirSync(folder, { recursive: true })
for (const [name, table] of Object.entries({
  houses: houses(1200),
  rent: rents(800),
  temperature: temperatures(500),
})) {
  const file = join(folder, `${name}.csv`)
  writeFileSync(file, tableText(table))
  console.log(`${file}: ${(table.length - 1).toLocaleString('en-US')} rows, ${table[0].join(', ')}`)
}
