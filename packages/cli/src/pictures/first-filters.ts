/** What the first layer of a network on pictures has learned to look for. */
import { type Model, readWeights } from 'gentle-dl'
import { type Image, image, signed, signedColours } from 'gentle-dl/vision'

/** Kernels of the first convolution, or rows of a first dense layer that are as large as the picture. */
export interface FirstFilters {
  readonly name: string
  /** Each a picture of 1 or 3 channels, of numbers of both signs. */
  readonly filters: readonly Image[]
}

/** The filters of the first layer with weights; undefined where it does not look at pictures. */
export async function firstFilters(model: Model): Promise<FirstFilters | undefined> {
  const [channels, height, width] = model.inputShape
  const first = [...model.parameters].find(([, { shape }]) => shape.length >= 2)
  if (first === undefined) return undefined
  const [name, { shape }] = first
  const data = (await readWeights(model)).get(name)!
  const ofConvolution = shape.length === 4 && shape[1] === channels
  const ofPicture = shape.length === 2 && shape[1] === channels * height * width
  if (!ofConvolution && !ofPicture) return undefined
  const [count, c, h, w] = ofConvolution ? shape : [shape[0], channels, height, width]
  const size = c * h * w
  const filters = Array.from({ length: count }, (_, i) => image(c, h, w, data.slice(i * size, (i + 1) * size)))
  return { name, filters }
}

/** Filters as strong as they are beside each other: in colours where they have three channels, else by their signs. */
export function shownFilters(filters: readonly Image[]): Image[] {
  const largest = filters.reduce((sum, { data }) => data.reduce((a, b) => Math.max(a, Math.abs(b)), sum), 0)
  return filters.map((filter) => (filter.channels === 3 ? signedColours(filter, largest) : signed(filter, largest)))
}
