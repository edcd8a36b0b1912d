/** Augmentations by a strength, as policies of the library. */
import type { Policy } from 'gentle-dl/data'

const rounded = (value: number): number => Number(value.toPrecision(4))

/** The policy 'digits' of the library, by so much more or less: 1 is as it stands there. */
export const digitsPolicy = (strength: number): Policy => [
  { type: 'rotate', degrees: rounded(10 * strength) },
  { type: 'shear', across: rounded(8 * strength) },
  { type: 'zoom', factor: [rounded(0.9 ** strength), rounded(1.1 ** strength)] },
  { type: 'shift', across: rounded(0.07 * strength), down: rounded(0.07 * strength) },
]

/** What is in the gallery: each by how much of it there is, 0 to 1. */
export const galleryPolicies = {
  digits: (by) => digitsPolicy(3 * by),
  rotate: (by) => [{ type: 'rotate', degrees: rounded(90 * by) }],
  shift: (by) => [{ type: 'shift', across: rounded(0.5 * by), down: rounded(0.5 * by) }],
  zoom: (by) => [{ type: 'zoom', factor: [rounded(1 / (1 + by)), rounded(1 + by)] }],
  stretch: (by) => [{ type: 'stretch', aspect: [rounded(1 / (1 + 2 * by)), rounded(1 + 2 * by)] }],
  shear: (by) => [{ type: 'shear', across: rounded(45 * by), down: rounded(20 * by) }],
  flip: () => [{ type: 'flip' }],
  crop: (by) => [{ type: 'resizedCrop', area: [rounded(1 - 0.8 * by), 1] }],
  perspective: (by) => [{ type: 'perspective', distortion: rounded(by) }],
  elastic: (by) => [{ type: 'elastic', alpha: rounded(160 * by), sigma: 5 }],
  brightness: (by) => [{ type: 'brightness', factor: [rounded(1 - 0.9 * by), rounded(1 + by)] }],
  gamma: (by) => [{ type: 'gamma', exponent: [rounded(1 / (1 + 3 * by)), rounded(1 + 3 * by)] }],
  noise: (by) => [{ type: 'noise', std: rounded(0.5 * by) }],
  blur: (by) => [{ type: 'blur', sigma: [0.1, rounded(0.2 + 3 * by)] }],
  invert: () => [{ type: 'invert' }],
  cutout: (by) => [{ type: 'cutout', size: rounded(0.05 + 0.6 * by) }],
  erase: (by) => [{ type: 'erase', area: [0.02, rounded(0.03 + 0.5 * by)], with: 'noise' }],
  randAugment: (by) => [{ type: 'randAugment', magnitude: Math.round(30 * by) }],
} as const satisfies Readonly<Record<string, (by: number) => Policy>>

export type GalleryName = keyof typeof galleryPolicies

export const galleryTitles: Readonly<Record<GalleryName, string>> = {
  digits: 'As the training above',
  rotate: 'Rotate',
  shift: 'Shift',
  zoom: 'Zoom',
  stretch: 'Stretch',
  shear: 'Shear',
  flip: 'Flip',
  crop: 'Crop and resize',
  perspective: 'Perspective',
  elastic: 'Elastic',
  brightness: 'Brightness',
  gamma: 'Gamma',
  noise: 'Noise',
  blur: 'Blur',
  invert: 'Invert',
  cutout: 'Cutout',
  erase: 'Random erasing',
  randAugment: 'RandAugment',
}

/** Those that are the same by any amount. */
export const withoutAmount: readonly GalleryName[] = ['flip', 'invert']

/** Whether pixels move, and boxes and masks with them. */
export const moves = (name: GalleryName): boolean =>
  !['brightness', 'gamma', 'noise', 'blur', 'invert', 'cutout', 'erase'].includes(name)
