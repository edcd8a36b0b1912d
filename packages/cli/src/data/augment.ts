/** `gentle augment`: what a policy makes of pictures, as a sheet. */
import { type Shape, sizeOf } from 'gentle-dl'
import { augmented, type Dataset, inMemory, policies, readImageFile, writeImageFile } from 'gentle-dl/data'
import { type Image, image, sheet } from 'gentle-dl/vision'
import { note } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'
import { policyOf } from './policy.ts'

export interface AugmentFlags {
  readonly policy: string
  readonly grid: string
  readonly out: string
  readonly seed?: number
}

/** Pixels across that a sheet fills, and of a picture's longer side on it: what was changed can be seen. */
const [sheetWidth, minTile, maxTile] = [820, 96, 192]

/** Rows and columns of `4x4`. */
function gridOf(text: string): readonly [rows: number, columns: number] {
  const [rows, columns] = (/^(\d{1,2})x(\d{1,2})$/.exec(text) ?? []).slice(1).map(Number)
  if (!(rows >= 1 && columns >= 1))
    throw new UsageError(`--grid is ${text}; expected rows x columns, 1 to 99 each, such as 4x4`)
  return [rows, columns]
}

/** A data set of pictures of one size, each a class of its own, so that mixing shows its shares. */
const setOf = (pictures: readonly Image[], shape: Shape): Dataset => {
  const inputs = new Float32Array(pictures.length * sizeOf(shape))
  for (const [i, { data }] of pictures.entries()) inputs.set(data, i * sizeOf(shape))
  const classes = pictures.map((_, i) => String(i))
  return inMemory({ inputs, inputShape: shape, targets: Int32Array.from(classes, Number), classes })
}

/** Runs the command. Gives the exit code. */
export async function augment(files: readonly string[], flags: AugmentFlags): Promise<number> {
  const policy = policyOf('--policy', flags.policy)
  const [rows, columns] = gridOf(flags.grid)
  const read = await Promise.all(files.map((file) => readImageFile(file)))
  const channels = read.some((picture) => picture.channels === 3) ? 3 : 1
  const pictures = await Promise.all(
    read.map((picture, i) => (picture.channels === channels ? picture : readImageFile(files[i], { channels: 3 }))),
  )
  const mixes = policy.some(({ type }) => type === 'mixUp' || type === 'cutMix')
  const [{ height, width }] = pictures
  const other = pictures.findIndex((picture) => picture.height !== height || picture.width !== width)
  if (mixes && pictures.length < 2)
    throw new UsageError('--policy mixes pictures; give at least two pictures of the same size')
  if (mixes && other >= 0)
    throw new UsageError(
      `--policy mixes pictures; ${files[other]} is ${pictures[other].width} x ${pictures[other].height}, ${files[0]} is ${width} x ${height}; give pictures of the same size`,
    )
  // Pictures that are mixed are one batch; others need not be of one size.
  const batches = mixes ? [pictures] : pictures.map((picture) => [picture])
  const sets = batches.map((batch) => {
    const shape = [channels, batch[0].height, batch[0].width]
    return augmented(setOf(batch, shape), policy, { seed: flags.seed ?? 0 })
  })
  const tiles: { image: Image; caption: string }[] = []
  for (let k = 0; k < rows * columns; k++) {
    const own = k % pictures.length
    const pass = Math.floor(k / pictures.length)
    if (pass === 0) {
      tiles.push({ image: pictures[own], caption: pictures.length > 1 ? `picture ${own + 1}` : 'as it is' })
      continue
    }
    const set = sets[mixes ? 0 : own]
    const indices = mixes ? [own, (own + 1) % pictures.length] : [0]
    const [c, h, w] = set.inputShape
    const inputs = new Float32Array(indices.length * sizeOf(set.inputShape))
    const targets = new Float32Array(indices.length * Math.max(1, sizeOf(set.target.shape)))
    await set.read(indices, inputs, mixes ? targets : new Int32Array(1), pass - 1)
    const caption = mixes
      ? indices.map((index) => `${Math.round(100 * targets[index])} % ${index + 1}`).join(', ')
      : String(k - (pictures.length - 1))
    tiles.push({ image: image(c, h, w, inputs.slice(0, c * h * w)), caption })
  }
  await writeImageFile(
    flags.out,
    sheet(tiles, {
      columns,
      tile: Math.max(minTile, Math.min(maxTile, Math.floor(sheetWidth / columns) - 12)),
      title: `augmented: ${Object.hasOwn(policies, flags.policy) ? flags.policy : policy.map(({ type }) => type).join(', ')}`,
    }),
  )
  note(`wrote ${tiles.length} pictures to ${flags.out}`)
  return exitCodes.done
}
