/** What is done to a picture before a network sees it; runs store it with their weights. */
import type { Shape } from 'gentle-dl'
import { z } from 'zod'
import { UsageError, unknownChoice } from '../terminal/usage.ts'

const size = z.int().min(1)

const preprocessingSchema = z.strictObject({
  height: size,
  width: size,
  /** 1 for grey, 3 for red, green, blue. */
  channels: z.union([z.literal(1), z.literal(3)]),
  /** Fitted in whole on black, or cut from the middle after the shorter side is scaled to `shorterSide`. */
  fit: z.union([z.literal('contain'), z.strictObject({ shorterSide: size })]),
  /** A byte b of channel c becomes (b scale - mean[c]) / deviation[c]. */
  scale: z.number().positive(),
  mean: z.array(z.number()),
  deviation: z.array(z.number().positive()),
})

export type Preprocessing = z.infer<typeof preprocessingSchema>

const unitInterval = 1 / 255

/** What MNIST's pictures have been through: fitted in whole, bytes as [0, 1]. Undefined for examples that are no pictures. */
export function plain(inputShape: Shape): Preprocessing | undefined {
  const [channels, height, width] = inputShape
  if (inputShape.length !== 3 || (channels !== 1 && channels !== 3)) return undefined
  const each = new Array<number>(channels)
  return {
    height,
    width,
    channels,
    fit: 'contain',
    scale: unitInterval,
    mean: each.fill(0),
    deviation: [...each].fill(1),
  }
}

/** The same picture, in [0, 1]. */
export const bare = (preprocessing: Preprocessing): Preprocessing => ({
  ...preprocessing,
  scale: unitInterval,
  mean: preprocessing.mean.map(() => 0),
  deviation: preprocessing.deviation.map(() => 1),
})

/** Makes of a bare picture, in place, what the network expects. */
export function standardize(pixels: Float32Array, { channels, scale, mean, deviation }: Preprocessing): void {
  const size = pixels.length / channels
  for (let i = 0; i < pixels.length; i++) {
    const channel = Math.floor(i / size)
    pixels[i] = (255 * scale * pixels[i] - mean[channel]) / deviation[channel]
  }
}

/** What torchvision's weights expect: of the middle 224 of 256, each colour with ImageNet's mean 0 and deviation 1. */
export function imagenet([channels, height, width]: Shape): Preprocessing {
  if (channels !== 3)
    throw new UsageError(`--normalize imagenet is for pictures of 3 channels; the network takes ${channels}`)
  return {
    height,
    width,
    channels,
    fit: { shorterSide: Math.round((Math.min(height, width) * 256) / 224) },
    scale: unitInterval,
    mean: [0.485, 0.456, 0.406],
    deviation: [0.229, 0.224, 0.225],
  }
}

const named = { imagenet, none: plain } as const

export const normalizeNames = Object.keys(named)

/** @throws UsageError for an unknown name, and one that does not go with the shape. */
export function preprocessingNamed(name: string, inputShape: Shape): Preprocessing | undefined {
  if (!Object.hasOwn(named, name)) throw unknownChoice('--normalize', name, normalizeNames)
  return named[name as keyof typeof named](inputShape)
}

const metadataKey = 'gentle.preprocessing'

/** As a safetensors file's metadata. */
export const toMetadata = (preprocessing: Preprocessing | undefined): Record<string, string> =>
  preprocessing === undefined ? {} : { [metadataKey]: JSON.stringify(preprocessing) }

/** From a safetensors file's metadata, where it stores one. @throws UsageError for one that is broken. */
export function fromMetadata(metadata: Readonly<Record<string, string>>, file: string): Preprocessing | undefined {
  const stored = metadata[metadataKey]
  if (stored === undefined) return undefined
  try {
    const preprocessing = preprocessingSchema.parse(JSON.parse(stored))
    const { channels, mean, deviation } = preprocessing
    if (mean.length === channels && deviation.length === channels) return preprocessing
  } catch {
    // Told below, whatever is wrong with it.
  }
  throw new UsageError(
    `${file}: its metadata ${metadataKey} is broken; say how with --normalize ${normalizeNames.join(' or ')}`,
  )
}
