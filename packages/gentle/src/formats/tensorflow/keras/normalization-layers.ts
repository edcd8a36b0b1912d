/** Keras' normalisations. Their small numbers are not PyTorch's: epsilon is 1e-3, momentum the share that stays, variances the population's. */
import { constant, type Tensor } from '../../../graph/tensor.ts'
import { add, div, maximum, mul, sqrt, sub } from '../../../ops/elementwise.ts'
import { groupNorm } from '../../../ops/normalize.ts'
import { mean, sum } from '../../../ops/reduce.ts'
import { reshape } from '../../../ops/structure.ts'
import { isRecord } from '../json.ts'
import { Placed } from '../placed.ts'
import { type BuildKerasLayer, type KerasWeight, learned, moving, ofOne } from './keras-layer.ts'
import type { LayerConfig } from './layer-config.ts'

/** The axis of a setting that may be a number, or a list of one. */
function axisOf(config: LayerConfig, otherwise: number): number {
  const axes = config.integers('axis', [otherwise])
  return axes.length === 1 ? axes[0] : config.fail('has several axes; expected one')
}

/** A vector along an axis of a tensor. */
const along = (vector: Tensor, rank: number, axis: number): Tensor =>
  reshape(
    vector,
    Array.from({ length: rank }, (_, i) => (i === axis ? vector.shape[0] : 1)),
  )

const gainAndOffset = (scale: boolean, center: boolean): KerasWeight[] => [
  ...(scale ? [{ name: 'gamma' }] : []),
  ...(center ? [{ name: 'beta' }] : []),
]

const batchNormalization: BuildKerasLayer = (config) => {
  const axis = axisOf(config, -1)
  const epsilon = config.number('epsilon', 1e-3)
  const momentum = config.number('momentum', 0.99)
  const center = config.flag('center', true)
  const scale = config.flag('scale', true)
  config.expect('renorm', false)
  // How the work is done, and how devices share it.
  for (const setting of ['fused', 'synchronized', 'renorm_clipping', 'renorm_momentum']) config.value(setting)
  return {
    weights: [
      ...gainAndOffset(scale, center),
      { name: 'moving_mean', state: true },
      { name: 'moving_variance', state: true },
    ],
    run([input], scope) {
      const rank = input.shape.length
      const meant = axis < 0 ? axis + rank : axis
      const channels = input.shape[meant]
      const gamma = scale ? learned(scope, 'gamma', [channels]) : 1
      const beta = center ? learned(scope, 'beta', [channels]) : 0
      const movingMean = moving(scope, 'moving_mean', [channels], 0)
      const movingVariance = moving(scope, 'moving_variance', [channels], 1)
      return input.map((x) => {
        const at = input.axisAsItLies(meant)
        if (scope.keepsState('gamma')) {
          // One multiply-add a value: factor and offset depend on weights alone.
          const factor = div(gamma, sqrt(add(movingVariance, epsilon)))
          return add(mul(x, along(factor, rank, at)), along(sub(beta, mul(movingMean, factor)), rank, at))
        }
        const others = x.shape.flatMap((_, i) => (i === at ? [] : [i]))
        const batchMean = mean(x, others)
        const centred = sub(x, along(batchMean, rank, at))
        const variance = mean(mul(centred, centred), others)
        const follow = (kept: Tensor, batch: Tensor): Tensor => add(mul(kept, momentum), mul(batch, 1 - momentum))
        scope.update(movingMean, follow(movingMean, batchMean))
        scope.update(movingVariance, follow(movingVariance, variance))
        const scaled = mul(centred, along(div(gamma, sqrt(add(variance, epsilon))), rank, at))
        return center ? add(scaled, along(beta as Tensor, rank, at)) : scaled
      })
    },
  }
}

