/** What is not understood is refused by its name, never passed over. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { reference } from '../../../src/backends/reference/reference.ts'
import { FormatError } from '../../../src/core/errors.ts'
import { loadTensorflow } from '../../../src/formats/tensorflow/index.ts'

const backend = reference()
const kernel = { name: 'c/kernel', shape: [1, 1, 2, 3], dtype: 'float32' }

/** A network of a convolution, and this layer behind it. */
const layers = (convolution: object, ...behind: object[]) => ({
  modelTopology: {
    class_name: 'Sequential',
    config: {
      name: 's',
      layers: [
        {
          class_name: 'Conv2D',
          config: {
            name: 'c',
            batch_input_shape: [null, 3, 3, 2],
            filters: 3,
            kernel_size: 1,
            use_bias: false,
            ...convolution,
          },
        },
        ...behind,
      ],
    },
  },
  weightsManifest: [{ paths: ['w'], weights: [kernel] }],
})

const source = (name: string, shape: (number | null)[]) => ({
  class_name: 'InputLayer',
  name,
  config: { name, batch_input_shape: shape },
  inbound_nodes: [],
})

/** A recurrent layer in both directions, called with a sequence and one state. */
const calledWithOneState = {
  modelTopology: {
    class_name: 'Model',
    config: {
      name: 'm',
      layers: [
        source('x', [null, 3, 2]),
        source('s', [null, 1]),
        {
          class_name: 'Bidirectional',
          name: 'b',
          config: {
            name: 'b',
            merge_mode: 'concat',
            layer: { class_name: 'SimpleRNN', config: { name: 'r', units: 1, activation: 'tanh', use_bias: false } },
          },
          inbound_nodes: [
            [
              ['x', 0, 0, {}],
              ['s', 0, 0, {}],
            ],
          ],
        },
      ],
      input_layers: [
        ['x', 0, 0],
        ['s', 0, 0],
      ],
      output_layers: [['b', 0, 0]],
    },
  },
  weightsManifest: [
    {
      paths: ['w'],
      weights: ['forward', 'backward'].flatMap((way) => [
        { name: `b/${way}_r/kernel`, shape: [2, 1], dtype: 'float32' },
        { name: `b/${way}_r/recurrent_kernel`, shape: [1, 1], dtype: 'float32' },
      ]),
    },
  ],
}

/** A graph of a placeholder, this node behind it, and others. */
const graph = (node: object, ...others: object[]) => ({
  modelTopology: {
    node: [
      {
        name: 'x',
        op: 'Placeholder',
        attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape: { dim: [{ size: '-1' }, { size: '3' }] } } },
      },
      { name: 'y', input: ['x'], ...node },
      ...others,
    ],
  },
  weightsManifest: [],
})

const load = (json: object, bytes = 24) => loadTensorflow(json, () => new Uint8Array(bytes), { backend })

it('opens what the cases below are made of', async () => {
  expect((await load(layers({}))).outputs).toEqual(['c'])
  expect((await load(graph({ op: 'Relu' }))).outputs).toEqual(['y'])
})

