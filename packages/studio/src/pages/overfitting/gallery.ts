/** One scene and what an augmentation makes of it, with boxes and masks. */
import { type AnnotatedSet, augmentedScenes, type Dataset, scenes } from 'gentle-dl/data'
import { classColour, drawBoxes, type Image, overlayMask } from 'gentle-dl/vision'
import { type Pixels, pixelsOf } from '../../engine/pixels.ts'
import { type GalleryName, galleryPolicies } from './policies.ts'

/** Augmented pictures, beside the scene as it is. */
export const variants = 11

/** Digits that scenes are made of. */
export const sceneDigits = 500

/** Pixels of a side; one becomes so many across and down, so that frames are finer than pixels. */
const [side, scale] = [96, 4]

export interface GalleryRequest {
  readonly name: GalleryName
  /** 0 to 1. */
  readonly amount: number
  /** Of the scene, and of chance. */
  readonly seed: number
  readonly boxes: boolean
  readonly masks: boolean
}

export interface GalleryPicture {
  readonly pixels: Pixels
  /** What is in it, with its box in pixels of the scene. */
  readonly objects: readonly { readonly label: string; readonly box: readonly [number, number, number, number] }[]
}

export const sceneOptions = { side, objects: [3, 4], size: [26, 42], clutter: 4 } as const

/** The scene as it is, then its variants. */
export async function gallery(
  digits: Dataset,
  { name, amount, seed, boxes, masks }: GalleryRequest,
): Promise<GalleryPicture[]> {
  const scene = scenes(digits, 1, { ...sceneOptions, seed })
  const changed = augmentedScenes(scene, galleryPolicies[name](amount), { seed })
  const pictures = [await shown(scene, 0, { boxes, masks })]
  for (let pass = 0; pass < variants; pass++) pictures.push(await shown(changed, pass, { boxes, masks }))
  return pictures
}

async function shown(
  set: AnnotatedSet,
  pass: number,
  { boxes, masks }: { readonly boxes: boolean; readonly masks: boolean },
): Promise<GalleryPicture> {
  const data = new Float32Array(side * side)
  const found = await set.read(0, data, pass)
  // Noise and brightness may leave the range that can be shown.
  const plain: Image = { channels: 1, height: side, width: side, data: data.map((v) => Math.min(1, Math.max(0, v))) }
  const masked = masks && found.mask !== undefined ? overlayMask(plain, found.mask) : plain
  const objects = found.boxes.map(({ left, top, right, bottom }, i) => ({
    label: set.classes[found.labels[i]],
    box: [left, top, right, bottom] as const,
  }))
  const drawn = found.boxes.map((box, i) => ({
    box,
    caption: set.classes[found.labels[i]],
    colour: classColour(found.labels[i]),
  }))
  return { pixels: pixelsOf(drawBoxes(masked, boxes ? drawn : [], { scale })), objects }
}
