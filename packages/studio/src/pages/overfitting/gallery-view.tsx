/** The scene and its variants, with what is in each. */
import { PixelsCanvas } from '../../parts/pixels-canvas.tsx'
import type { GalleryPicture } from './gallery.ts'

const list = new Intl.ListFormat('en')

/** A picture in words: which digits it has, and where. */
function said({ objects }: GalleryPicture): string {
  if (objects.length === 0) return 'no digits'
  return list.format(
    objects.map(({ label, box: [left, top, right, bottom] }) => {
      const [x, y] = [Math.round((left + right) / 2), Math.round((top + bottom) / 2)]
      return `a ${label} around ${x}, ${y}`
    }),
  )
}

export function GalleryView({ pictures }: { readonly pictures: readonly GalleryPicture[] }) {
  if (pictures.length === 0) return <p class="loading">Fetching the digits ...</p>
  return (
    <div class="gallery">
      {pictures.map((picture, i) => (
        <figure key={i}>
          <PixelsCanvas pixels={picture.pixels} label={`${i === 0 ? 'The scene' : `Variant ${i}`}: ${said(picture)}`} />
          <figcaption>{i === 0 ? 'The scene' : i}</figcaption>
        </figure>
      ))}
    </div>
  )
}