it.each<[string, object, RegExp]>([
  [
    'a class of layers',
    layers({}, { class_name: 'Whiten', config: { name: 'w' } }),
    /layer 'w' \(Whiten\) is of a class that is not supported; supported are Activation, Act/,
  ],
  [
    'a recurrent layer of another kind',
    layers({}, { class_name: 'ConvLSTM2D', config: { name: 'l', filters: 3 } }),
    /layer 'l' \(ConvLSTM2D\) is of a class that is not supported; supported are/,
  ],
  [
    'a cell of another kind',
    layers({}, { class_name: 'RNN', config: { name: 'l', cell: { class_name: 'MyCell', config: { name: 'mine' } } } }),
    /layer 'mine' \(MyCell\) is of a class of cells that is not supported; supported are GRUCell/,
  ],
  [
    'a state that is kept from batch to batch',
    layers({}, { class_name: 'SimpleRNN', config: { name: 'l', units: 2, activation: 'tanh', stateful: true } }),
    /layer 'l' \(SimpleRNN\) is stateful/,
  ],
  [
    'a state for one of two directions',
    calledWithOneState,
    /layer 'b' \(Bidirectional\) is called with 1 states; expected as many for each direction/,
  ],
  [
    'an activation that is not told',
    layers({}, { class_name: 'LSTM', config: { name: 'l', units: 2, activation: 'tanh' } }),
    /layer 'l' \(LSTM\) does not give its recurrent_activation/,
  ],
  ['a setting', layers({ twist: 3 }), /layer 'c' \(Conv2D\) has a setting twist that is unknown, "3"/],
  [
    'a value of a setting',
    layers({ padding: 'circular' }),
    /layer 'c' \(Conv2D\) has padding "circular"; expected valid or same/,
  ],
  [
    'an activation',
    layers({ activation: 'zigzag' }),
    /layer 'c' \(Conv2D\) has an activation that is not supported, 'zigzag'/,
  ],
  [
    'a slope that TensorFlow.js passes over',
    layers({}, { class_name: 'ReLU', config: { name: 'r', negative_slope: 0.5 } }),
    /'r' \(ReLU\) has negative_slope or threshold, which TensorFlow\.js ignores/,
  ],
  [
    'a mask, where it goes through a layer that takes none',
    layers(
      {},
      { class_name: 'Masking', config: { name: 'm', mask_value: 0 } },
      { class_name: 'Flatten', config: { name: 'f' } },
    ),
    /layer 'f' \(Flatten\) gets a sequence with a mask, and is of no class that is known to take one/,
  ],
  ['weights that are not there', layers({ use_bias: true }), /it has no weight bias for layer 'c'/],
  [
    'weights of another shape',
    layers({ filters: 4 }),
    /c\.kernel has shape \[1, 1, 2, 3\], but now \[1, 1, 2, 4\] is requested/,
  ],
  ['an op', graph({ op: 'Whiten' }), /node 'y' is of an op that is not supported, "Whiten"; supported are Abs, /],
  [
    'an attribute',
    graph({ op: 'Relu', attr: { twist: { i: '3' } } }),
    /node 'y' \(Relu\) has an attribute twist that is unknown, "3"/,
  ],
  [
    'a kind of attribute',
    graph({ op: 'Relu', attr: { f: { func: { name: 'g' } } } }),
    /node "y" has an attribute "f" of a kind that is not supported/,
  ],
  [
    'an order of axes',
    graph({ op: 'AvgPool', attr: { data_format: { s: btoa('NCHW') } } }),
    /node 'y' \(AvgPool\) has data_format NCHW; expected NHWC/,
  ],
  ['a value that nothing gives', graph({ op: 'Relu', input: ['z'] }), /no node "z", which is taken from/],
  [
    'a circle',
    graph(
      { op: 'Add', input: ['x', 'z'] },
      { name: 'z', op: 'Relu', input: ['y'] },
      { name: 'end', op: 'Relu', input: ['z'] },
    ),
    /its graph has a cycle at node "z"/,
  ],
  ['a graph without an end', graph({ op: 'Relu', input: ['y'] }), /its graph gives no outputs/],
  [
    'numbers that depend on the input',
    graph({ op: 'Reshape', input: ['x', 'x'] }),
    /node 'y' \(Reshape\) needs numbers that are known beforehand for operand 1/,
  ],
  ['no model.json', { layers: [] }, /it has no modelTopology; expected a model\.json of TensorFlow\.js/],
])('%s is refused by name', async (_, json, message) => {
  await expect(load(json)).rejects.toThrow(FormatError)
  await expect(load(json)).rejects.toThrow(message)
})

it('a weight that no layer takes is refused by name', async () => {
  const json = layers({})
  json.weightsManifest[0].weights.push({ name: 'd/kernel', shape: [1, 1, 1, 1], dtype: 'float32' })
  await expect(load(json, 28)).rejects.toThrow(/it has weights that no layer takes: "d\/kernel"/)
})

it('an element beyond its axis is refused by name', async () => {
  const json = graph(
    { op: 'StridedSlice', input: ['shape', 'four', 'four', 'four'], attr: { shrink_axis_mask: { i: '1' } } },
    { name: 'shape', op: 'Shape', input: ['x'] },
    { name: 'four', op: 'Const' },
  )
  const weightsManifest = [{ paths: ['w'], weights: [{ name: 'four', shape: [1], dtype: 'int32' }] }]
  const bytes = new Uint8Array(Int32Array.of(4).buffer)
  await expect(loadTensorflow({ ...json, weightsManifest }, () => bytes, { backend })).rejects.toThrow(
    /node 'y' \(StridedSlice\) takes element 4 of axis 0 of \[2\]/,
  )
})

it.each([
  { op: 'Unpack', input: ['long'], attr: { axis: { i: '1' } } },
  { op: 'Split', input: ['one', 'long'], attr: { num_split: { i: '1000000000' } } },
  { op: 'Prod', input: ['long', 'one'] },
])('an axis of more parts than a graph holds is refused by name: $op', async (node) => {
  const shape = { dim: [{ size: '-1' }, { size: '1000000000' }] }
  const long = { name: 'long', op: 'Placeholder', attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape } } }
  const weightsManifest = [{ paths: ['w'], weights: [{ name: 'one', shape: [1], dtype: 'int32' }] }]
  const bytes = new Uint8Array(Int32Array.of(1).buffer)
  const json = { ...graph(node, long, { name: 'one', op: 'Const' }), weightsManifest }
  await expect(loadTensorflow(json, () => bytes, { backend })).rejects.toThrow(
    `node 'y' (${node.op}) cuts an axis into 1000000000 parts; expected at most 4096`,
  )
})

it('a layer that is called as in training is refused by name', async () => {
  const cases = JSON.parse(readFileSync(new URL('../../goldens/tensorflow-layers.json', import.meta.url), 'utf8'))
  const { model } = structuredClone(cases['Add of convolutions'])
  const add = model.modelTopology.config.layers.find((layer: { class_name: string }) => layer.class_name === 'Add')
  add.inbound_nodes[0][0][3] = { training: true }
  const bytes = Uint8Array.from(atob(cases['Add of convolutions'].weights), (c) => c.charCodeAt(0))
  await expect(loadTensorflow(model, () => bytes, { backend })).rejects.toThrow(
    /is called with "training", which is not supported/,
  )
})
