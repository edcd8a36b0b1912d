/** Pictures at another size. */
import { type Resample2dAttributes, resampleTaps, type Tap } from '../../../ops/resample2d.ts'
import type { Written } from './keras-writer.ts'
import type { Converted, PartContext } from './part-context.ts'

/**
 * Whole factors of the nearest pixel are a layer there. All else is a product with matrices: TensorFlow.js places the pixels of its own bilinear
 * enlarging otherwise.
 */
export function resampled(part: PartContext): Converted {
  const x = part.images()
  if (part.op('resample2d') === undefined) return x
  const { method, size } = part.attributes<Resample2dAttributes>('resample2d')
  const factors = size.map((n, axis) => n / x.shape[1 + axis])
  if (method !== 'nearest' || !factors.every(Number.isInteger))
    return weighed(
      part,
      x,
      size.map((to, axis) => resampleTaps(method, x.shape[1 + axis], to)),
    )
  const config = { size: factors, data_format: 'channels_last', interpolation: 'nearest' }
  return { layer: part.add('UpSampling2D', x.layer, config), layout: x.layout, nonNegative: x.nonNegative }
}

/** Each row a weighted sum of rows, and each column of columns: products with a matrix, in layers of Dense that do not learn. */
export function weighed(part: PartContext, x: Written, taps: readonly (readonly Tap[][])[]): Converted {
  const { writer, name } = part
  /** Along the last axis, which is one of the picture's. */
  const along = (axis: 0 | 1, from: string): string => {
    const [length, to] = [x.shape[1 + axis], taps[axis].length]
    const data = new Float32Array(length * to)
    for (const [i, read] of taps[axis].entries()) for (const { index, weight } of read) data[index * to + i] += weight
    const config = { units: to, use_bias: false, activation: 'linear', trainable: false }
    const made = `${name}_${axis === 0 ? 'rows' : 'columns'}`
    return writer.add('Dense', made, [from], config, { kernel: { shape: [length, to], data } })
  }
  // [H, W, C] to [C, H, W], and to [C, W, H], and back.
  const first = writer.add('Permute', `${name}_channels_first`, [x.layer], { dims: [3, 1, 2] })
  const turned = writer.add('Permute', `${name}_turned`, [along(1, first)], { dims: [1, 3, 2] })
  const layer = writer.add('Permute', name, [along(0, turned)], { dims: [3, 2, 1] })
  return { layer, layout: { kind: 'channelsLast' }, nonNegative: x.nonNegative }
}
