/** Windows: what a frame is multiplied by before its spectrum is taken, so that its ends do not tear. */

import { ArgumentError } from '../../core/errors.ts'
import * as portableMath from '../../core/portable-math.ts'

/** Hann's (0.5, 0.5), Hamming's (0.54, 0.46), or none. */
export type WindowName = 'hann' | 'hamming' | 'rectangular'

/**
 * Whether a window of N samples is one period of its cosine, of N samples ('periodic': PyTorch's, librosa's and TensorFlow's default), or ends where it
 * begins, of N - 1 ('symmetric': NumPy's `np.hanning`, MATLAB's default, and Kaldi's).
 */
export type WindowKind = 'periodic' | 'symmetric'

const coefficients: Readonly<Record<WindowName, number>> = { hann: 0.5, hamming: 0.54, rectangular: 1 }

/**
 * The samples of a window: a - (1 - a) cos(2 pi n / N), with N - 1 in place of N where it is symmetric.
 * @throws ArgumentError for a name or kind that there is not, and a length that is not a whole number of at least 1.
 */
export function windowSamples(name: WindowName, length: number, kind: WindowKind): Float64Array<ArrayBuffer> {
  if (!Object.hasOwn(coefficients, name))
    throw new ArgumentError(`window '${name}' is unknown; expected ${Object.keys(coefficients).join(', ')}`)
  if (kind !== 'periodic' && kind !== 'symmetric')
    throw new ArgumentError(`window ${name}: its kind is '${kind}'; expected periodic or symmetric`)
  if (!Number.isInteger(length) || length < 1)
    throw new ArgumentError(`window ${name}: its length is ${length}; expected a whole number of at least 1`)
  const a = coefficients[name]
  const period = kind === 'periodic' ? length : length - 1
  return Float64Array.from({ length }, (_, n) =>
    length === 1 ? 1 : a - (1 - a) * portableMath.cos((2 * Math.PI * n) / period),
  )
}
