import { transfer } from 'comlink'
import type { GalleryPicture, GalleryRequest } from './gallery.ts'
import { type Report, Session } from './session.ts'
import type { RemedyName, Settings } from './settings.ts'

let session: Session

export const api = {
  /** To be called first. @param base where the digits are */
  open(base: string, report: (report: Report) => void): Promise<number> {
    session = new Session(base, report)
    return session.open()
  },
  train: (settings: Settings, names: readonly RemedyName[], rounds: number): Promise<void> =>
    session.train(settings, names, rounds),
  async gallery(request: GalleryRequest): Promise<GalleryPicture[]> {
    const pictures = await session.gallery(request)
    return transfer(
      pictures,
      pictures.map(({ pixels }) => pixels.rgba.buffer),
    )
  },
}
