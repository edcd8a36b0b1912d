import { expect, it } from 'vitest'
import {
  auxiliary,
  conv2d,
  dropout,
  identity,
  type Layer,
  linear,
  networkGraph,
  parallel,
  relu,
  residual,
  sequential,
} from '../../src/nn/index.ts'

/** Each edge as the names of the layers that it connects. */
function edgesOf(network: Layer, inputShape = [2, 4, 4]): string[] {
  const { nodes, edges } = networkGraph(network, inputShape)
  const text = (id: number): string => (id === 0 ? 'input' : `${nodes[id].name}:${nodes[id].type}`)
  return edges.map(([from, to]) => `${text(from)} -> ${text(to)}`)
}

it('shows a chain, with layers that do nothing in prediction', () => {
  expect(edgesOf(sequential({ drop: dropout(), fc: linear(2) }), [3])).toEqual([
    'input -> drop:dropout',
    'drop:dropout -> fc:linear',
  ])
})

it('shows the shortcut of a residual block', () => {
  const body = sequential({ conv1: conv2d(2, 1) })
  expect(edgesOf(sequential({ block: residual(body, { activation: relu() }) }))).toEqual([
    'input -> block.conv1:conv2d',
    'block.conv1:conv2d -> block:add',
    'input -> block:add',
    'block:add -> block.activation:relu',
  ])
  expect(edgesOf(sequential({ block: residual(body, { shortcut: conv2d(2, 1) }) }))).toContain(
    'block.downsample:conv2d -> block:add',
  )
})

it('shows branches that begin at one layer and meet in a concatenation', () => {
  const branches = parallel({ same: identity(), deep: sequential(conv2d(2, 1), relu()) })
  expect(edgesOf(sequential({ stem: relu(), mixed: branches, out: relu() }))).toEqual([
    'input -> stem:relu',
    'stem:relu -> mixed.same:identity',
    'stem:relu -> mixed.deep.0:conv2d',
    'mixed.deep.0:conv2d -> mixed.deep.1:relu',
    'mixed.same:identity -> mixed:concat',
    'mixed.deep.1:relu -> mixed:concat',
    'mixed:concat -> out:relu',
  ])
})

it('tells of each layer its place, its output and its cost, and leaves auxiliary heads out', () => {
  const { nodes } = networkGraph(sequential({ aux: auxiliary(linear(7)), fc: linear(2) }), [3])
  expect(nodes).toEqual([
    { id: 0, name: 'input', type: 'input', outputShape: [3], parameters: 0, macs: 0 },
    { id: 1, name: 'fc', type: 'linear', outputShape: [2], parameters: 8, macs: 6 },
  ])
})
