/** Small pictures within a page. */
import { type Dataset, encodeImage } from 'gentle-dl/data'
import { type Image, image, resizeImage } from 'gentle-dl/vision'
import { type Html, html, type Part } from './html.ts'

/** Pixels of a picture's longer side, at most; and of those that are shown larger than they are. */
const [maxSide, smallSide] = [128, 48]

/** How a picture is told to who cannot see it, and what stands below. */
export interface Labels {
  readonly alt: string
  readonly caption?: Part
  /** Of the frame and the caption. */
  readonly kind?: 'right' | 'wrong'
}

/** A picture in [0, 1] with its caption, made smaller where it is large; pixels of small ones are seen as they are. */
export async function thumbnail(picture: Image, { alt, caption, kind }: Labels): Promise<Html> {
  const scale = maxSide / Math.max(picture.height, picture.width)
  const shown =
    scale >= 1
      ? picture
      : resizeImage(picture, {
          height: Math.max(1, Math.round(scale * picture.height)),
          width: Math.max(1, Math.round(scale * picture.width)),
          fit: 'stretch',
        })
  const address = await dataAddress(shown, Math.max(shown.height, shown.width) <= smallSide)
  const pixels = Math.max(shown.height, shown.width) <= smallSide ? ' pixels' : ''
  const below = caption === undefined ? undefined : html`<figcaption>${caption}</figcaption>`
  return html`<figure class="thumbnail ${kind ?? 'plain'}${pixels}"><img src="${address}" alt="${alt}" width="${shown.width}" height="${shown.height}" />${below}</figure>`
}

/** A large picture as it is, such as one with masks beside it. */
export async function wholePicture(picture: Image, { alt, caption }: Labels): Promise<Html> {
  const below = caption === undefined ? undefined : html`<figcaption>${caption}</figcaption>`
  return html`<figure class="whole"><img src="${await dataAddress(picture, false)}" alt="${alt}" width="${picture.width}" height="${picture.height}" />${below}</figure>`
}

async function dataAddress(picture: Image, lossless: boolean): Promise<string> {
  const encoding = lossless ? 'png' : 'webp'
  const bytes = await encodeImage(picture, encoding)
  return `data:image/${encoding};base64,${Buffer.from(bytes).toString('base64')}`
}

/** A picture of a set. */
export async function pictureOf(set: Dataset, index: number, pass = 0): Promise<Image> {
  const [[picture]] = [await picturesOf(set, [index], pass)]
  return picture
}

/** Pictures that are read as one batch. */
export async function picturesOf(set: Dataset, indices: readonly number[], pass = 0): Promise<Image[]> {
  const [channels, height, width] = set.inputShape
  const size = channels * height * width
  const targets =
    indices.length *
    Math.max(
      1,
      set.target.shape.reduce((a, b) => a * b, 1),
    )
  const pixels = new Float32Array(indices.length * size)
  await set.read(
    indices,
    pixels,
    set.target.dtype === 'int32' ? new Int32Array(targets) : new Float32Array(targets),
    pass,
  )
  return indices.map((_, i) => image(channels, height, width, pixels.slice(i * size, (i + 1) * size)))
}
