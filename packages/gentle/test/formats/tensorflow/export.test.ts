import { describe, expect, it } from 'vitest'
import { reference } from '../../../src/backends/reference/reference.ts'
import { FormatError } from '../../../src/core/errors.ts'
import { Random } from '../../../src/core/random.ts'
import { type Shape, sizeOf } from '../../../src/core/shape.ts'
import { exportTensorflow, loadTensorflow } from '../../../src/formats/tensorflow/index.ts'
import * as nn from '../../../src/nn/index.ts'
import { predict } from '../../../src/train/index.ts'
import { exportCases } from './export-cases.ts'

const backend = reference()

/** Every parameter and statistic drawn at random, variances positive. */
const drawn: nn.InitialValues = (path, shape) => {
  const random = new Random(3, path)
  return Float32Array.from({ length: sizeOf(shape) }, () =>
    path.endsWith('running_var') ? 0.5 + random.uniform() : random.normal() / 3,
  )
}

/** Two examples: symbols for a network that begins with an embedding. */
function examplesOf([layer, shape]: readonly [nn.Layer, Shape]): Float32Array {
  const random = new Random(5, 'input')
  const isOfSymbols = layer.layers?.[0][1].description.type === 'embedding'
  return Float32Array.from({ length: 2 * sizeOf(shape) }, () => (isOfSymbols ? random.integer(7) : random.normal()))
}

/** Sequences, which have channels last there, and of which the reader does not know that they have channels. */
function asWritten(x: Float32Array, [layer, [channels, length]]: readonly [nn.Layer, Shape]): Float32Array {
  if (layer.layers?.[0][1].description.type !== 'conv1d') return x
  return x.map((_, i) => {
    const [example, place, channel] = [
      Math.floor(i / (channels * length)),
      Math.floor(i / channels) % length,
      i % channels,
    ]
    return x[(example * channels + channel) * length + place]
  })
}

async function readAgain(model: nn.Model) {
  const files = await exportTensorflow(model)
  return loadTensorflow(files['model.json'], async () => files['weights.bin'], { backend })
}

describe('exportTensorflow', () => {
  it.each(Object.entries(exportCases))('writes %s so that what is read again computes the same', async (_, given) => {
    const model = await nn.createModel(...given, { backend, initialValues: drawn })
    const again = await (await readAgain(model)).asModel()
    const x = examplesOf(given)
    const [own, read] = [await predict(model, x), await predict(again, asWritten(x, given))]
    expect(read.shape).toEqual(own.shape)
    for (const [i, value] of own.data.entries()) expect(read.data[i]).toBeCloseTo(value, 4)
  })

  it('writes layers by the names of the network, and names of classes for getUserDefinedMetadata', async () => {
    const layer = nn.Sequential({ features: nn.Conv2d(2, 1), flat: nn.Flatten(), head: nn.Sequential(nn.Linear(2)) })
    const model = await nn.createModel(layer, [1, 2, 2], { backend, classes: ['cat', 'dog'] })
    const json = JSON.parse(new TextDecoder().decode((await exportTensorflow(model))['model.json']))
    expect(json.userDefinedMetadata).toEqual({ classes: ['cat', 'dog'] })
    expect(json.weightsManifest).toEqual([
      {
        paths: ['weights.bin'],
        weights: [
          { name: 'features/kernel', shape: [1, 1, 1, 2], dtype: 'float32' },
          { name: 'features/bias', shape: [2], dtype: 'float32' },
          { name: 'head_0/kernel', shape: [8, 2], dtype: 'float32' },
          { name: 'head_0/bias', shape: [2], dtype: 'float32' },
        ],
      },
    ])
  })

  const refused: readonly [string, nn.Layer, Shape, string][] = [
    [
      'groups',
      nn.Conv2d(4, 3, { groups: 2 }),
      [4, 8, 8],
      'layer 0 (conv2d) has 2 groups, and in TensorFlow.js a group is one channel or all',
    ],
    [
      'a norm',
      nn.Sequential(nn.GroupNorm(2)),
      [4, 2, 2],
      "layer 0 (groupNorm) has no equivalent among TensorFlow.js' layers",
    ],
    ['a step', nn.Step(), [3], "layer 0 (step) has no equivalent among TensorFlow.js' layers"],
    [
      'padding of a maximum over any values, of windows without a middle',
      nn.MaxPool2d(2, { padding: 1 }),
      [1, 4, 4],
      'layer 0 (maxPool2d) has padding that TensorFlow.js knows for values from 0 alone; put it behind an activation such as ReLU',
    ],
    [
      'a norm over channels',
      nn.Sequential(nn.LocalResponseNorm()),
      [6, 2, 2],
      "layer 0 (localResponseNorm) has no equivalent among TensorFlow.js' layers",
    ],
    [
      'a GRU that resets after the product',
      nn.GRU(2),
      [3, 2],
      'layer 0 (gru) resets after the product, which TensorFlow.js does not compute; it does with resetAfter false',
    ],
    [
      'a recurrent layer that normalises',
      nn.LSTM(2, { normalization: 'layer' }),
      [3, 2],
      'layer 0 (lstm) normalises within its steps, which has no equivalent in TensorFlow.js',
    ],
  ]
  it.each(refused)(
    'refuses %s that TensorFlow.js does not have, by the name of its layer',
    async (_, layer, shape, problem) => {
      const model = await nn.createModel(layer, shape, {
        backend,
        initialValues: (_, of) => new Float32Array(sizeOf(of)),
      })
      await expect(exportTensorflow(model)).rejects.toThrow(new FormatError(`exportTensorflow: ${problem}`))
    },
  )

  it('refuses a network of named inputs', async () => {
    const model = await nn.createModel(
      nn.ofInput('x', nn.Linear(2)),
      { x: { dtype: 'float32', shape: [3] } },
      { backend },
    )
    await expect(exportTensorflow(model as unknown as nn.Model)).rejects.toThrow(/takes inputs by their names/)
  })
})
