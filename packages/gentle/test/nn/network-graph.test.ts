import { expect, it } from 'vitest'
import { gnmt } from '../../src/models/gnmt.ts'
import {
  Auxiliary,
  Concat,
  Conv2d,
  Dropout,
  Identity,
  type Layer,
  Linear,
  ReLU,
  Residual,
  Sequential,
} from '../../src/nn/index.ts'
import { inputsNetworkGraph, networkGraph } from '../../src/nn/network-graph.ts'
import { summarizeInputs } from '../../src/nn/summary.ts'

/** Each edge as the names of the layers that it connects. */
function edgesOf(network: Layer, inputShape = [2, 4, 4]): string[] {
  const { nodes, edges } = networkGraph(network, inputShape)
  const text = (id: number): string => (id === 0 ? 'input' : `${nodes[id].name}:${nodes[id].type}`)
  return edges.map(([from, to]) => `${text(from)} -> ${text(to)}`)
}

it('shows a chain, with layers that do nothing in prediction', () => {
  expect(edgesOf(Sequential({ drop: Dropout(), fc: Linear(2) }), [3])).toEqual([
    'input -> drop:dropout',
    'drop:dropout -> fc:linear',
  ])
})

it('shows the shortcut of a residual block', () => {
  const body = Sequential({ conv1: Conv2d(2, 1) })
  expect(edgesOf(Sequential({ block: Residual(body, { activation: ReLU() }) }))).toEqual([
    'input -> block.conv1:conv2d',
    'block.conv1:conv2d -> block:add',
    'input -> block:add',
    'block:add -> block.activation:relu',
  ])
  expect(edgesOf(Sequential({ block: Residual(body, { shortcut: Conv2d(2, 1) }) }))).toContain(
    'block.downsample:conv2d -> block:add',
  )
})

it('shows branches that begin at one layer and meet in a concatenation', () => {
  const branches = Concat({ same: Identity(), deep: Sequential(Conv2d(2, 1), ReLU()) })
  expect(edgesOf(Sequential({ stem: ReLU(), mixed: branches, out: ReLU() }))).toEqual([
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
  const { nodes } = networkGraph(Sequential({ aux: Auxiliary(Linear(7)), fc: Linear(2) }), [3])
  expect(nodes).toEqual([
    { id: 0, name: 'input', type: 'input', outputShape: [3], parameters: 0, macs: 0 },
    {
      id: 1,
      name: 'fc',
      type: 'linear',
      description: { type: 'linear', units: 2, options: {} },
      outputShape: [2],
      parameters: 8,
      macs: 6,
    },
  ])
})

it('shows a network of named inputs, whose own loop is a node of its type', () => {
  const tokens = (sequence: number) => ({ dtype: 'int32', shape: [], sequence }) as const
  const fields = { source: tokens(5), previous: tokens(4) }
  const network = gnmt({ sourceTokens: 30, targetTokens: 20, units: 8, layers: 2 })
  const { nodes, edges } = inputsNetworkGraph(network, fields)
  const nameOf = (id: number): string => nodes[id].name || nodes[id].type
  expect(nodes.slice(0, 4).map(({ name }) => name)).toEqual(['source', 'sourceLengths', 'previous', 'previousLengths'])
  const texts = edges.map(([from, to]) => `${nameOf(from)} -> ${nameOf(to)}`)
  expect(texts).toContain('encoder.1 -> gnmt')
  expect(texts).toContain('decoder.0.dropout -> gnmt')
  expect(texts).toContain('gnmt -> decoder.1.dropout')
  // What was attended to goes into the output beside what the top layer gives.
  expect(edges.filter(([, to]) => nameOf(to) === 'decoder.1.dropout').map(([from]) => nameOf(from))).toEqual(['gnmt'])
  const { parameters, macs } = summarizeInputs(network, fields)
  const sum = (of: (node: (typeof nodes)[number]) => number): number =>
    nodes.reduce((total, node) => total + of(node), 0)
  expect(sum((node) => node.parameters)).toBe(parameters)
  expect(sum((node) => node.macs)).toBe(macs)
})
