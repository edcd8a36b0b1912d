import { describe, expect, it } from 'vitest'
import { ArgumentError, ShapeError } from '../../src/core/errors.ts'
import { input } from '../../src/graph/tensor.ts'
import type { Pair } from '../../src/ops/index.ts'
import * as ops from '../../src/ops/index.ts'

const x = input([2, 3])
const labels = input([2], 'int32')
const images = input([1, 2, 5, 5])
const volumes = input([1, 2, 4, 5, 5])
const scalar = input([])
const counter = input([], 'int32')
const noise = { seed: 0, stream: '' }

describe('an op refuses operands that do not fit, with both shapes:', () => {
  it.each<[string, () => unknown, string]>([
    ['add', () => ops.add(x, input([2, 4])), 'add: shapes [2, 3] and [2, 4] do not broadcast'],
    ['where', () => ops.where(x, input([2, 4]), 0), 'where: shapes [2, 3] and [2, 4] do not broadcast'],
    ['matmul of inner sizes', () => ops.matmul(x, x), '[2, 3] and [2, 3] have inner sizes 3 and 2'],
    [
      'matmul transposed',
      () => ops.matmul(x, input([4, 2]), { transposeB: true }),
      '[2, 3] and [4, 2] transposed have inner sizes 3 and 2',
    ],
    ['matmul of a vector', () => ops.matmul(x, input([3])), 'both operands need at least two axes'],
    ['matmul of batches', () => ops.matmul(input([2, 2, 3]), input([3, 3, 2])), 'shapes [2] and [3] do not broadcast'],
    ['conv2d of rank 2', () => ops.conv2d(x, images), 'images [2, 3] and filters [1, 2, 5, 5]; expected [N, C, H, W]'],
    [
      'conv2d of channels',
      () => ops.conv2d(images, input([4, 3, 3, 3])),
      'images [1, 2, 5, 5] have 2 channels, but filters [4, 3, 3, 3] in 1 groups take 3 channels',
    ],
    ['conv2d of groups', () => ops.conv2d(images, input([3, 1, 3, 3]), { groups: 2 }), 'a multiple of the groups'],
    [
      'conv2d too large',
      () => ops.conv2d(images, input([1, 2, 3, 3]), { dilation: 3, padding: [1, 0] }),
      'conv2d: a window of [3, 3] with dilation [3, 3] does not fit an image of [5, 5] with padding [1, 0]',
    ],
    ['conv1d of rank 4', () => ops.conv1d(images, x), 'conv1d: sequences have shape [1, 2, 5, 5]; expected [N, C, L]'],
    [
      'conv1d of channels',
      () => ops.conv1d(input([1, 2, 5]), input([4, 3, 3])),
      'conv1d: sequences [1, 2, 5] and filters [4, 3, 3] in 1 groups; expected [N, C, L] and [O, C / groups, K]',
    ],
    [
      'conv1d too large',
      () => ops.conv1d(input([1, 2, 5]), input([1, 2, 3]), { dilation: 3 }),
      'conv1d: a window of 3 with dilation 3 does not fit a sequence of 5 with padding 0',
    ],
    ['pool1d of rank 2', () => ops.avgPool1d(x, 2), 'avgPool1d: sequences have shape [2, 3]; expected [N, C, L]'],
    [
      'pool1d too large',
      () => ops.maxPool1d(input([1, 2, 5]), 6),
      'maxPool1d: a window of 6 does not fit a sequence of 5 with padding 0',
    ],
    [
      'global pooling of sequences of rank 2',
      () => ops.globalAvgPool1d(x),
      'globalAvgPool1d: sequences have shape [2, 3]',
    ],
    ['einsum of ranks', () => ops.einsum('ij,j', x, x), "einsum: 'j' of 'ij,j' stands for an operand of shape [2, 3]"],
    [
      'einsum of sizes',
      () => ops.einsum('ij,jk', x, x),
      "einsum: axis j of 'ij,jk' has sizes 3 and 2; they must be equal",
    ],
    ['einsum of a square that is none', () => ops.einsum('ii', x), "axis i of 'ii' has sizes 2 and 3"],
    ['pool3d of rank 4', () => ops.maxPool3d(images, 2), 'maxPool3d: volumes have shape'],
    [
      'conv3d of other filters',
      () => ops.conv3d(volumes, images),
      'expected [N, C, D, H, W] and [O, C / groups, KD, KH, KW]',
    ],
    [
      'conv3d too deep',
      () => ops.conv3d(volumes, input([3, 2, 5, 1, 1])),
      'conv3d: a window of 5 slices with dilation 1 does not fit volumes of 4 with padding [0, 0]',
    ],
    [
      'convTranspose3d of which nothing is left',
      () => ops.convTranspose3d(volumes, input([2, 1, 1, 5, 5]), { padding: 2 }),
      'convTranspose3d: padding 2 leaves nothing of the result, which would have 0 slices',
    ],
    [
      'convTranspose1d of other filters',
      () => ops.convTranspose1d(input([1, 2, 5]), images),
      'convTranspose1d: filters have shape',
    ],
    [
      'a window that leaps over images',
      () => ops.maxPool2d(input([1, 1, 3, 4]), [2, 2], { stride: 1, dilation: 4, padding: 4 }),
      'pool2d: a window of [2, 2] with dilation [4, 4] has no pixel of images [1, 1, 3, 4] at some places',
    ],
    [
      'weights of other places',
      () => ops.resizeByWeights(x, 1, input([2, 5])),
      'resizeByWeights: weights [2, 5] for axis 1 of [2, 3]; expected [3, places]',
    ],
    ['argmin of a scalar', () => ops.argmin(input([])), 'argmin: a scalar [] has no axis'],
    ['pool2d too large', () => ops.maxPool2d(images, 6), 'pool2d: a window of [6, 6]'],
    ['pool2d of rank 2', () => ops.avgPool2d(x, 2), 'pool2d: images have shape [2, 3]; expected [N, C, H, W]'],
    ['global pooling of rank 2', () => ops.globalAvgPool2d(x), 'globalAvgPool2d: shape [2, 3]'],
    ['upsample2d of rank 2', () => ops.upsample2d(x, 2), 'upsample2d: images have shape [2, 3]; expected [N, C, H, W]'],
    ['adaptive mean of rank 2', () => ops.adaptiveAvgPool2d(x, 2), 'adaptiveAvgPool2d: images have shape [2, 3]'],
    ['adaptive maximum of rank 2', () => ops.adaptiveMaxPool2d(x, 2), 'adaptiveMaxPool2d: images have shape [2, 3]'],
    [
      'convTranspose2d of channels',
      () => ops.convTranspose2d(images, input([3, 2, 3, 3])),
      'images [1, 2, 5, 5] and filters [3, 2, 3, 3] in 1 groups; expected [N, C, H, W] and [C, O / groups, KH, KW]',
    ],
    [
      'convTranspose2d of groups',
      () => ops.convTranspose2d(images, input([2, 2, 3, 3]), { groups: 3 }),
      'C a multiple of the groups',
    ],
    [
      'convTranspose2d of nothing',
      () => ops.convTranspose2d(images, input([2, 2, 2, 2]), { padding: [1, 3] }),
      'convTranspose2d: padding [1, 3] leaves nothing of the result, which would have [4, 0] pixels',
    ],
    ['layerNorm over an axis outside', () => ops.layerNorm(x, 2), 'layerNorm: axis 2 is outside a tensor of rank 2'],
    ['layerNorm of a gain', () => ops.layerNorm(x, 1, input([2])), 'layerNorm: the gain has shape [2]; expected [3]'],
    [
      'groupNorm of groups',
      () => ops.groupNorm(images, 3),
      'groupNorm: a tensor of shape [1, 2, 5, 5] in 3 groups; expected [N, C, ...] with C a multiple of the groups',
    ],
    [
      'groupNorm of a bias',
      () => ops.groupNorm(images, 2, undefined, input([5])),
      'groupNorm: the bias has shape [5]; expected [2]',
    ],
    ['localResponseNorm of rank 1', () => ops.localResponseNorm(input([3])), 'localResponseNorm: shape [3]; expected'],
    ['dropout2d of rank 2', () => ops.dropout2d(x, 0.5, counter, noise), 'dropout2d: images have shape [2, 3]'],
    ['sum over an axis outside', () => ops.sum(x, 2), 'sum: axis 2 is outside a tensor of rank 2; expected -2 to 1'],
    ['argmax of a scalar', () => ops.argmax(scalar), 'argmax: a scalar [] has no axis'],
    ['reshape', () => ops.reshape(x, [4, 2]), '[2, 3] has 6 elements and cannot take shape [4, 2]'],
    ['reshape with a rest', () => ops.reshape(x, [4, -1]), '[2, 3] has 6 elements and cannot take shape [4, -1]'],
    ['transpose', () => ops.transpose(x, [0, 0]), '[0, 0] is not an order of the axes of [2, 3]'],
    ['broadcastTo', () => ops.broadcastTo(x, [3, 3]), 'do not broadcast'],
    ['broadcastTo smaller', () => ops.broadcastTo(x, [3]), '[2, 3] does not broadcast to [3]'],
    ['concat', () => ops.concat([x, input([3, 3])], 1), 'concat: [3, 3] and [2, 3] differ outside axis 1'],
    ['concat of nothing', () => ops.concat([]), 'no tensors were given'],
    ['concat outside', () => ops.concat([x], 2), 'axis 2 is outside tensors of rank 2'],
    ['slice beyond', () => ops.slice(x, [0, 2], [2, 2]), '[2, 2] elements from [0, 2] do not lie'],
    ['slice of the whole size beyond', () => ops.slice(x, [1, 0], [2, 3]), '[2, 3] elements from [1, 0] do not lie'],
    ['slice between elements', () => ops.slice(x, [0.5, 0], [1, 1]), 'do not lie'],
    [
      'slice in strides',
      () => ops.slice(x, [0, 0], [2, 2], { strides: [1, 3] }),
      'slice: [2, 2] elements from [0, 0] in strides [1, 3] do not lie in a tensor of shape [2, 3]',
    ],
    ['slice in strides of 0', () => ops.slice(x, [0, 0], [2, 2], { strides: [0, 1] }), 'in strides [0, 1] do not lie'],
    ['slice in too few strides', () => ops.slice(x, [0, 0], [2, 3], { strides: [1] }), 'do not lie'],
    ['slice from before', () => ops.slice(x, [-3, 0], [1, 1]), '[1, 1] elements from [-1, 0] do not lie'],
    ['flip', () => ops.flip(x, 2), 'flip: axis 2 is outside a tensor of rank 2'],
    [
      'split into unequal parts',
      () => ops.split(x, 2, 1),
      'split: axis 1 of [2, 3] cannot be cut into 2 equal parts; give the sizes of the parts',
    ],
    [
      'split into too much',
      () => ops.split(x, [1, 3], -1),
      'split: sizes [1, 3] do not add up to axis -1 of [2, 3]; expected whole numbers of at least 1 with the sum 3',
    ],
    ['split of a scalar', () => ops.split(scalar, 1), 'split: a scalar [] has no axis'],
    ['stack of nothing', () => ops.stack([]), 'stack: no tensors were given'],
    ['stack', () => ops.stack([x, input([3, 2])]), 'stack: shapes [2, 3] and [3, 2] differ; they must be equal'],
    ['stack outside', () => ops.stack([x], 3), 'stack: axis 3 is outside a tensor of rank 3'],
    ['unstack', () => ops.unstack(x, 2), 'unstack: axis 2 is outside a tensor of rank 2'],
    ['expandDims', () => ops.expandDims(x, [0, -4]), 'expandDims: axes [0, -4] name one axis twice'],
    ['squeeze', () => ops.squeeze(x, 1), 'squeeze: axis 1 of [2, 3] has size 3; expected 1'],
    ['logSumExp', () => ops.logSumExp(x, 2), 'logSumExp: axis 2 is outside a tensor of rank 2'],
    ['pad', () => ops.pad(x, [1], [0, 0]), '[1] before and [0, 0] after do not fit'],
    ['pad of no axes', () => ops.pad(x, [], []), '[] before and [] after do not fit'],
    ['pad less than nothing', () => ops.pad(x, [-1, 0], [0, 0]), 'give a number of at least 0 for each axis'],
    [
      'takeAlongAxis from a scalar',
      () => ops.takeAlongAxis(scalar, labels, 0),
      'takeAlongAxis: a scalar [] has no axis',
    ],
    [
      'takeAlongAxis of other sizes',
      () => ops.takeAlongAxis(x, input([3, 1], 'int32'), 1),
      'takeAlongAxis: indices [3, 1] for a tensor of shape [2, 3]; expected the same sizes outside of axis 1',
    ],
    ['sort of a scalar', () => ops.sort(scalar), 'sort: a scalar [] has no axis'],
    ['argsort outside', () => ops.argsort(x, 2), 'argsort: axis 2 is outside a tensor of rank 2'],
    ['topK of a scalar', () => ops.topK(scalar, 1), 'topK: a scalar [] has no rows'],
    ['cumsum of a scalar', () => ops.cumsum(scalar), 'cumsum: a scalar [] has no axis'],
    ['cumsum outside', () => ops.cumsum(x, -3), 'cumsum: axis -3 is outside a tensor of rank 2'],
    ['gather from a scalar', () => ops.gather(scalar, labels), 'gather: a scalar [] has no axis'],
  ])('%s', (_, build, message) => {
    expect(build).toThrow(ShapeError)
    expect(build).toThrow(message)
  })
})

