import { BatchNorm, Concat, Conv2d, GlobalAvgPool2d, type Layer, Linear, ReLU, Residual, Sequential } from 'gentle-dl'
import { networkGraph } from 'gentle-dl/inspect'
import { describe, expect, it } from 'vitest'
import { plotNetwork } from '../src/network.ts'
import { blocksOf } from '../src/network-blocks.ts'

const convolution = (channels: number, kernel: number): Layer =>
  Sequential({ conv: Conv2d(channels, kernel, { padding: kernel >> 1 }), bn: BatchNorm(), relu: ReLU() })

/** A shortcut around two convolutions, and two branches. */
const branched = Sequential({
  block: Residual(Sequential({ conv1: convolution(4, 3), conv2: Conv2d(4, 3, { padding: 1 }) }), {
    activation: ReLU(),
  }),
  inception: Concat({ branch1: convolution(2, 1), branch2: convolution(6, 3) }),
  pool: GlobalAvgPool2d(),
  fc: Linear(3),
})
const shape = [4, 8, 8]

describe('the picture of a network', () => {
  const graph = networkGraph(branched, shape)
  const { blocks, edges } = blocksOf(graph)
  const titled = (title: string): number => blocks.find((block) => block.title === title)!.id

  it('has a convolution, its norm and its activation in one block, and joins alone', () => {
    expect(blocks.map(({ title, rest }) => [title, ...rest].join(' '))).toEqual([
      'input',
      '3 x 3 conv, 4 batchNorm relu',
      '3 x 3 conv, 4',
      '+ relu',
      '1 x 1 conv, 2 batchNorm relu',
      '3 x 3 conv, 6 batchNorm relu',
      'concat',
      'globalAvgPool2d',
      'linear, 3',
    ])
  })

  it('has the shortcut and the branches as edges', () => {
    expect(edges).toContainEqual([titled('input'), titled('+')])
    expect(edges).toContainEqual([titled('+'), titled('1 x 1 conv, 2')])
    expect(edges).toContainEqual([titled('1 x 1 conv, 2'), titled('concat')])
    expect(edges).toContainEqual([titled('3 x 3 conv, 6'), titled('concat')])
  })

  it('sets the first branch left of the second, and the shortcut beside what it skips', () => {
    const picture = plotNetwork(graph, { title: 'branched', subtitle: 'figures' })
    const at = (title: string): number => Number(picture.match(new RegExp(`x="([\\d.]+)"[^>]*>${title}<`))![1])
    expect(at('1 x 1 conv, 2')).toBeLessThan(at('3 x 3 conv, 6'))
    expect(picture.match(/marker-end/g)).toHaveLength(edges.length)
  })
})
