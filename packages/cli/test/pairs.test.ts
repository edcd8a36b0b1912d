import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesOfPairs, openPairs } from '../src/translation/open-pairs.ts'
import { defaultSize, sizesOf } from '../src/translation/pieces.ts'
import { gentle, temporaryFolder } from './command.ts'

describe('pairs of texts by name', () => {
  const folder = temporaryFolder()
  const file = (name: string, content: string): string => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }
  const [table, left, right] = [
    file('a,b.tsv', 'one\teins\n\ntwo\tzwei\nthree\n'),
    file('left.txt', 'one\ntwo\n'),
    file('right.txt', 'eins\nzwei\n'),
  ]

  it('are one file, also with a comma in its name, or two files', () => {
    expect(filesOfPairs(`pairs:${table}`)).toEqual([table])
    expect(filesOfPairs(`pairs:${left},${right}`)).toEqual([left, right])
    expect(openPairs(`pairs:${left},${right}`, true).pairs.map(({ target }) => target)).toEqual(['eins', 'zwei'])
    expect(() => filesOfPairs('pairs:')).toThrow('has no file; expected pairs:FILE.tsv or pairs:A.txt,B.txt')
    expect(() => filesOfPairs(`pairs:${left},nothing.txt`)).toThrow('no such file: nothing.txt')
  })

  it('are told with what is left out, which --strict refuses', async () => {
    const { code, stdout, stderr } = await gentle(['data', `pairs:${table}`, '--validation', '1', '--json'])
    // Two sources cannot be split into three parts.
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('1 line is empty (2), 1 line is without a tab (4); skipped (--strict stops instead)')
    expect(stderr).toContain('2 different sources are too few to hold out 1 for testing and 1 for validation')
    expect(() => openPairs(`pairs:${table}`, true)).toThrow('--strict stops there')
  })
})

describe('the number of pieces', () => {
  it('is what is told, of both sides or of each', () => {
    expect(sizesOf('8000')).toEqual({ source: 8000, target: 8000 })
    expect(sizesOf('characters, 100')).toEqual({ source: 'characters', target: 100 })
    for (const wrong of ['', '18', 'words', '1,2', '100,100,100', '1e3'])
      expect(() => sizesOf(wrong)).toThrow('--vocabulary is')
  })

  it('is small where words are hardly met twice, and grows with the texts where they are', () => {
    const names = Array.from({ length: 3000 }, (_, i) => `name${i}`)
    expect(defaultSize(names)).toBe('characters')
    expect(defaultSize(names.map((name) => name.repeat(4)))).toBe(120)
    const sentences = Array.from({ length: 9000 }, (_, i) => `one of ${i % 100} is as good as ${i % 77}`)
    expect(defaultSize(sentences)).toBe(240)
  })
})
