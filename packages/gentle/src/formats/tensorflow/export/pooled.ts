/** Padding and pooling of pictures. Keras pads with zeros, or as much as there has to be ("same"), and knows no other padding of pooling. */
import { type AvgPool2dAttributes, countedAlong, type Pool2dAttributes } from '../../../ops/pool2d.ts'
import type { Tap } from '../../../ops/resample2d.ts'
import type { Written } from './keras-writer.ts'
import type { Converted, PartContext } from './part-context.ts'
import { weighed } from './resampled.ts'

type Sides = readonly number[]

const isNothing = (...sides: Sides[]): boolean => sides.flat().every((n) => n === 0)

/** The layer that gives a picture with zeros around it. */
export function padded({ writer, name }: PartContext, { layer }: Written, before: Sides, after: Sides): string {
  if (isNothing(before, after)) return layer
  const padding = before.map((n, axis) => [n, after[axis]])
  return writer.add('ZeroPadding2D', `${name}_pad`, [layer], { padding, data_format: 'channels_last' })
}

/** Whether TensorFlow's own "same" padding has just these windows: as little as they need, of which half, or one less, lies before. */
export function isSame(
  part: PartContext,
  { shape }: Written,
  { extent, stride, before }: Readonly<Record<'extent' | 'stride' | 'before', Sides>>,
): boolean {
  const [, ...places] = part.outputShape
  return places.every((n, axis) => {
    const total = Math.max(0, (n - 1) * stride[axis] + extent[axis] - shape[1 + axis])
    return n === Math.ceil(shape[1 + axis] / stride[axis]) && before[axis] === Math.floor(total / 2)
  })
}

/** What the windows of a pooling need of rows and columns that the picture has not. */
interface Around {
  readonly before: Sides
  /** As far as the last windows reach; less than 0 where they leave rows out. */
  readonly reached: Sides
  readonly isSame: boolean
}

function around(part: PartContext, x: Written, { size, stride, padding }: Pool2dAttributes): Around {
  const [, ...places] = part.outputShape
  return {
    before: padding,
    reached: places.map((n, axis) => (n - 1) * stride[axis] + size[axis] - padding[axis] - x.shape[1 + axis]),
    isSame: isSame(part, x, { extent: size, stride, before: padding }),
  }
}

const window = ({ size, stride }: Pick<Pool2dAttributes, 'size' | 'stride'>, padding: 'valid' | 'same') => ({
  pool_size: size,
  strides: stride,
  padding,
  data_format: 'channels_last',
})

const beyond = ({ reached }: Around): number[] => reached.map((n) => Math.max(0, n))

/** The largest pixel of each window. */
export function maxPooled(part: PartContext): Converted {
  const x = part.images()
  const attributes = part.attributes<Pool2dAttributes>('maxPool2d')
  if (attributes.dilation !== undefined) part.fail('has dilation, and in TensorFlow.js pooling has none')
  const places = around(part, x, attributes)
  const { size, stride } = attributes
  const give = (layer: string): Converted => ({ layer, layout: x.layout, nonNegative: x.nonNegative })
  if (isNothing(places.before, beyond(places)))
    return give(part.add('MaxPooling2D', x.layer, window(attributes, 'valid')))
  if (places.isSame) return give(part.add('MaxPooling2D', x.layer, window(attributes, 'same')))
  // Zeros win nowhere where nothing is below them.
  if (x.nonNegative) {
    const from = padded(part, x, places.before, beyond(places))
    return give(part.add('MaxPooling2D', from, window(attributes, 'valid')))
  }
  // In steps of 1, "same" has a window around each pixel; of these some are kept.
  const [, ...kept] = part.outputShape
  const cropping = kept.map((n, axis) => {
    const first = Math.floor((size[axis] - 1) / 2) - places.before[axis]
    return [first, x.shape[1 + axis] - first - ((n - 1) * stride[axis] + 1)]
  })
  if (cropping.flat().some((n) => n < 0))
    part.fail('has padding that TensorFlow.js knows for values from 0 alone; put it behind an activation such as ReLU')
  const { writer, name } = part
  const every = writer.add('MaxPooling2D', `${name}_all`, [x.layer], window({ size, stride: [1, 1] }, 'same'))
  const cropped = isNothing(...cropping)
    ? every
    : writer.add('Cropping2D', `${name}_crop`, [every], { cropping, data_format: 'channels_last' })
  return give(part.add('MaxPooling2D', cropped, window({ size: [1, 1], stride }, 'valid')))
}

/** The mean of each window. */
export function averagePooled(part: PartContext): Converted {
  const x = part.images()
  const attributes = part.attributes<AvgPool2dAttributes>('avgPool2d')
  const { padding, after = padding, countIncludePad = true } = attributes
  const places = around(part, x, attributes)
  const counts = countIncludePad && !isNothing(padding, after)
  const give = (layer: string): Converted => ({ layer, layout: x.layout, nonNegative: x.nonNegative })
  if (isNothing(places.before, beyond(places)))
    return give(part.add('AveragePooling2D', x.layer, window(attributes, 'valid')))
  // TensorFlow divides by the pixels of the picture alone.
  if (!counts && places.isSame) return give(part.add('AveragePooling2D', x.layer, window(attributes, 'same')))
  const within = places.reached.every((n, axis) => n <= after[axis])
  if (counts && within)
    return give(part.add('AveragePooling2D', padded(part, x, padding, after), window(attributes, 'valid')))
  const [, ...pooled] = part.outputShape
  return weighed(
    part,
    x,
    ([0, 1] as const).map((axis) => tapsOf(attributes, axis, x.shape[1 + axis], pooled[axis])),
  )
}

/** What each window reads along an axis, in equal shares. */
const tapsOf = (attributes: AvgPool2dAttributes, axis: 0 | 1, length: number, windows: number): Tap[][] =>
  Array.from({ length: windows }, (_, i) => {
    const weight = 1 / countedAlong(i, length, attributes, axis)
    const begin = i * attributes.stride[axis] - attributes.padding[axis]
    return Array.from({ length: attributes.size[axis] }, (_, k) => ({ index: begin + k, weight })).filter(
      ({ index }) => index >= 0 && index < length,
    )
  })
