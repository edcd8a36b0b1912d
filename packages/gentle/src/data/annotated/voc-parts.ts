/** The parts of a set of Pascal VOC. */
import { DataError } from '../../core/errors.ts'
import type { GivenParts } from '../three-parts.ts'
import { type Listing, listed, stemOf, textOf } from './annotation-text.ts'

/**
 * Names of the pictures of each part, as lists of `ImageSets` have them; undefined without lists.
 * @param options.masked whether those are asked for that have masks
 * @param options.stems names of the files that there are
 * @throws DataError for lists of which none is of training.
 */
export async function vocParts(
  what: string,
  path: string,
  root: Listing,
  { masked, stems }: { masked: boolean; stems: readonly string[] },
): Promise<GivenParts<readonly string[]> | undefined> {
  const { join } = process.getBuiltinModule('node:path')
  if (!root.folders.includes('ImageSets')) return undefined
  const inside = (await listed(join(path, 'ImageSets')))!
  const kinds = ['Main', 'Segmentation']
  const kind = (masked ? kinds.reverse() : kinds).find((name) => inside.folders.includes(name))
  if (kind === undefined) return undefined
  const place = join(path, 'ImageSets', kind)
  const { files } = (await listed(place))!
  const known = new Set(stems)
  // A name may have spaces, or its ending; lists of one class have 1 or -1 behind it.
  const stemIn = (line: string): string => [line, stemOf(line)].find((each) => known.has(each)) ?? line.split(/\s+/)[0]
  const read = async (part: string): Promise<string[] | undefined> => {
    if (!files.includes(`${part}.txt`)) return undefined
    const lines = (await textOf(join(place, `${part}.txt`))).split(/\r?\n/).map((line) => line.trim())
    return [...new Set(lines.filter((line) => line !== '').map(stemIn))]
  }
  const [alone, validation, all, test] = [
    await read('train'),
    await read('val'),
    await read('trainval'),
    await read('test'),
  ]
  const train = alone ?? all?.filter((stem) => validation?.includes(stem) !== true)
  if (train !== undefined) return { train, validation, test }
  if (validation === undefined && test === undefined) return undefined
  throw new DataError(`${what}: ${place} lists no pictures for training; expected train.txt or trainval.txt in it`)
}
