/** A folder of pictures that several processes open together. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasMpirun, runRanks, unlessThere } from './mpirun.ts'

const program = 'packages/gentle/test/distributed/opening-program.ts'
const root = mkdtempSync(join(tmpdir(), 'gentle-opening-'))
afterAll(() => rmSync(root, { recursive: true }))
const [folder, other] = ['photos', 'others'].map((name) => join(root, name))
const count = 41

beforeAll(async () => {
  for (let i = 0; i < count; i++) {
    const place = join(folder, i % 5 === 0 ? 'val' : 'train', 'abc'[i % 3])
    mkdirSync(place, { recursive: true })
    const background = { r: i * 6, g: 200 - i, b: 9 }
    const picture = await sharp({ create: { width: 9, height: 7, channels: 3, background } })
      .jpeg()
      .toBuffer()
    writeFileSync(join(place, `${i}.jpg`), i === 7 || i === 20 ? picture.subarray(0, 120) : picture)
  }
  cpSync(folder, other, { recursive: true })
  rmSync(join(other, 'val', 'a', '15.jpg'))
})

/** What each rank said, in order. */
async function said(ranks: number, test = '', otherFolder = folder): Promise<string[]> {
  const { code, output, notes } = await runRanks(ranks, [program, folder, otherFolder], { RANK_TEST: test })
  expect(code, notes).toBe(0)
  return output
    .trim()
    .split(/\r?\n/)
    .sort()
    .map((line) => line.slice('rank 0: '.length))
}

describe.runIf(hasMpirun)(`a folder of pictures opened by ranks${unlessThere}`, () => {
  it('has each file decoded by one of them, and is the same for any number', async () => {
    const found = new Set<string>()
    for (const ranks of [1, 2, 3]) {
      const lines = await said(ranks)
      expect(lines.length).toBe(ranks)
      const counts = lines.map((line) => Number(/^(\d+) decoded/.exec(line)?.[1]))
      expect(counts.reduce((sum, each) => sum + each, 0)).toBe(count)
      for (const each of counts) expect(Math.abs(each - count / ranks)).toBeLessThan(1)
      for (const line of lines) found.add(line.replace(/^\d+ decoded, /, ''))
    }
    expect([...found]).toEqual([expect.stringMatching(/^2 left out: \w{16}$/)])
  })

  it('is refused by all in the same words', async () => {
    const [alone] = await said(1, 'strict')
    expect(alone).toMatch(/images cannot be read; the first: image .*\.jpg/)
    expect(await said(3, 'strict')).toEqual([alone, alone, alone])
  })

  it('is given up by all where one throws', async () => {
    expect(await said(3, 'throw')).toEqual(['rank 2: no more', 'rank 2: no more', 'no more'])
  })

  it('is refused where it is another for one', async () => {
    const lines = await said(3, '', other)
    expect(new Set(lines).size).toBe(1)
    expect(lines[0]).toMatch(/ranks see different files: number \d+ of rank 0's 41 is .*, of rank 2's 40 /)
  })
})
