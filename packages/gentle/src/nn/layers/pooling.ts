import { ShapeError } from '../../core/errors.ts'
import { formatShape } from '../../core/shape.ts'
import type { Tensor } from '../../graph/tensor.ts'
import {
  type AvgPool1dOptions,
  avgPool1d as avgPool1dOp,
  globalAvgPool1d as globalAvgPool1dOp,
  maxPool1d as maxPool1dOp,
  type Pool1dOptions,
  pool1dWindow,
} from '../../ops/pool1d.ts'
import {
  type AvgPool2dOptions,
  avgPool2d as avgPool2dOp,
  globalAvgPool2d as globalAvgPool2dOp,
  maxPool2d as maxPool2dOp,
  type Pool2dOptions,
  pool2dAttributes,
} from '../../ops/pool2d.ts'
import type { Pair } from '../../ops/window.ts'
import { checkFlag, checkOptions, inLayer, type Layer, type LayerTypes } from '../layer.ts'

/** What a layer pools. */
interface Form<Size, Options> {
  /** What it takes, in words. */
  readonly input: string
  readonly rank: number
  /** @throws ArgumentError for sizes out of range. */
  readonly check: (size: Size, options: Options) => void
  readonly steps: readonly string[]
  readonly flags: readonly (keyof Options & string)[]
}

const onImages = {
  input: 'images [N, C, H, W]',
  rank: 4,
  check: (size: Pair, options: Pool2dOptions) => pool2dAttributes(size, options),
  steps: ['stride', 'padding', 'dilation'],
}

const onSequences = {
  input: 'sequences [N, C, L]',
  rank: 3,
  check: (size: number, options: Pool1dOptions) => pool1dWindow(size, options),
  steps: ['stride', 'padding'],
}

/** A layer that pools by an op with these options. */
function pooling<Size, Options extends object>(
  type: string,
  op: (x: Tensor, size: Size, options: Options) => Tensor,
  { input, rank, check, steps, flags }: Form<Size, Options>,
  size: Size,
  options: Options,
): Layer {
  checkOptions(options, [...steps, ...flags], type)
  for (const flag of flags) if (options[flag] !== undefined) checkFlag(options[flag] as boolean, `${type}: ${flag}`)
  check(size, options)
  const description = { type, size, options }
  return {
    description,
    apply: (x, scope) =>
      inLayer(scope, description, x, () => {
        if (x.shape.length !== rank) throw new ShapeError(`expected ${input}, not ${formatShape(x.shape)}`)
        return op(x, size, options)
      }),
  }
}

/** A layer that takes the mean of each channel. */
function globalAverage(type: string, op: (x: Tensor) => Tensor): Layer {
  const description = { type }
  return { description, endsFeatures: true, apply: (x, scope) => inLayer(scope, description, x, () => op(x)) }
}

/** The largest pixel of each window of images [N, C, H, W]. @throws ArgumentError for sizes out of range. */
export const MaxPool2d = (size: Pair, options: Pool2dOptions = {}): Layer =>
  pooling('maxPool2d', maxPool2dOp, { ...onImages, flags: ['ceilMode'] }, size, options)

/** The mean of each window of images [N, C, H, W]. @throws ArgumentError for sizes out of range. */
export const AvgPool2d = (size: Pair, options: AvgPool2dOptions = {}): Layer =>
  pooling('avgPool2d', avgPool2dOp, { ...onImages, flags: ['ceilMode', 'countIncludePad'] }, size, options)

/** The largest number of each window of sequences [N, C, L]. @throws ArgumentError for sizes out of range. */
export const MaxPool1d = (size: number, options: Pool1dOptions = {}): Layer =>
  pooling('maxPool1d', maxPool1dOp, { ...onSequences, flags: ['ceilMode'] }, size, options)

/** The mean of each window of sequences [N, C, L]. @throws ArgumentError for sizes out of range. */
export const AvgPool1d = (size: number, options: AvgPool1dOptions = {}): Layer =>
  pooling('avgPool1d', avgPool1dOp, { ...onSequences, flags: ['ceilMode', 'countIncludePad'] }, size, options)

/** The mean of each channel: [N, C, H, W] becomes [N, C]. */
export const GlobalAvgPool2d = (): Layer => globalAverage('globalAvgPool2d', globalAvgPool2dOp)

/** The mean of each channel: [N, C, L] becomes [N, C]. */
export const GlobalAvgPool1d = (): Layer => globalAverage('globalAvgPool1d', globalAvgPool1dOp)

/** What builds these layers from their descriptions. */
export const poolingTypes: LayerTypes = {
  avgPool1d: ({ size, options }) => AvgPool1d(size as number, (options ?? {}) as AvgPool1dOptions),
  avgPool2d: ({ size, options }) => AvgPool2d(size as Pair, (options ?? {}) as AvgPool2dOptions),
  maxPool1d: ({ size, options }) => MaxPool1d(size as number, (options ?? {}) as Pool1dOptions),
  maxPool2d: ({ size, options }) => MaxPool2d(size as Pair, (options ?? {}) as Pool2dOptions),
  globalAvgPool1d: () => GlobalAvgPool1d(),
  globalAvgPool2d: () => GlobalAvgPool2d(),
}
