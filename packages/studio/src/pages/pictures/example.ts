/** Pictures to try the page with: handwritten digits, of which a few have a wrong label. */
import { Random } from 'gentle-dl'
import type { Dataset } from 'gentle-dl/data'
import { image, resizeImage } from 'gentle-dl/vision'
import { keptSide, wrongLabels } from './settings.ts'

const exampleClasses: readonly string[] = ['3', '5', '8']

/** Pictures of each class. */
export const perClass = 40

/** MNIST's validation digits that are looked through. */
export const exampleDigits = 2500

export interface ExamplePicture {
  /** Bytes [3, 96, 96]. */
  readonly pixels: Uint8Array
  readonly label: string
  /** What it is. */
  readonly truth: string
}

/** The first digits of each class, as grey pictures in colour. */
export async function examplePictures(digits: Dataset): Promise<ExamplePicture[]> {
  const labels = Array.from(digits.labels!, String)
  const indices = exampleClasses.flatMap((name) =>
    labels.flatMap((label, i) => (label === name ? [i] : [])).slice(0, perClass),
  )
  const read = new Float32Array(indices.length * 784)
  await digits.read(indices, read, new Int32Array(indices.length))
  const wrong = new Set(new Random(1, 'wrong labels').permutation(indices.length).subarray(0, wrongLabels))
  return indices.map((at, i) => {
    const truth = labels[at]
    const next = exampleClasses[(exampleClasses.indexOf(truth) + 1) % exampleClasses.length]
    const grey = resizeImage(image(1, 28, 28, read.slice(i * 784, (i + 1) * 784)), {
      height: keptSide,
      width: keptSide,
    })
    const plane = grey.data.map((value) => Math.round(255 * value))
    const pixels = new Uint8Array(3 * plane.length)
    for (let c = 0; c < 3; c++) pixels.set(plane, c * plane.length)
    return { pixels, label: wrong.has(i) ? next : truth, truth }
  })
}
