/** Transforms that move pixels. All of a policy become one map, so that a picture is interpolated once. */
import * as portableMath from '../../core/portable-math.ts'
import type { Random } from '../../core/random.ts'
import { elasticField } from '../../vision/elastic.ts'
import {
  horizontalFlipMap,
  invertMap,
  type Point,
  rotationMap,
  shearMap,
  shiftMap,
  verticalFlipMap,
  zoomMap,
} from '../../vision/geometry.ts'
import { perspectiveCoefficients, randomCorners } from '../../vision/perspective.ts'
import type { Size } from '../../vision/resize.ts'
import type { PictureSize, Window } from './drawing.ts'
import { number, oneOf, type Range, range, spread, whole } from './options.ts'
import { defineTransform } from './transform.ts'

const middleOf = ({ height, width }: PictureSize): Point => ({ x: width / 2, y: height / 2 })

export const between = (random: Random, [low, high]: Range): number => low + (high - low) * random.uniform()

/** Even in its logarithm, so that half and double are as likely. */
const betweenFactors = (random: Random, [low, high]: Range): number =>
  portableMath.exp(between(random, [portableMath.log(low), portableMath.log(high)]))

const slope = (degrees: number): number => portableMath.tan((degrees * Math.PI) / 180)

/**
 * Where torchvision's RandomResizedCrop looks: a stretch of the picture with a drawn share of its area and a drawn aspect; after ten that do not fit,
 * the largest in the middle.
 */
function resizedWindow(random: Random, { height, width }: Size, area: Range, aspect: Range): Window {
  for (let attempt = 0; attempt < 10; attempt++) {
    const pixels = height * width * between(random, area)
    const ratio = betweenFactors(random, aspect)
    const [across, down] = [Math.round(Math.sqrt(pixels * ratio)), Math.round(Math.sqrt(pixels / ratio))]
    if (across > 0 && across <= width && down > 0 && down <= height)
      return { left: random.integer(width - across + 1), top: random.integer(height - down + 1), across, down }
  }
  const ratio = Math.min(aspect[1], Math.max(aspect[0], width / height))
  const [across, down] =
    width / height > ratio ? [Math.round(height * ratio), height] : [width, Math.round(width / ratio)]
  return { left: Math.trunc((width - across) / 2), top: Math.trunc((height - down) / 2), across, down }
}

export const geometric = {
  flip: defineTransform(
    'flips horizontally or vertically',
    { axis: oneOf(['horizontal', 'vertical'], 'horizontal') },
    ({ axis }) =>
      (_, drawing) =>
        drawing.move(
          axis === 'horizontal' ? horizontalFlipMap(drawing.size.width) : verticalFlipMap(drawing.size.height),
        ),
    0.5,
  ),
  rotate: defineTransform(
    'rotates about the centre, in degrees, anticlockwise',
    { degrees: spread(360) },
    ({ degrees }) =>
      (random, drawing) =>
        drawing.move(rotationMap(-between(random, degrees), middleOf(drawing.size))),
  ),
  shift: defineTransform(
    "shifts by fractions of the picture's sides",
    { across: spread(1, [0, 0]), down: spread(1, [0, 0]) },
    ({ across, down }) =>
      (random, drawing) => {
        const { height, width } = drawing.size
        drawing.move(shiftMap(-width * between(random, across), -height * between(random, down)))
      },
  ),
  zoom: defineTransform(
    'zooms about the centre by a log-uniform factor',
    { factor: range(0.01, 100) },
    ({ factor }) =>
      (random, drawing) => {
        const by = 1 / betweenFactors(random, factor)
        drawing.move(zoomMap(by, by, middleOf(drawing.size)))
      },
  ),
  stretch: defineTransform(
    'changes the aspect ratio, keeping the area',
    { aspect: range(0.01, 100) },
    ({ aspect }) =>
      (random, drawing) => {
        const by = Math.sqrt(betweenFactors(random, aspect))
        drawing.move(zoomMap(1 / by, by, middleOf(drawing.size)))
      },
  ),
  shear: defineTransform(
    'shears by angles, in degrees',
    { across: spread(80, [0, 0]), down: spread(80, [0, 0]) },
    ({ across, down }) =>
      (random, drawing) => {
        const forth = shearMap(slope(between(random, across)), slope(between(random, down)), middleOf(drawing.size))
        drawing.move(invertMap(forth))
      },
  ),
  crop: defineTransform(
    'pads the picture by this many pixels and crops it to its old size',
    { padding: whole(0, 4096) },
    ({ padding }) =>
      (random, drawing) => {
        const across = random.integer(2 * padding + 1) - padding
        drawing.move(shiftMap(across, random.integer(2 * padding + 1) - padding))
      },
  ),
  resizedCrop: defineTransform(
    'crops a fraction of the area and resizes it to the whole picture (Szegedy et al., 2015)',
    { area: range(0.001, 1, [0.08, 1]), aspect: range(0.01, 100, [3 / 4, 4 / 3]) },
    ({ area, aspect }) =>
      (random, drawing) => {
        const { source, size } = drawing
        const window = resizedWindow(random, source ?? size, area, aspect)
        if (source !== undefined) {
          drawing.window = window
          return
        }
        const { left, top, across, down } = window
        drawing.move(Float64Array.of(across / size.width, 0, left, 0, down / size.height, top, 0, 0, 1))
      },
  ),
  perspective: defineTransform(
    'moves the corners inwards by up to this fraction of half the sides, as in torchvision',
    { distortion: number(0, 1) },
    ({ distortion }) =>
      (random, drawing) => {
        const { startPoints, endPoints } = randomCorners(distortion, random, drawing.size.height, drawing.size.width)
        drawing.move(perspectiveCoefficients(startPoints, endPoints))
      },
  ),
  outside: defineTransform(
    'fills what comes from outside the picture: with black, as without it, or with the commonest colour of the border, for pictures on a plain background',
    { colour: oneOf(['black', 'border'], 'border') },
    ({ colour }) =>
      (_, drawing) => {
        drawing.outside = colour === 'border' ? 'border' : 'black'
      },
  ),
  elastic: defineTransform(
    'elastic deformation by a smooth random field (Simard, Steinkraus, Platt, 2003); applied after all other geometric transforms',
    { alpha: number(0, 1e6, 34), sigma: number(0.5, 100, 4) },
    ({ alpha, sigma }) => {
      let field: Float32Array | undefined
      return (random, drawing) => {
        field = elasticField(alpha, sigma, random, drawing.size.height, drawing.size.width, field)
        drawing.displacements = field
        drawing.moves = true
      }
    },
  ),
} as const
