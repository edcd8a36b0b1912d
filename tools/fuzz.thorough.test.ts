/** A part of what `npm run fuzz` tries. */
import { expect, it } from 'vitest'
import { fileOf, tryFile } from './fuzz/case.ts'
import { readers } from './fuzz/readers/index.ts'

const cases = 200

it.each(Object.keys(readers))('%s: changed files are read, or refused in a line', async (name) => {
  const reader = await readers[name]()
  for (const seed of reader.seeds) await reader.read(seed.slice())
  for (let index = 0; index < cases; index++) {
    const { problem } = await tryFile(reader, fileOf(name, reader, 1, index))
    expect(problem, `npm run fuzz -- ${name} --case ${index}`).toBeUndefined()
  }
})
