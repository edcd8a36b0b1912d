/** What strengths may be. Whoever chooses them asks once; the transforms themselves do not look. */
import { ArgumentError } from '../../core/errors.ts'

function expectThat(holds: boolean, transform: string, what: string, value: unknown, expected: string): void {
  if (!holds) throw new ArgumentError(`${transform}: ${what} is ${value}; expected ${expected}`)
}

const isOrderedWithin = ([least, greatest]: readonly [number, number], low: number, high: number): boolean =>
  least >= low && least <= greatest && greatest <= high

/** @throws ArgumentError for a factor of brightness, contrast, saturation or sharpness that is below 0 or not finite. */
export function checkFactor(transform: string, factor: number): void {
  expectThat(factor >= 0 && Number.isFinite(factor), transform, 'factor', factor, 'a number from 0; 1 changes nothing')
}

/** @throws ArgumentError for anything outside -0.5 to 0.5. */
export function checkHue(shift: number): void {
  expectThat(shift >= -0.5 && shift <= 0.5, 'hue', 'shift', shift, '-0.5 to 0.5 of the circle of colours')
}

/** @throws ArgumentError for an exponent or gain that is below 0 or not finite. */
export function checkGamma(exponent: number, gain = 1): void {
  expectThat(exponent >= 0 && Number.isFinite(exponent), 'gamma', 'exponent', exponent, 'a number from 0')
  expectThat(gain >= 0 && Number.isFinite(gain), 'gamma', 'gain', gain, 'a number from 0')
}

/** @throws ArgumentError for anything but a whole number from 1 to 8. */
export function checkPosterize(bits: number): void {
  expectThat(Number.isInteger(bits) && bits >= 1 && bits <= 8, 'posterize', 'bits', bits, 'a whole number from 1 to 8')
}

/** @throws ArgumentError for a threshold outside 0 to 1. */
export function checkSolarize(threshold: number): void {
  expectThat(threshold >= 0 && threshold <= 1, 'solarize', 'threshold', threshold, '0 to 1')
}

/** @throws ArgumentError for a size that is not odd, or a deviation that is not above 0. */
export function checkGaussianBlur(size: number, sigma: number): void {
  expectThat(
    Number.isInteger(size) && size >= 1 && size % 2 === 1,
    'gaussianBlur',
    'size',
    size,
    'an odd whole number of pixels',
  )
  expectThat(sigma > 0 && Number.isFinite(sigma), 'gaussianBlur', 'sigma', sigma, 'a number of pixels above 0')
}

/** @throws ArgumentError for a deviation that is below 0 or not finite. */
export function checkGaussianNoise(deviation: number): void {
  expectThat(deviation >= 0 && Number.isFinite(deviation), 'gaussianNoise', 'deviation', deviation, 'a number from 0')
}

/** @throws ArgumentError for an edge that is no whole number of pixels from 1. */
export function checkCutout(size: number): void {
  expectThat(Number.isInteger(size) && size >= 1, 'cutout', 'size', size, 'a whole number of pixels from 1')
}

/** @throws ArgumentError for shares of the area outside 0 to 1, aspects not above 0, or a least above its greatest. */
export function checkRandomErasing(area: readonly [number, number], aspect: readonly [number, number]): void {
  expectThat(isOrderedWithin(area, 0, 1), 'randomErasing', 'area', area.join(' to '), 'a range within 0 to 1')
  expectThat(
    aspect[0] > 0 && isOrderedWithin(aspect, 0, Number.MAX_VALUE),
    'randomErasing',
    'aspect',
    aspect.join(' to '),
    'a range above 0',
  )
}

/** @throws ArgumentError for a distortion outside 0 to 1. */
export function checkPerspective(distortion: number): void {
  expectThat(distortion >= 0 && distortion <= 1, 'perspective', 'distortion', distortion, '0 to 1')
}

/** @throws ArgumentError for a strength that is below 0 or not finite, or a deviation that is not above 0. */
export function checkElastic(alpha: number, sigma: number): void {
  expectThat(alpha >= 0 && Number.isFinite(alpha), 'elastic', 'alpha', alpha, 'a number of pixels from 0')
  expectThat(sigma > 0 && Number.isFinite(sigma), 'elastic', 'sigma', sigma, 'a number of pixels above 0')
}
