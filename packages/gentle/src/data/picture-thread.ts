/** What a thread that makes pictures does: it decodes, crops, places and changes them, into memory that it shares with who asks. */
import { nameOf } from './decode.ts'
import { decodeJpeg } from './jpeg/decode-jpeg.ts'
import { PictureMaker } from './picture-maker.ts'
import type { AskedPicture, AskedPictures, MadePictures, PictureSettings, ToPictureThread } from './picture-threads.ts'

/** Files that are on their way at once on a thread. */
const filesAtOnce = 16

/** A picture with its file's bytes, which is faster than to let the decoder read it; what cannot be read is left to that, which tells why. */
function inMemory(picture: AskedPicture): AskedPicture {
  const { source } = picture
  if (typeof source !== 'string') return picture
  try {
    return { name: nameOf(source), ...picture, source: process.getBuiltinModule('node:fs').readFileSync(source) }
  } catch {
    return picture
  }
}

/** Answers what is asked until the thread is ended. */
export function servePictures(): void {
  const { parentPort } = process.getBuiltinModule('node:worker_threads')
  // Elsewhere than on a thread nobody asks.
  if (parentPort === null) return
  const makers = new Map<number, PictureMaker>()
  const prepare = (number: number, { size, changes }: PictureSettings): void =>
    void makers.set(number, new PictureMaker(size, changes, decodeJpeg))
  const make = async ({ ask, settings, memory, values, pictures }: AskedPictures): Promise<MadePictures> => {
    const maker = makers.get(settings)!
    const failures: NonNullable<MadePictures['failed']>[] = []
    let next = 0
    const work = async (): Promise<void> => {
      while (next < pictures.length && failures.length === 0) {
        const picture = pictures[next++]
        try {
          await maker.make(inMemory(picture), new Float32Array(memory, 4 * values * picture.place, values))
        } catch (error) {
          // They begin in order: of several that fail, the first is among them.
          const { name, message } = error as Error
          failures.push({ place: picture.place, name, message })
        }
      }
    }
    await Promise.all(Array.from({ length: filesAtOnce }, work))
    const [failed] = failures.sort((a, b) => a.place - b.place)
    return { ask, failed }
  }
  parentPort.on('message', (message: ToPictureThread) => {
    if ('settings' in message && 'ask' in message) void make(message).then((made) => parentPort.postMessage(made))
    else prepare(message.number, message)
  })
}