describe('an op refuses the wrong element type:', () => {
  it.each<[string, () => unknown, string]>([
    ['exp', () => ops.exp(labels), "exp: an operand is int32; expected float32, use cast(x, 'float32')"],
    [
      'add',
      () => ops.add(x, counter),
      "add: operands are float32 and int32; expected one type, use cast(x, 'float32') or cast(x, 'int32')",
    ],
    ['less', () => ops.less(x, counter), 'less: operands are float32 and int32; expected one type'],
    ['where', () => ops.where(counter, x, counter), 'where: operands are float32 and int32; expected one type'],
    [
      'add of half a number',
      () => ops.add(labels, 0.5),
      "add: 0.5 cannot be combined with int32, which takes only whole numbers of 32 bits; use cast(x, 'float32')",
    ],
    ['mul of a large number', () => ops.mul(2 ** 31, labels), 'mul: 2147483648 cannot be combined with int32'],
    ['div', () => ops.div(labels, 2), 'div: an operand is int32; expected float32'],
    ['floorDiv', () => ops.floorDiv(x, 2), "floorDiv: an operand is float32; expected int32, use cast(x, 'int32')"],
    ['mean', () => ops.mean(labels), 'mean: an operand is int32'],
    ['einsum', () => ops.einsum('ij->j', input([2, 2], 'int32')), 'einsum: an operand is int32'],
    ['conv1d', () => ops.conv1d(input([1, 2, 5], 'int32'), input([1, 2, 3])), 'conv1d: an operand is int32'],
    ['matmul', () => ops.matmul(x, input([3, 1], 'int32')), 'matmul: an operand is int32'],
    ['conv2d', () => ops.conv2d(input([1, 2, 5, 5], 'int32'), input([1, 2, 3, 3])), 'conv2d: an operand is int32'],
    ['pool2d', () => ops.maxPool2d(input([1, 2, 5, 5], 'int32'), 2), 'pool2d: an operand is int32'],
    ['upsample2d', () => ops.upsample2d(input([1, 2, 5, 5], 'int32'), 2), 'resample2d: an operand is int32'],
    ['concat', () => ops.concat([input([2]), labels]), 'tensors are float32 and int32; all must be of one type'],
    ['oneHot', () => ops.oneHot(x, 3), 'oneHot: the indices are float32; expected int32'],
    ['takeAlongAxis', () => ops.takeAlongAxis(x, x, 0), 'takeAlongAxis: the indices are float32; expected int32'],
    ['gather', () => ops.gather(x, scalar), 'gather: the indices are float32; expected int32'],
    ['uniform', () => ops.uniform([2], scalar, { seed: 0, stream: '' }), 'the step must be an int32 scalar'],
  ])('%s', (_, build, message) => {
    expect(build).toThrow(ShapeError)
    expect(build).toThrow(message)
  })
})

