/** Sets of which one file is changed anywhere are read, or refused in one line. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { DataError } from 'gentle-dl'
import { type AnnotatedFolder, cocoFolder, maskFolder, vocFolder, yoloFolder } from 'gentle-dl/data'
import { expect, it } from 'vitest'
import {
  allOf,
  cocoJson,
  type Files,
  folderOf,
  maskFiles,
  pictureFiles,
  sceneList,
  side,
  vocFiles,
  yoloFiles,
} from './written-sets.ts'

const list = await sceneList(4)

async function expectReadOrRefused(opening: Promise<AnnotatedFolder>): Promise<void> {
  try {
    await allOf(await opening)
  } catch (error) {
    expect(error).toBeInstanceOf(DataError)
    expect((error as DataError).message).not.toContain('\n')
  }
}

/** Places in JSON, as keys from the top, and what is set there; undefined for what is removed. */
type Change = readonly [steps: readonly number[], value: unknown]

/** JSON with another value where steps lead: each chooses among the keys of a value. */
function changed(value: unknown, [steps, other]: Change): unknown {
  const [step, ...rest] = steps
  if (step === undefined || typeof value !== 'object' || value === null) return other
  const entries = Object.entries(value)
  if (entries.length === 0) return other
  const [key, inside] = entries[step % entries.length]
  const made = changed(inside, [rest, other])
  return Array.isArray(value) ? value.with(Number(key), made) : { ...value, [key]: made }
}

const oddValue = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, true, '', '7', 'images\\0.png', [], {}, [null], [[]], [[1, 2, 3, 4]], 1e9),
  fc.constantFrom<unknown>({ size: [side, side], counts: [side * side] }, { size: null, counts: null }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -2, max: 300 }),
  fc.string(),
)

const masks = fc.constantFrom(undefined, true, false)

it('COCO', async () => {
  const folder = folderOf(await pictureFiles('images', list))
  const change = fc.tuple(fc.array(fc.nat(40), { minLength: 1, maxLength: 5 }), oddValue)
  const kind = fc.constantFrom('polygons', 'counts', 'string', 'none')
  await fc.assert(
    fc.asyncProperty(
      kind,
      fc.array(change, { minLength: 1, maxLength: 4 }),
      masks,
      async (written, changes, wanted) => {
        const json = changes.reduce<unknown>(changed, cocoJson(list, written as 'counts'))
        writeFileSync(join(folder, 'all.json'), JSON.stringify(json) ?? '')
        await expectReadOrRefused(cocoFolder(folder, { size: side, masks: wanted }))
      },
    ),
    { numRuns: 200 },
  )
}, 60_000)

it.each([
  ['VOC', vocFolder, await vocFiles(list)],
  ['YOLO', yoloFolder, await yoloFiles({ train: list.slice(0, 3), val: list })],
  ['masks', maskFolder, await maskFiles(list)],
] as const)(
  '%s',
  async (_, open, files: Files) => {
    const folder = folderOf(files)
    const name = fc.constantFrom(...Object.keys(files))
    const bytes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(name, bytes, fc.option(fc.nat()), masks, async (file, changes, end, wanted) => {
        const original = Buffer.from(files[file])
        const other = Buffer.from(original)
        for (const [at, byte] of changes) other[at % other.length] = byte
        writeFileSync(join(folder, file), end === null ? other : other.subarray(0, end % other.length))
        await expectReadOrRefused(open(folder, { size: side, masks: wanted } as never))
        writeFileSync(join(folder, file), original)
      }),
      { numRuns: 100 },
    )
  },
  60_000,
)
