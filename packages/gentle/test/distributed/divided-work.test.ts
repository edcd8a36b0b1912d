/** Sets of files that several ranks open together. */
import { rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import {
  cocoFolder,
  type DividedWork,
  imageFolder,
  maskFolder,
  speechFolder,
  vocFolder,
  yoloFolder,
} from '../../src/data/index.ts'
import { RanksDifferError } from '../../src/distributed/agree.ts'
import { dividedAmong } from '../../src/distributed/divided-work.ts'
import type { Ranks } from '../../src/distributed/ranks.ts'
import { OtherRankError, ofFirstRank, together } from '../../src/distributed/together.ts'
import { writeWave } from '../../src/speech/index.ts'
import { cocoFiles, folderOf, maskFiles, sceneList, side, vocFiles, yoloFiles } from '../data/annotated/written-sets.ts'
import { inProcessRanks } from './in-process.ts'

const scenes = await sceneList(12, 3)
const png = (shade: number): Promise<Uint8Array> =>
  sharp({ create: { width: 6, height: 6, channels: 3, background: { r: shade, g: shade, b: 9 } } })
    .png()
    .toBuffer()

async function pictures(): Promise<string> {
  const files: Record<string, Uint8Array> = {}
  for (let i = 0; i < 23; i++) files[`${i < 12 ? 'train' : 'val'}/${'ab'[i % 2]}/${i}.png`] = await png(i * 5)
  const folder = folderOf({ ...files, 'train/a/broken.png': 'no picture', 'val/b/0.png': 'none, either' })
  truncateSync(join(folder, 'train', 'b', '3.png'), 60)
  return folder
}

const sounds = (): string =>
  folderOf({
    ...Object.fromEntries(
      Array.from({ length: 10 }, (_, i) => [
        `${i}.wav`,
        i === 4
          ? 'no sound'
          : writeWave({ sampleRate: 8000, channels: [Float32Array.from({ length: 8000 }, (_, t) => Math.sin(t * i))] }),
      ]),
    ),
    'transcripts.txt': Array.from({ length: 10 }, (_, i) => `${i}: say ${'abcdefghij'[i]}`).join('\n'),
  })

/** What can be compared of a set that was opened. */
const content = (opened: object): unknown =>
  JSON.parse(JSON.stringify(opened, (_, value) => (value instanceof Set ? [...value] : value)))

/** What each rank comes to: a value or an error. */
const onRanks = <T>(size: number, work: (ranks: Ranks) => Promise<T>): Promise<PromiseSettledResult<T>[]> =>
  Promise.allSettled(inProcessRanks(size).map(work))

const reasons = (settled: readonly PromiseSettledResult<unknown>[]): string[] =>
  settled.map((each) => (each.status === 'rejected' ? (each.reason as Error).message : 'no error'))

type Open = (folder: string, options: { readonly divide?: DividedWork; readonly strict?: boolean }) => Promise<object>

const breakPicture = (files: Readonly<Record<string, string | Uint8Array>>, name: string) => ({
  ...files,
  [name]: 'no',
})

const sets: readonly [string, () => Promise<string> | string, Open][] = [
  ['pictures in folders', pictures, (folder, options) => imageFolder(folder, { size: 6, ...options })],
  ['recordings', sounds, (folder, options) => speechFolder(folder, options)],
  [
    'a COCO set',
    async () =>
      folderOf(breakPicture(await cocoFiles({ train: scenes.slice(0, 7), val: scenes.slice(7) }), 'train/3.png')),
    (folder, options) => cocoFolder(folder, { size: side, ...options }),
  ],
  [
    'a VOC set',
    async () => folderOf(breakPicture(await vocFiles(scenes), 'Annotations/5.xml')),
    (folder, options) => vocFolder(folder, { size: side, ...options }),
  ],
  [
    'a YOLO set',
    async () =>
      folderOf(
        breakPicture(await yoloFiles({ train: scenes.slice(0, 7), val: scenes.slice(7) }), 'labels/train/2.txt'),
      ),
    (folder, options) => yoloFolder(folder, { size: side, ...options }),
  ],
  [
    'pictures with masks',
    async () => folderOf(breakPicture(await maskFiles(scenes), 'masks/1.png')),
    (folder, options) => maskFolder(folder, { size: side, ...options }),
  ],
]

describe.each(sets)('%s', (_, made, open) => {
  it('are opened by several ranks as by one, each of which looks at its share', async () => {
    const folder = await made()
    const alone = await open(folder, {})
    expect((alone as { skipped: readonly unknown[] }).skipped.length).toBeGreaterThan(0)
    for (const size of [1, 2, 3]) {
      /** How many files there are in each division, and at how many each rank looked. */
      const [files, looks] = [[] as number[], Array.from({ length: size }, () => [] as number[])]
      const settled = await onRanks(size, (ranks) => {
        const among = dividedAmong(ranks)
        const divide: DividedWork = (list, work) => {
          if (ranks.rank === 0) files.push(list.length)
          return among(list, (places) => {
            looks[ranks.rank].push(places.length)
            return work(places)
          })
        }
        return together(ranks, () => open(folder, { divide }))
      })
      for (const each of settled) {
        if (each.status === 'rejected') throw each.reason
        expect(content(each.value)).toEqual(content(alone))
      }
      expect(files.length).toBeGreaterThan(0)
      for (const [i, count] of files.entries()) {
        expect(looks.reduce((sum, own) => sum + own[i], 0)).toBe(count)
        for (const own of looks) expect(Math.abs(own[i] - count / size)).toBeLessThan(1)
      }
    }
  })

  it('are refused by all ranks in the words of one where nothing may be left out', async () => {
    const folder = await made()
    const alone = await open(folder, { strict: true }).catch((error: Error) => error.message)
    const settled = await onRanks(3, (ranks) =>
      together(ranks, () => open(folder, { strict: true, divide: dividedAmong(ranks) })),
    )
    expect(reasons(settled)).toEqual([alone, alone, alone])
  })
})

describe('ranks with different files', () => {
  const opened = async (places: readonly string[]) =>
    onRanks(places.length, (ranks) =>
      together(ranks, () => imageFolder(places[ranks.rank], { size: 6, divide: dividedAmong(ranks) })),
    )

  /** The same path on each "machine" is what paths relative to different folders stand for. */
  async function machines(change: (folder: string) => void): Promise<PromiseSettledResult<unknown>[]> {
    const one = await pictures()
    const other = await pictures()
    change(other)
    const divideIn = (ranks: Ranks, folder: string): DividedWork => {
      const among = dividedAmong(ranks)
      return (list, work) =>
        among(
          list.map((name) => name.replace(folder, 'photos')),
          work,
        )
    }
    return onRanks(3, (ranks) => {
      const folder = ranks.rank === 2 ? other : one
      return together(ranks, () => imageFolder(folder, { size: 6, divide: divideIn(ranks, folder) }))
    })
  }

  it('are told by the first file that differs, on all ranks', async () => {
    const settled = await machines((folder) => rmSync(join(folder, 'train', 'a', '10.png')))
    const found =
      "distributed: ranks see different files: number 2 of rank 0's 25 is photos/train/a/10.png (N bytes), of rank 2's 24 photos/train/a/2.png (N bytes); give all the same files"
    expect(reasons(settled).map((text) => text.replaceAll(/\d+ bytes/g, 'N bytes'))).toEqual([found, found, found])
    for (const each of settled) expect(each.status === 'rejected' && each.reason).toBeInstanceOf(RanksDifferError)
  })

  it('are told where one has a file of another size', async () => {
    const settled = await machines((folder) => truncateSync(join(folder, 'val', 'b', '0.png'), 4))
    expect(reasons(settled)[1]).toMatch(
      /photos\/val\/b\/0.png \(12 bytes\), of rank 2's 25 photos\/val\/b\/0.png \(4 bytes\)/,
    )
  })

  it('end with what one cannot open, which the others hear', async () => {
    const folder = await pictures()
    const settled = await opened([folder, join(folder, 'nowhere'), folder])
    const [first, second, third] = reasons(settled)
    expect(second).toMatch(/nowhere/)
    expect([first, third]).toEqual([`rank 1: ${second}`, `rank 1: ${second}`])
    expect(settled[0].status === 'rejected' && settled[0].reason).toBeInstanceOf(OtherRankError)
  })

  it('do not hang where one looks at files and another does something else', async () => {
    const folder = await pictures()
    const settled = await onRanks(2, (ranks) =>
      together<unknown>(ranks, () =>
        ranks.rank === 0
          ? imageFolder(folder, { size: 6, divide: dividedAmong(ranks) })
          : ofFirstRank(ranks, async () => 1),
      ),
    )
    const found =
      'distributed: ranks differ in what they do: rank 0 is comparing files, rank 1 where the first works for all; start all with the same program, data and settings'
    expect(reasons(settled)).toEqual([found, found])
  })

  it('hear of work that fails in the share of one', async () => {
    const settled = await onRanks(3, (ranks) =>
      together(ranks, () =>
        dividedAmong(ranks)(['a', 'b', 'c', 'd'], async (places) => {
          if (places.includes(1)) throw new Error('no more memory')
          return places
        }),
      ),
    )
    expect(reasons(settled)).toEqual(['rank 1: no more memory', 'no more memory', 'rank 1: no more memory'])
  })
})

it('names the file that differs behind thousands that are the same', async () => {
  const list = (rank: number): string[] =>
    Array.from({ length: 10_000 }, (_, i) => (i === 9000 && rank === 1 ? 'other' : `file ${i}`))
  const settled = await onRanks(2, (ranks) => dividedAmong(ranks)(list(ranks.rank), async (places) => places))
  expect(reasons(settled)[0]).toMatch(/number 9001 of rank 0's 10000 is file 9000, of rank 1's 10000 other/)
})

it('gives NaN and infinities as they are', async () => {
  const settled = await onRanks(2, (ranks) =>
    dividedAmong(ranks)(['a', 'b'], async (places) => places.map((i) => [NaN, Number.POSITIVE_INFINITY][i])),
  )
  for (const each of settled) expect(each).toEqual({ status: 'fulfilled', value: [NaN, Number.POSITIVE_INFINITY] })
})