const layerNormalization: BuildKerasLayer = (config) => {
  const axes = config.integers('axis', [-1])
  const epsilon = config.number('epsilon', 1e-3)
  const center = config.flag('center', true)
  const scale = config.flag('scale', true)
  config.expect('rms_scaling', false)
  return {
    weights: gainAndOffset(scale, center),
    run([input], scope) {
      const x = input.written
      const rank = x.shape.length
      const folded = axes.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b)
      const sizes = folded.map((axis) => x.shape[axis])
      const broadcast = (parameter: Tensor): Tensor =>
        reshape(
          parameter,
          x.shape.map((n, axis) => (folded.includes(axis) ? n : 1)),
        )
      const centred = sub(x, mean(x, folded, { keepDims: true }))
      const variance = mean(mul(centred, centred), folded, { keepDims: true })
      const normal = div(centred, sqrt(add(variance, epsilon)))
      const scaled = scale ? mul(normal, broadcast(learned(scope, 'gamma', sizes))) : normal
      return Placed.written(center ? add(scaled, broadcast(learned(scope, 'beta', sizes))) : scaled)
    },
  }
}

const groupNormalization: BuildKerasLayer = (config) => {
  const groups = config.integers('groups', [32])[0]
  const axis = axisOf(config, -1)
  const epsilon = config.number('epsilon', 1e-3)
  const center = config.flag('center', true)
  const scale = config.flag('scale', true)
  return {
    weights: gainAndOffset(scale, center),
    run([input], scope) {
      const rank = input.shape.length
      const meant = axis < 0 ? axis + rank : axis
      if (meant !== rank - 1 && meant !== 1) config.fail(`is along axis ${axis}; expected the first or the last`)
      const last = meant === rank - 1 && rank > 2
      const x = last ? input.channelsFirst : input.written
      const channels = x.shape[1]
      const y = groupNorm(
        x,
        groups === -1 ? channels : groups,
        scale ? learned(scope, 'gamma', [channels]) : undefined,
        center ? learned(scope, 'beta', [channels]) : undefined,
        epsilon,
      )
      return last ? Placed.channelsFirst(y) : Placed.written(y)
    },
  }
}

const unitNormalization: BuildKerasLayer = (config) => {
  const axes = config.integers('axis', [-1])
  return ofOne((input) => {
    const x = input.written
    const squares = sum(mul(x, x), axes, { keepDims: true })
    return Placed.written(div(x, sqrt(maximum(squares, 1e-12))))
  })
}

/** Numbers of nested lists, in order. */
const flat = (value: unknown): number[] => (Array.isArray(value) ? value.flatMap(flat) : [Number(value)])

/** (x - mean) / sqrt(variance), of statistics that its `adapt` found, or that its settings tell. */
const normalization: BuildKerasLayer = (config) => {
  const axis = axisOf(config, -1)
  config.expect('invert', false)
  const [meanValue, varianceValue] = [config.value('mean'), config.value('variance')]
  const isGiven = meanValue !== undefined && varianceValue !== undefined
  if (isRecord(meanValue) && !Array.isArray(meanValue)) config.fail('has a mean that is not a list of numbers')
  return {
    weights: isGiven
      ? []
      : [
          { name: 'mean', state: true },
          { name: 'variance', state: true },
          { name: 'count', unused: true },
        ],
    run([input], scope) {
      const rank = input.shape.length
      const meant = axis < 0 ? axis + rank : axis
      const channels = input.shape[meant]
      const vector = (name: string, value: unknown, first: number): Tensor => {
        if (!isGiven) return moving(scope, name, [channels], first)
        const numbers = flat(value)
        if (numbers.length !== 1 && numbers.length !== channels)
          config.fail(`has ${numbers.length} numbers as ${name}; expected ${channels}`)
        return constant(
          Array.from({ length: channels }, (_, i) => numbers[numbers.length === 1 ? 0 : i]),
          [channels],
        )
      }
      const at = input.axisAsItLies(meant)
      const centre = along(vector('mean', meanValue, 0), rank, at)
      const std = maximum(sqrt(along(vector('variance', varianceValue, 1), rank, at)), 1e-7)
      return input.map((x) => div(sub(x, centre), std))
    },
  }
}

export const normalizationLayers: Readonly<Record<string, BuildKerasLayer>> = {
  BatchNormalization: batchNormalization,
  GroupNormalization: groupNormalization,
  LayerNormalization: layerNormalization,
  Normalization: normalization,
  UnitNormalization: unitNormalization,
}
