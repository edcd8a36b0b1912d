/** Volumes [N, C, D, H, W], such as scans and films: what their convolutions and poolings share. Those are made of the ones of images. */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape } from '../core/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { type Both, toPair } from './window.ts'

/** A number for all three directions, or [depth, vertical, horizontal]. */
export type Triple = number | readonly [depth: number, vertical: number, horizontal: number]

/** What lies around a volume: a number, one for each direction, or those of each side, [[front, back], [top, bottom], [left, right]]. */
export type Padding3d = Triple | readonly [depth: Both, vertical: Both, horizontal: Both]

/**
 * Three numbers from one or three.
 * @throws ArgumentError for anything but whole numbers from `min`.
 */
export function toTriple(value: Triple, min: number, where: string): readonly [number, number, number] {
  const triple: readonly [number, number, number] = typeof value === 'number' ? [value, value, value] : value
  if (triple.length !== 3 || triple.some((n) => !Number.isInteger(n) || n < min))
    throw new ArgumentError(
      `${where} is ${JSON.stringify(value)}; expected a whole number of at least ${min}, or three of them`,
    )
  return triple
}

/**
 * Padding before and behind a volume along each direction.
 * @throws ArgumentError for anything but whole numbers of at least 0.
 */
export function toPadding3d(value: Padding3d, where: string): readonly [Both, Both, Both] {
  const isOfEachSide = typeof value === 'object' && value.some((side) => typeof side === 'object')
  const sides = isOfEachSide ? (value as readonly Both[]) : toTriple(value as Triple, 0, where)
  if (sides.length !== 3)
    throw new ArgumentError(
      `${where} is ${JSON.stringify(value)}; expected [[front, back], [top, bottom], [left, right]]`,
    )
  const [depth, vertical, horizontal] = sides.map((side) => toPair(side, 0, where))
  return [depth, vertical, horizontal]
}

/** @throws ShapeError for a tensor of another rank. */
export function requireVolumes(x: Tensor, where: string): void {
  if (x.shape.length !== 5)
    throw new ShapeError(`${where}: volumes have shape ${formatShape(x.shape)}; expected [N, C, D, H, W]`)
}