describe('an op refuses options outside what is allowed:', () => {
  const w = input([1, 2, 3, 3])
  it.each<[string, () => unknown, string]>([
    [
      'stride 0',
      () => ops.conv2d(images, w, { stride: 0 }),
      'conv2d: stride is 0; expected a whole number of at least 1',
    ],
    ['padding -1', () => ops.conv2d(images, w, { padding: [0, -1] }), 'conv2d: padding is [0,-1]; expected a whole'],
    ['dilation 1.5', () => ops.conv2d(images, w, { dilation: 1.5 }), 'conv2d: dilation is 1.5'],
    ['three strides', () => ops.conv2d(images, w, { stride: [1, 1, 1] as unknown as Pair }), 'stride is [1,1,1]'],
    [
      'groups 0',
      () => ops.conv2d(images, w, { groups: 0 }),
      'conv2d: groups is 0; expected a whole number of at least 1',
    ],
    [
      'two strides of volumes',
      () => ops.conv3d(volumes, volumes, { stride: [1, 2] as never }),
      'conv3d: stride is [1,2]',
    ],
    [
      'padding of two sides of volumes',
      () => ops.avgPool3d(volumes, 2, { padding: [[1, 0], 1] as never }),
      'expected [[front, back], [top, bottom], [left, right]]',
    ],
    ['size 0', () => ops.avgPool2d(images, [0, 2]), 'pool2d: size is [0,2]'],
    [
      'padding as large as the window',
      () => ops.maxPool2d(images, 3, { padding: 3 }),
      'padding [3, 3] is not below the window, [3, 3] pixels; some windows would be empty',
    ],
    [
      'padding of one side as large as the window',
      () =>
        ops.maxPool2d(images, 2, {
          dilation: 2,
          padding: [
            [0, 3],
            [1, 1],
          ],
        }),
      'padding [3, 1] is not below the window, [3, 3] pixels',
    ],
    [
      'padding of three sides',
      () => ops.maxPool2d(images, 2, { padding: [[0, 1], [1]] as unknown as Pair }),
      'pool2d: padding is [1]; expected a whole number of at least 0, or two of them',
    ],
    [
      'an unknown type',
      () => ops.cast(x, 'float16' as 'float32'),
      `cast: the type is "float16"; expected 'float32' or 'int32'`,
    ],
    [
      'no numbers',
      () => ops.arange(0),
      'arange: from 0 up to 0, exclusive, in steps of 1 there are no numbers, or too many',
    ],
    [
      'no way to get there',
      () => ops.arange(0, 3, -1),
      'arange: from 0 up to 3, exclusive, in steps of -1 there are no numbers',
    ],
    ['no step', () => ops.arange(0, 3, 0), 'in steps of 0'],
    [
      'no integers',
      () => ops.arange(0, 1, 0.5, 'int32'),
      'arange: from 0 up to 1, exclusive, in steps of 0.5 are not int32; expected whole numbers of 32 bits',
    ],
    [
      'more of the largest than there are',
      () => ops.topK(x, 4),
      'topK: k is 4 for a tensor of shape [2, 3]; expected a whole number from 1 to 3',
    ],
    [
      'an ellipsis',
      () => ops.einsum('...i->i', x),
      "einsum: '...i->i' has an ellipsis, which is not supported; name all",
    ],
    [
      'no equation',
      () => ops.einsum('i->j->k', x),
      "einsum: 'i->j->k' is not an equation; expected letters as in 'bij,bjk->bik'",
    ],
    ['too few operands', () => ops.einsum('ij,jk', x), "einsum: 'ij,jk' names 2 operands, and 1 were given"],
    [
      'an axis from nowhere',
      () => ops.einsum('ij->k', x),
      "einsum: the result of 'ij->k' has axis k, which no operand has",
    ],
    ['an axis twice', () => ops.einsum('ij->ii', x), "einsum: the result of 'ij->ii' has axis i, which it names twice"],
    [
      'a stride of sequences',
      () => ops.conv1d(input([1, 2, 5]), w, { stride: 0 }),
      'conv1d: stride is 0; expected a whole',
    ],
    [
      'padding as large as the window of sequences',
      () => ops.avgPool1d(input([1, 2, 5]), 3, { padding: 3 }),
      'pool1d: padding 3 is not below the window 3',
    ],
    ['no classes', () => ops.oneHot(labels, 0), 'oneHot: classes is 0; expected a whole number of at least 1'],
    ['rate 1', () => ops.dropout(x, 1, counter, { seed: 0, stream: '' }), 'dropout: rate is 1; expected at least 0'],
    [
      'an unknown method',
      () => ops.upsample2d(images, 2, { method: 'cubic' as 'nearest' }),
      'method is "cubic"; expected',
    ],
    [
      'corners without lines',
      () => ops.upsample2d(images, 2, { alignCorners: true }),
      "upsample2d: alignCorners is only for the method 'bilinear'; leave it out",
    ],
    [
      'factor 1.5',
      () => ops.upsample2d(images, 1.5),
      'upsample2d: factor is 1.5; expected a whole number of at least 1',
    ],
    ['no pixels', () => ops.upsample2d(images, { size: [0, 2] }), 'upsample2d: size is [0,2]; expected a whole number'],
    [
      'adaptive maximum of parts that differ',
      () => ops.adaptiveMaxPool2d(images, 2 ** 31 - 1),
      'adaptiveMaxPool2d: 2147483647 parts of 5 pixels; where they are not alike, expected at most 4096 along an axis',
    ],
    [
      'no parts',
      () => ops.adaptiveMaxPool2d(images, [2, 0]),
      'adaptiveMaxPool2d: size is [2,0]; expected a whole number',
    ],
    [
      'an output padding of a stride',
      () => ops.convTranspose2d(images, input([2, 2, 3, 3]), { stride: [3, 2], outputPadding: 2 }),
      'convTranspose2d: outputPadding [2, 2] is neither below stride [3, 2] nor dilation [1, 1]',
    ],
    [
      'epsilon 0',
      () => ops.layerNorm(x, 1, undefined, undefined, 0),
      'layerNorm: epsilon is 0; expected a number above 0',
    ],
    ['a window of no channels', () => ops.localResponseNorm(images, { size: 0 }), 'localResponseNorm: size is 0'],
    [
      'limits the wrong way round',
      () => ops.clip(x, 1, 0),
      'clip: lowest is 1 and highest 0; expected lowest <= highest',
    ],
    ['rate of channels', () => ops.dropout2d(images, -1, counter, noise), 'dropout2d: rate is -1; expected at least 0'],
    ['rate NaN', () => ops.dropout(x, Number.NaN, counter, { seed: 0, stream: '' }), 'dropout: rate is NaN'],
  ])('%s', (_, build, message) => {
    expect(build).toThrow(ArgumentError)
    expect(build).toThrow(message)
  })
})
