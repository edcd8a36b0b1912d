import { transfer } from 'comlink'
import { zipSync } from 'fflate'
import { breathe } from '../../engine/breathe.ts'
import { MnistFiles } from '../../engine/mnist.ts'
import type { Labelled, Picture } from './collection.ts'
import { exampleDigits, examplePictures } from './example.ts'
import { folderNames } from './folder-names.ts'
import type { Progress } from './progress.ts'
import { type Pixels, Session } from './session.ts'
import type { Settings } from './settings.ts'
import { pngOf, rgbaOf, squarePicture } from './square-picture.ts'
import { type GivenFile, someOf, takeFiles } from './take-files.ts'
import { maxTrunkBytes, TrunkError } from './trunk.ts'

/** Pictures that were taken, and how each looks: red, green, blue and opacity. */
export interface Taken {
  readonly pictures: readonly Picture[]
  readonly looks: readonly Uint8ClampedArray<ArrayBuffer>[]
  readonly remarks: readonly string[]
  readonly problems: readonly string[]
}

let session: Session
let digits: MnistFiles

/** Keeps pictures and gives them to the page. */
function keep(
  kept: readonly { readonly pixels: Pixels; readonly label: string }[],
  told: Pick<Taken, 'remarks' | 'problems'> = { remarks: [], problems: [] },
): Taken {
  const pictures = kept.map(({ pixels, label }) => ({ id: session.add(pixels), label }))
  const looks = kept.map(({ pixels }) => rgbaOf(pixels))
  return transfer(
    { pictures, looks, ...told },
    looks.map(({ buffer }) => buffer),
  )
}

export const api = {
  /** To be called first. @param base where MNIST's digits are */
  open(base: string, report: (progress: Progress) => void): Promise<number> {
    session = new Session(report)
    digits = new MnistFiles(base)
    return session.threads()
  },

  /**
   * Takes what was dropped or chosen.
   * @param label of pictures that lie in no folder
   * @param room how many pictures may come
   */
  async take(
    given: readonly GivenFile[],
    label: string,
    room: number,
    onProgress: (done: number, all: number) => void,
  ): Promise<Taken> {
    const { files, remarks, problems } = await takeFiles(given)
    const read: { readonly pixels: Pixels; readonly label: string }[] = []
    const broken: string[] = []
    for (const [i, each] of files.slice(0, room).entries()) {
      try {
        read.push({ pixels: await squarePicture(each.file, each.name), label: each.label || label })
      } catch (error) {
        broken.push((error as Error).message)
      }
      if (i % 20 === 19) onProgress(i + 1, files.length)
      await breathe()
    }
    const tooMany =
      files.length > room
        ? [`Only ${room} of ${files.length} pictures are taken: the page keeps no more. Leave some out.`]
        : []
    return keep(read, { remarks, problems: [...problems, ...tooMany, ...someOf(broken)] })
  },

  /** Keeps what a webcam shows. */
  takeFrame: async (frame: ImageBitmap, label: string): Promise<Taken> =>
    keep([{ pixels: await squarePicture(frame, 'webcam'), label }]),

  /** Handwritten digits, a few of them with a wrong label, and what each is. */
  async takeExample(): Promise<{ readonly taken: Taken; readonly truths: readonly string[] }> {
    const examples = await examplePictures(await digits.digits('validation', exampleDigits))
    const taken = keep(examples)
    return transfer(
      { taken, truths: examples.map(({ truth }) => truth) },
      taken.looks.map(({ buffer }) => buffer),
    )
  },

  train: (labelled: Labelled, settings: Settings, epochs: number) => session.train(labelled, settings, epochs),
  pause: () => session.pause(),
  restart: () => session.restart(),
  judge: () => session.judge(),

  /** What the classifier makes of a file or of what a webcam shows, and how the picture looks to it. */
  async classify(source: Blob | ImageBitmap, name: string) {
    const pixels = await squarePicture(source, name)
    return { ...(await session.classify(pixels)), look: rgbaOf(pixels) }
  },

  async openTrunk(file: Blob, name: string) {
    if (file.size > maxTrunkBytes)
      throw new TrunkError(
        `'${name}' has ${Math.round(file.size / 2 ** 20)} MB; expected weights of at most ${maxTrunkBytes / 2 ** 20} MB`,
      )
    return session.openTrunk(new Uint8Array(await file.arrayBuffer()), name)
  },
  keepTrunk: () => session.keepTrunk(),
  safetensors: () => session.safetensors(),
  onnx: () => session.onnx(),

  /** All pictures as a zip archive of a folder for each class, which this page and the command line read. */
  async archive({ classes, ids, labels }: Labelled): Promise<Uint8Array<ArrayBuffer>> {
    const folders = folderNames(classes)
    const content: Record<string, Uint8Array> = {}
    for (const [i, id] of ids.entries()) {
      const png = await pngOf(session.pixels(id))
      content[`pictures/${folders[labels[i]]}/${String(i + 1).padStart(4, '0')}.png`] = await png.bytes()
      await breathe()
    }
    // PNG files do not become smaller.
    return zipSync(content, { level: 0 })
  },
}

export type PicturesWorker = typeof api
