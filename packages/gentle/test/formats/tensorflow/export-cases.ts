import type { Shape } from '../../../src/core/shape.ts'
import { networks } from '../../../src/models/index.ts'
import * as nn from '../../../src/nn/index.ts'

/** Networks that TensorFlow.js' layers express, with the shape of an example: `npm run bench:tfjs` computes them there, too. */
export const exportCases: Readonly<Record<string, readonly [layer: nn.Layer, inputShape: Shape]>> = {
  'LeNet-5': [networks.lenet5.build({}), [1, 28, 28]],
  'features of pictures that are flattened, normalised and weighed': [
    nn.Sequential(nn.Conv2d(3, 3), nn.Flatten(), nn.ReLU(), nn.Dropout(), nn.BatchNorm(), nn.Linear(4), nn.Softmax()),
    [2, 6, 5],
  ],
  'flattened pictures as they are': [nn.Sequential(nn.Conv2d(3, 3), nn.Flatten()), [2, 6, 5]],
  'convolutions with strides, dilation and padding': [
    nn.Sequential(
      nn.Conv2d(3, 3, { stride: 2, padding: 1 }),
      nn.Conv2d(4, [3, 2], { dilation: [2, 3], padding: [2, 1], bias: false }),
    ),
    [2, 11, 10],
  ],
  'channels of their own': [
    nn.Sequential(nn.DepthwiseConv2d(3, { padding: 1, stride: 2 }), nn.Conv2d(8, 3, { groups: 4, padding: 1 })),
    [4, 8, 8],
  ],
  'transposed convolutions': [
    nn.Sequential(
      nn.ConvTranspose2d(4, 3, { stride: 2, padding: 1, outputPadding: 1 }),
      nn.ConvTranspose2d(2, 2, { stride: 3, outputPadding: 1 }),
    ),
    [2, 3, 4],
  ],
  'maxima of values below 0 with padding': [nn.MaxPool2d(3, { stride: 2, padding: 1 }), [2, 8, 9]],
  'maxima behind ReLU with padding': [nn.Sequential(nn.ReLU(), nn.MaxPool2d(2, { padding: 1 })), [2, 8, 9]],
  'maxima whose last windows end outside': [nn.MaxPool2d(3, { stride: 2, ceilMode: true }), [2, 8, 9]],
  'means with padding that counts': [nn.AvgPool2d(3, { padding: 1, stride: 2 }), [2, 8, 9]],
  'means with padding that does not': [nn.AvgPool2d(3, { padding: 1, stride: 2, countIncludePad: false }), [2, 8, 9]],
  'means whose last windows end outside': [nn.AvgPool2d(3, { stride: 2, ceilMode: true, padding: 1 }), [2, 8, 9]],
  'pixels repeated': [nn.Sequential(nn.Upsample2d([2, 3]), nn.Upsample2d({ size: [9, 7] })), [2, 3, 2]],
  'bilinear enlarging': [nn.Upsample2d(2, { method: 'bilinear' }), [2, 3, 4]],
  'bilinear enlarging with aligned corners': [
    nn.Upsample2d({ size: [7, 5] }, { method: 'bilinear', alignCorners: true }),
    [2, 3, 4],
  ],
  'means of equal and unequal parts': [
    nn.Sequential(
      nn.AdaptiveAvgPool2d([7, 8]),
      nn.AdaptiveAvgPool2d(4),
      nn.AdaptiveAvgPool2d(3),
      nn.AdaptiveAvgPool2d(1),
    ),
    [2, 7, 8],
  ],
  'maxima of equal parts': [nn.Sequential(nn.AdaptiveMaxPool2d(4), nn.AdaptiveMaxPool2d(1)), [2, 8, 8]],
  'an LSTM over all steps, and the last of another': [
    nn.Sequential(nn.LSTM(3), nn.LSTM(2, { bias: false, outputs: 'last' }), nn.Linear(2)),
    [4, 2],
  ],
  'GRUs upon each other in both directions': [
    nn.GRU(3, { layers: 2, bidirectional: true, resetAfter: false, outputs: 'last', dropout: 0.2 }),
    [4, 2],
  ],
  'plain recurrent layers with residuals': [nn.RNN(3, { layers: 3, residual: true, activation: 'relu' }), [4, 2]],
  activations: [
    nn.Sequential(
      ...[nn.Tanh(), nn.SiLU(), nn.GELU(), nn.ELU(), nn.LeakyReLU(0.2), nn.Softplus(), nn.Sigmoid(), nn.ReLU6()],
      nn.LogSoftmax(),
    ),
    [9],
  ],
  'softmax along the columns of pictures': [nn.Sequential(nn.Softmax(), nn.Conv2d(2, 2)), [2, 3, 4]],
  // As many columns as channels: one taken for the other would fit.
  'batch norm of pictures behind softmax along their columns': [nn.Sequential(nn.Softmax(), nn.BatchNorm()), [3, 2, 3]],
  'layer norm of features and of pictures': [
    nn.Sequential(nn.LayerNorm({ axes: 2 }), nn.Flatten(), nn.LayerNorm()),
    [2, 3, 4],
  ],
  'standardized features, and back': [
    nn.Sequential(
      nn.Standardize({ mean: [1.5, 3, -0.01], std: [0.4, 1, 0.2] }),
      nn.Linear(2),
      nn.Standardize({ mean: [2.5, 7], std: [0.9, 3], invert: true }),
    ),
    [3],
  ],
  symbols: [nn.Sequential(nn.Embedding(7, 3), nn.Linear(2), nn.Flatten()), [5]],
  'branches and shortcuts': [
    nn.Concat({
      a: nn.Conv2d(2, 1),
      b: nn.Sequential(),
      c: nn.Residual(nn.Conv2d(2, 3, { padding: 1 })),
      d: nn.PadChannels(3),
    }),
    [2, 5, 6],
  ],
  'rows of features': [nn.Sequential(nn.Linear(3), nn.Flatten(), nn.Linear(2)), [4, 5]],
  sequences: [
    nn.Sequential(
      nn.Conv1d(3, 3, { padding: 1 }),
      nn.ReLU(),
      nn.MaxPool1d(2),
      nn.AvgPool1d(3, { padding: 1, stride: 1 }),
      nn.Flatten(),
      nn.Linear(2),
    ),
    [2, 8],
  ],
}
