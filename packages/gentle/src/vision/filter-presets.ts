/**
 * Kernels by name, written for convolution, as conv2 takes them: edge filters answer with positive numbers where the picture becomes lighter to
 * the right (x) or downwards (y).
 */

import { ArgumentError } from '../core/errors.ts'
import * as portableMath from '../core/portable-math.ts'
import { type Kernel, kernelOf } from './kernel.ts'

/** Numbers that a preset takes, by name; each has a default. */
export type PresetSettings = Readonly<Record<string, number>>

export interface FilterPreset {
  readonly description: string
  /** What may be set, with its defaults; NaN for one that follows from others. */
  readonly settings: PresetSettings
  readonly make: (settings: PresetSettings) => Kernel<Float64Array>
}

const fixed = (description: string, ...rows: readonly (readonly number[])[]): FilterPreset => ({
  description,
  settings: {},
  make: () => kernelOf(rows),
})

/** A square table of a function of the distance from its middle. */
function sampled(rows: number, columns: number, value: (x: number, y: number) => number): number[][] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => value(column - (columns - 1) / 2, row - (rows - 1) / 2)),
  )
}

/** Wide enough for three deviations on either side. */
const sizeFor = (std: number): number => 2 * Math.ceil(3 * std) + 1

function size(settings: PresetSettings): number {
  const chosen = Number.isNaN(settings.size) ? sizeFor(settings.sigma) : settings.size
  if (!Number.isInteger(chosen) || chosen < 1 || chosen > 1001)
    throw new ArgumentError(`preset's size is ${chosen}; expected a whole number from 1 to 1001`)
  return chosen
}

function positive(settings: PresetSettings, ...names: string[]): void {
  for (const name of names)
    if (!(settings[name] > 0) || settings[name] === Infinity)
      throw new ArgumentError(`preset's ${name} is ${settings[name]}; expected a number above 0`)
}

/** exp(-(x^2 + y^2) / 2 sigma^2), scaled so that its weights sum to 1. */
function gaussian(settings: PresetSettings): Kernel<Float64Array> {
  positive(settings, 'sigma')
  const side = size(settings)
  const bell = sampled(side, side, (x, y) => portableMath.exp(-(x * x + y * y) / (2 * settings.sigma * settings.sigma)))
  const total = bell.flat().reduce((sum, value) => sum + value, 0)
  return kernelOf(bell.map((row) => row.map((value) => value / total)))
}

/**
 * A wave under a bell: the real part of Daugman's filter ("Uncertainty relation for resolution in space, spatial frequency, and orientation", 1985),
 * exp(-(u^2 + aspect^2 v^2) / 2 sigma^2) cos(2 pi u / wavelength + phase), with u along the wave and v across it.
 */
function gabor(settings: PresetSettings): Kernel<Float64Array> {
  positive(settings, 'wavelength', 'sigma', 'aspect')
  const { wavelength, orientation, sigma, phase, aspect } = settings
  const side = size(settings)
  const [turn, shift] = [(orientation * Math.PI) / 180, (phase * Math.PI) / 180]
  return kernelOf(
    sampled(side, side, (x, y) => {
      const u = x * portableMath.cos(turn) + y * portableMath.sin(turn)
      const v = y * portableMath.cos(turn) - x * portableMath.sin(turn)
      return (
        portableMath.exp(-(u * u + aspect * aspect * v * v) / (2 * sigma * sigma)) *
        portableMath.cos((2 * Math.PI * u) / wavelength + shift)
      )
    }),
  )
}

export const filterPresets: Readonly<Record<string, FilterPreset>> = {
  'edge-row': fixed("the lecture's first filter: right minus left", [1, 0, -1]),
  edge: fixed("the lecture's: vertical edges, over three rows", [1, 0, -1], [1, 0, -1], [1, 0, -1]),
  'edge-wide': fixed("the lecture's: blurred vertical edges", [1, 0, 0, 0, -1], [1, 0, 0, 0, -1], [1, 0, 0, 0, -1]),
  'sobel-x': fixed('vertical edges (Sobel, Feldman, 1968)', [1, 0, -1], [2, 0, -2], [1, 0, -1]),
  'sobel-y': fixed('horizontal edges', [1, 2, 1], [0, 0, 0], [-1, -2, -1]),
  'prewitt-x': fixed('vertical edges (Prewitt, 1970)', [1, 0, -1], [1, 0, -1], [1, 0, -1]),
  'prewitt-y': fixed('horizontal edges', [1, 1, 1], [0, 0, 0], [-1, -1, -1]),
  'scharr-x': fixed('vertical edges, truer to their direction (Scharr, 2000)', [3, 0, -3], [10, 0, -10], [3, 0, -3]),
  'scharr-y': fixed('horizontal edges', [3, 10, 3], [0, 0, 0], [-3, -10, -3]),
  laplacian: fixed('edges in every direction: the second derivative', [0, 1, 0], [1, -4, 1], [0, 1, 0]),
  sharpen: fixed('the picture minus its Laplacian', [0, -1, 0], [-1, 5, -1], [0, -1, 0]),
  emboss: fixed('as if lit from the top left', [2, 1, 0], [1, 1, -1], [0, -1, -2]),
  gaussian: { description: 'blurs', settings: { size: Number.NaN, sigma: 1 }, make: gaussian },
  gabor: {
    description: 'waves of one length and direction; orientation and phase in degrees, from right to down',
    settings: { size: Number.NaN, wavelength: 4, orientation: 0, sigma: 2, phase: 0, aspect: 0.5 },
    make: gabor,
  },
}

/**
 * A kernel by its name in `filterPresets`. A size that is not set is 2 ceil(3 sigma) + 1.
 * @throws ArgumentError for a name or setting that there is not, and for settings out of range.
 */
export function filterPreset(name: string, settings: PresetSettings = {}): Kernel<Float64Array> {
  if (!Object.hasOwn(filterPresets, name))
    throw new ArgumentError(`unknown filter '${name}'; expected one of ${Object.keys(filterPresets).join(', ')}`)
  const preset = filterPresets[name]
  for (const setting of Object.keys(settings))
    if (!Object.hasOwn(preset.settings, setting))
      throw new ArgumentError(
        `filter ${name} has no setting '${setting}'; it has ${Object.keys(preset.settings).join(', ') || 'none'}`,
      )
  return preset.make({ ...preset.settings, ...settings })
}
