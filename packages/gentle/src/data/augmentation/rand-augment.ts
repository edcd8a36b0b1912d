/** Policies that draw transforms of a fixed list, so that there is little to tune. Magnitudes are torchvision 0.14's, in bins from none to the most. */
import type { Random } from '../../core/random.ts'
import { invertMap, rotationMap, shearMap, shiftMap } from '../../vision/geometry.ts'
import { saturation } from '../../vision/photometric/colour.ts'
import { autocontrast, equalize, posterize } from '../../vision/photometric/levels.ts'
import { sharpness } from '../../vision/photometric/sharpness.ts'
import { brightness, contrast, solarize } from '../../vision/photometric/tone.ts'
import type { Drawing, PictureSize } from './drawing.ts'
import { whole } from './options.ts'
import { always, byStrength } from './photometric.ts'
import { defineTransform } from './transform.ts'

const bins = 31

/** Does an operation by a strength from 0 (the least bin) to 1 (the most), in the direction of a sign. */
interface Operation {
  /** Whether it goes both ways. */
  readonly signed: boolean
  apply(drawing: Drawing, strength: number, sign: number): void
}

/** How far the operations go at their most. */
interface Reach {
  /** Tangent of the slant. */
  readonly shear: number
  /** Share of a side, or pixels. */
  readonly shift: (side: number) => number
  readonly degrees: number
  /** Of a factor from 1. */
  readonly factor: number
  /** Bits that are dropped. */
  readonly bits: number
}

const corner = { x: 0, y: 0 }

const operationsOf = ({ shear, shift, degrees, factor, bits }: Reach): readonly Operation[] => {
  const move = (back: (strength: number, size: PictureSize) => Float64Array): Operation => ({
    signed: true,
    apply: (drawing, strength, sign) => drawing.move(back(sign * strength, drawing.size)),
  })
  const blend = (change: typeof brightness): Operation => ({
    signed: true,
    apply: (drawing, strength, sign) => drawing.changes.push(byStrength(change, 1 + sign * strength * factor)),
  })
  const plain = (change: typeof equalize): Operation => ({
    signed: false,
    apply: (drawing) => drawing.changes.push(always(change)),
  })
  return [
    { signed: false, apply: () => {} },
    move((by) => invertMap(shearMap(by * shear, 0, corner))),
    move((by) => invertMap(shearMap(0, by * shear, corner))),
    move((by, { width }) => shiftMap(-Math.trunc(by * shift(width)), 0)),
    move((by, { height }) => shiftMap(0, -Math.trunc(by * shift(height)))),
    move((by, { height, width }) => rotationMap(-by * degrees, { x: width / 2, y: height / 2 })),
    blend(brightness),
    blend(saturation),
    blend(contrast),
    blend(sharpness),
    {
      signed: false,
      apply: (drawing, strength) => drawing.changes.push(byStrength(posterize, 8 - Math.round(strength * bits))),
    },
    { signed: false, apply: (drawing, strength) => drawing.changes.push(byStrength(solarize, 1 - strength)) },
    plain(autocontrast),
    plain(equalize),
  ]
}

/** RandAugment's: shifts are shares of a side, 150 pixels of 331. */
const standard = operationsOf({ shear: 0.3, shift: (side) => (150 / 331) * side, degrees: 30, factor: 0.9, bits: 4 })

/** TrivialAugment's "wide": shifts are up to 32 pixels, or the picture's side where that is less. */
const wide = operationsOf({ shear: 0.99, shift: (side) => Math.min(32, side), degrees: 135, factor: 0.99, bits: 6 })

function applyOne(operations: readonly Operation[], random: Random, drawing: Drawing, bin: number): void {
  const { signed, apply } = operations[random.integer(operations.length)]
  const sign = signed && random.uniform() < 0.5 ? -1 : 1
  apply(drawing, bin / (bins - 1), sign)
}

export const drawn = {
  randAugment: defineTransform(
    'this many random operations from a list, each with a magnitude of 0 to 30 (Cubuk et al., 2020)',
    { operations: whole(1, 10, 2), magnitude: whole(0, bins - 1, 9) },
    ({ operations, magnitude }) =>
      (random, drawing) => {
        for (let i = 0; i < operations; i++) applyOne(standard, random, drawing, magnitude)
      },
  ),
  trivialAugment: defineTransform(
    'one random operation from a list, with a random magnitude (Müller and Hutter, 2021)',
    {},
    () => (random, drawing) => applyOne(wide, random, drawing, random.integer(bins)),
  ),
} as const
