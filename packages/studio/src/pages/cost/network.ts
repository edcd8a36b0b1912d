/** The page's network, and what it costs. */
import { BatchNorm, Conv2d, Flatten, GlobalAvgPool2d, type Layer, Linear, ReLU, Residual, Sequential } from 'gentle-dl'
import { summarize } from 'gentle-dl/inspect'
import type { Settings } from './settings.ts'

export const classes = 10

const convolution = (channels: number, stride: number): Layer =>
  Conv2d(channels, 3, { stride, padding: 1, bias: false })

function block(channels: number, stride: number): Layer {
  const body = Sequential(convolution(channels, stride), BatchNorm(), ReLU(), convolution(channels, 1), BatchNorm())
  const shortcut = stride === 1 ? undefined : Sequential(Conv2d(channels, 1, { stride, bias: false }), BatchNorm())
  return Residual(body, { shortcut, activation: ReLU() })
}

/** Three stages of residual blocks, each at half the size of the one before (He et al., 2015, section 4.2). */
export function network({ depth, width }: Pick<Settings, 'depth' | 'width'>): Layer {
  const stage = (channels: number, stride: number): Layer =>
    Sequential(...Array.from({ length: depth }, (_, i) => block(channels, i === 0 ? stride : 1)))
  return Sequential(
    convolution(width, 1),
    BatchNorm(),
    ReLU(),
    stage(width, 1),
    stage(2 * width, 2),
    stage(4 * width, 2),
    GlobalAvgPool2d(),
    Flatten(),
    Linear(classes),
  )
}

export interface Cost {
  readonly parameters: number
  /** Of predicting for one picture. */
  readonly flops: number
  /** Of a step of training: forward, and two gradients of each multiply-add. */
  readonly stepFlops: number
  /** The most that lives at one moment of a step: activations, weights, their gradients and momentum, in float32. */
  readonly bytes: number
}

const known = new Map<string, Cost>()

/** Counted from the network's trace alone. */
export function costOf(settings: Settings): Cost {
  const { resolution, batch } = settings
  const key = JSON.stringify(settings)
  const found = known.get(key)
  if (found !== undefined) return found
  const { parameters, flops, trainingBytes } = summarize(network(settings), [3, resolution, resolution], {
    batchSize: batch,
  })
  const cost = { parameters, flops, stepFlops: 3 * flops * batch, bytes: trainingBytes! + 3 * 4 * parameters }
  known.set(key, cost)
  return cost
}
