/** Some pictures of every class on one sheet. */
import { Random, sizeOf } from 'gentle-dl'
import { type Dataset, labelsOf } from 'gentle-dl/data'
import { type Image, image, sheet } from 'gentle-dl/vision'

const columns = 6

/** Side of a picture on it: the largest multiple of its own that is not above this. */
const defaultTile = 128

/** Classes that a sheet has room for. */
const maxClasses = 32

/** A row of pictures a class, chosen by seed; of more classes than there is room for, the first. */
export async function contactSheet(part: Dataset, title: string, seed: number): Promise<Image> {
  const [channels, height, width] = part.inputShape
  const byClass = new Map<number, number[]>()
  const labels = labelsOf(part)
  for (const index of new Random(seed, 'contact sheet').permutation(part.length)) {
    const chosen = byClass.get(labels[index]) ?? []
    if (chosen.length < columns) byClass.set(labels[index], [...chosen, index])
  }
  const blank = { image: image(1, 1, 1, Float32Array.of(1)), colour: [1, 1, 1] as const }
  const tiles = []
  const classes = part.classes ?? [...byClass.keys()].map(String)
  for (const [label, name] of classes.slice(0, maxClasses).entries()) {
    const chosen = byClass.get(label) ?? []
    for (let column = 0; column < columns; column++) {
      if (chosen[column] === undefined) {
        tiles.push(blank)
        continue
      }
      const pixels = new Float32Array(sizeOf(part.inputShape))
      await part.read([chosen[column]], pixels, new Int32Array(1))
      tiles.push({ image: image(channels, height, width, pixels), ...(column === 0 ? { caption: name } : {}) })
    }
  }
  const left = classes.length - maxClasses
  const side = Math.max(height, width)
  const tile = Math.min(defaultTile, side) * Math.max(1, Math.floor(defaultTile / side))
  return sheet(tiles, {
    columns,
    tile,
    title: left > 0 ? `${title}: the first ${maxClasses} of ${classes.length} classes` : title,
  })
}
