/**
 * Writes tensorflow-layers.json: small networks of layers as TensorFlow.js saves them, with inputs and the outputs that its CPU backend
 * computes. TensorFlow.js is among the benchmarks' rivals: `npm ci --prefix bench`, then `node make-tensorflow-layers.js`.
 */
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(new URL('../../../../bench/package.json', import.meta.url))
const tf = require('@tensorflow/tfjs')
const { layers: l } = tf

/** Numbers in [-1, 1) that float32 holds exactly. */
let state = 7
const draw = () => {
  state = (Math.imul(1664525, state) + 1013904223) | 0
  return (state >>> 24) / 2 ** 7 - 1
}
const numbers = (shape, of = draw) => Array.from({ length: shape.reduce((a, b) => a * b, 1) }, of)

/** A model with drawn weights: variances above 0. */
function drawn(model) {
  for (const layer of model.layers) {
    if (layer.layers) drawn(layer)
    else layer.setWeights(layer.weights.map((w) => {
      const isVariance = w.originalName.endsWith('moving_variance')
      return tf.tensor(numbers(w.shape, () => (isVariance ? 1.25 + draw() : draw())), w.shape)
    }))
  }
  return model
}

const cases = {}
async function add(name, made, { batch = 2, of = draw } = {}) {
  const model = drawn(made)
  const inputs = Object.fromEntries(model.inputs.map((x) => {
    const shape = [batch, ...x.shape.slice(1)]
    return [x.name, { shape, data: numbers(shape, of) }]
  }))
  const results = [model.predict(Object.values(inputs).map(({ shape, data }) => tf.tensor(data, shape)))].flat()
  const saved = await new Promise((resolve) => model.save(tf.io.withSaveHandler(async (artifacts) => {
    resolve(artifacts)
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } }
  })))
  cases[name] = {
    model: { modelTopology: saved.modelTopology, weightsManifest: [{ paths: ['weights.bin'], weights: saved.weightSpecs }] },
    weights: Buffer.from(saved.weightData).toString('base64'),
    inputs,
    outputs: results.map((y) => ({ shape: y.shape, data: [...y.dataSync()].map((v) => Number(v.toPrecision(8))) })),
  }
}
const one = (name, inputShape, layer, options) => {
  const x = tf.input({ shape: inputShape })
  return add(name, tf.model({ inputs: x, outputs: layer.apply(x) }), options)
}

await one('Conv2D same, stride 2, uneven', [5, 6, 2], l.conv2d({ filters: 3, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' }))
await one('Conv2D valid, dilated, no bias', [7, 6, 2], l.conv2d({ filters: 2, kernelSize: [3, 2], dilationRate: 2, useBias: false }))
await one('Conv2D even kernel, same', [4, 5, 1], l.conv2d({ filters: 2, kernelSize: 2, padding: 'same' }))
await one('Conv2D channels first', [2, 5, 6], l.conv2d({ filters: 3, kernelSize: 3, padding: 'same', dataFormat: 'channelsFirst' }))
await one('Conv1D valid, dilated', [8, 2], l.conv1d({ filters: 3, kernelSize: 3, dilationRate: 2 }))
await one('Conv1D same, stride 3', [8, 2], l.conv1d({ filters: 3, kernelSize: 4, strides: 3, padding: 'same', activation: 'tanh' }))
await one('Conv2DTranspose same, stride 2', [3, 4, 2], l.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' }))
await one('Conv2DTranspose valid, stride 3, kernel 2', [3, 2, 2], l.conv2dTranspose({ filters: 2, kernelSize: 2, strides: 3 }))
await one('Conv2DTranspose same, even kernel', [3, 3, 1], l.conv2dTranspose({ filters: 2, kernelSize: 4, strides: 2, padding: 'same', activation: 'sigmoid' }))
await one('SeparableConv2D', [5, 5, 2], l.separableConv2d({ filters: 3, kernelSize: 3, padding: 'same', strides: 2 }))
await one('DepthwiseConv2D, multiplier 2', [5, 4, 3], l.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same' }))
await one('MaxPooling2D same, uneven', [5, 4, 2], l.maxPooling2d({ poolSize: 2, strides: 2, padding: 'same' }))
await one('MaxPooling2D same of negatives', [3, 3, 1], l.maxPooling2d({ poolSize: 3, strides: 1, padding: 'same' }), { of: () => draw() - 2 })
await one('AveragePooling2D same', [5, 6, 2], l.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }))
await one('AveragePooling2D valid', [5, 6, 2], l.averagePooling2d({ poolSize: [2, 3] }))
await one('MaxPooling1D same', [7, 2], l.maxPooling1d({ poolSize: 3, strides: 2, padding: 'same' }))
await one('AveragePooling1D', [7, 2], l.averagePooling1d({ poolSize: 2 }))
await one('GlobalAveragePooling2D', [3, 4, 2], l.globalAveragePooling2d({}))
await one('GlobalMaxPooling2D', [3, 4, 2], l.globalMaxPooling2d({}))
await one('GlobalAveragePooling1D', [5, 2], l.globalAveragePooling1d({}))
await one('GlobalMaxPooling1D', [5, 2], l.globalMaxPooling1d({}))
await one('BatchNormalization of images', [3, 4, 3], l.batchNormalization({}))
await one('BatchNormalization without scale', [5], l.batchNormalization({ scale: false, epsilon: 0.01 }))
await one('LayerNormalization', [4, 6], l.layerNormalization({}))
await one('LayerNormalization of two axes', [3, 4, 2], l.layerNormalization({ axis: [2, 3], epsilon: 0.1 }))
await one('Dense on sequences', [3, 4], l.dense({ units: 5, activation: 'softplus' }))
await one('Embedding', [4], l.embedding({ inputDim: 6, outputDim: 3 }), { of: () => Math.floor((draw() + 1) * 3) })
await one('Permute', [3, 4, 2], l.permute({ dims: [3, 1, 2] }))
await one('Reshape', [4, 6], l.reshape({ targetShape: [3, -1, 2] }))
await one('RepeatVector', [4], l.repeatVector({ n: 3 }))
await one('ZeroPadding2D', [3, 2, 2], l.zeroPadding2d({ padding: [[1, 2], [0, 3]] }))
await one('Cropping2D', [5, 6, 2], l.cropping2D({ cropping: [[1, 2], [0, 3]] }))
await one('UpSampling2D nearest', [2, 3, 2], l.upSampling2d({ size: [2, 3] }))
await one('UpSampling2D bilinear', [3, 2, 2], l.upSampling2d({ size: [2, 3], interpolation: 'bilinear' }))
await one('TimeDistributed Dense', [3, 4], l.timeDistributed({ layer: l.dense({ units: 2 }) }))
await one('TimeDistributed Conv2D', [2, 4, 4, 1], l.timeDistributed({ layer: l.conv2d({ filters: 2, kernelSize: 3 }) }))
await one('PReLU', [3, 2, 2], l.prelu({ sharedAxes: [1, 2] }))
await one('PReLU of all', [3, 2], l.prelu({}))
await one('LeakyReLU', [8], l.leakyReLU({}))
await one('ELU', [8], l.elu({}))
await one('ThresholdedReLU', [8], l.thresholdedReLU({ theta: 0.25 }))
await one('ReLU, at most 0.5', [8], l.reLU({ maxValue: 0.5 }))
await one('Softmax of its own axis', [4], l.softmax({}))
await one('Softmax of the last axis', [3, 2, 4], l.softmax({ axis: -1 }))
await one('Rescaling', [3, 2, 3], l.rescaling({ scale: 2 / 255, offset: -1 }), { of: () => Math.floor((draw() + 1) * 127) })
await one('CenterCrop', [5, 6, 2], l.centerCrop({ height: 3, width: 3 }))
for (const activation of ['elu', 'selu', 'relu', 'relu6', 'linear', 'sigmoid', 'hardSigmoid', 'softplus', 'softsign', 'tanh', 'softmax', 'logSoftmax', 'gelu', 'gelu_new', 'mish', 'swish'])
  await one(`Activation ${activation}`, [2, 6], l.activation({ activation }), { of: () => 8 * draw() })
await one('Dropout and noise', [6], l.dropout({ rate: 0.5 }))

const a = tf.input({ shape: [3, 4, 2], name: 'a' })
const b = tf.input({ shape: [3, 4, 2], name: 'b' })
for (const [name, layer] of [['Add', l.add()], ['Multiply', l.multiply()], ['Average', l.average()], ['Maximum', l.maximum()], ['Minimum', l.minimum()], ['Concatenate', l.concatenate()], ['Concatenate axis 1', l.concatenate({ axis: 1 })]])
  await add(`${name} of convolutions`, tf.model({ inputs: [a, b], outputs: layer.apply([
    l.conv2d({ filters: 2, kernelSize: 3, padding: 'same' }).apply(a),
    l.conv2d({ filters: 2, kernelSize: 1 }).apply(b),
  ]) }))
const u = tf.input({ shape: [5] })
const v = tf.input({ shape: [5] })
await add('Dot of vectors', tf.model({ inputs: [u, v], outputs: l.dot({ axes: 1 }).apply([u, v]) }))
await add('Dot, normalized', tf.model({ inputs: [u, v], outputs: l.dot({ axes: -1, normalize: true }).apply([u, v]) }))

/** A shared layer, two outputs, a network within. */
const x = tf.input({ shape: [6, 6, 3], name: 'picture' })
const shared = l.conv2d({ filters: 3, kernelSize: 3, padding: 'same', activation: 'relu' })
const twice = shared.apply(shared.apply(x))
const within = tf.sequential({ layers: [l.conv2d({ inputShape: [6, 6, 3], filters: 2, kernelSize: 3, strides: 2 }), l.batchNormalization({}), l.flatten({}), l.dense({ units: 4, activation: 'softmax' })] })
const kept = l.add().apply([x, twice])
await add('A shared layer, two outputs, a network within', tf.model({ inputs: x, outputs: [within.apply(kept), l.globalAveragePooling2d({}).apply(twice)] }))
await add('Sequential, Dense after Flatten', tf.sequential({ layers: [
  l.conv2d({ inputShape: [6, 5, 1], filters: 4, kernelSize: 3, activation: 'relu' }),
  l.maxPooling2d({}),
  l.flatten({}),
  l.dropout({ rate: 0.25 }),
  l.dense({ units: 3, activation: 'softmax' }),
] }))
await add('A network of networks', tf.sequential({ layers: [
  tf.sequential({ layers: [l.conv2d({ inputShape: [5, 5, 2], filters: 3, kernelSize: 3, padding: 'same' }), l.globalAveragePooling2d({})] }),
  tf.sequential({ layers: [l.dense({ inputShape: [3], units: 4, activation: 'relu' }), l.dense({ units: 2, activation: 'softmax', useBias: false })] }),
] }))

/** Recurrent layers, masks among them: every third word is 0. */
const words = () => { const word = Math.floor((draw() + 1) * 3); return word % 3 === 0 ? 0 : word }
const sequence = (options) => ({ units: 3, ...options })
await one('SimpleRNN', [4, 2], l.simpleRNN(sequence()))
await one('SimpleRNN of relu, all steps, no bias', [4, 2], l.simpleRNN(sequence({ activation: 'relu', useBias: false, returnSequences: true })))
await one('LSTM', [4, 2], l.lstm(sequence({ recurrentActivation: 'sigmoid' })))
await one('LSTM of hard sigmoid, backwards, all steps', [4, 2], l.lstm(sequence({ goBackwards: true, returnSequences: true, recurrentDropout: 0.2, dropout: 0.1 })))
await one('GRU', [4, 2], l.gru(sequence({ recurrentActivation: 'sigmoid', returnSequences: true })))
await one('GRU of hard sigmoid, no bias', [4, 2], l.gru(sequence({ useBias: false, implementation: 2 })))
for (const mergeMode of ['concat', 'sum', 'ave', 'mul', null])
  await one(`Bidirectional ${mergeMode}`, [4, 2], l.bidirectional({ layer: l.lstm(sequence({ returnSequences: mergeMode !== 'sum' })), mergeMode }))
await one('Bidirectional of the last steps', [4, 2], l.bidirectional({ layer: l.gru(sequence()), mergeMode: 'concat' }))
await one('LSTM with its state', [4, 2], l.lstm(sequence({ returnState: true, returnSequences: true })))
await one('RNN of a cell', [4, 2], l.rnn({ cell: l.gruCell(sequence()), returnSequences: true }))
await one('RNN of cells', [4, 2], l.rnn({ cell: [l.lstmCell(sequence()), l.gruCell({ units: 2 }), l.simpleRNNCell({ units: 4 })] }))
await one('RNN of cells, all steps', [4, 2], l.rnn({ cell: l.stackedRNNCells({ cells: [l.simpleRNNCell(sequence()), l.lstmCell({ units: 2 })] }), returnSequences: true }))
{
  const [q, h, c] = [tf.input({ shape: [3, 2] }), tf.input({ shape: [3] }), tf.input({ shape: [3] })]
  const [y, ...states] = l.lstm(sequence({ returnState: true, returnSequences: true })).apply(q, { initialState: [h, c] })
  await add('LSTM after another, from its state', tf.model({ inputs: [q, h, c], outputs: l.lstm(sequence()).apply(y, { initialState: states }) }))
}
for (const [name, layer] of [
  ['LSTM, all steps', l.lstm(sequence({ returnSequences: true }))],
  ['GRU backwards', l.gru(sequence({ goBackwards: true, returnSequences: true }))],
  ['the last step', l.simpleRNN(sequence())],
  ['Bidirectional', l.bidirectional({ layer: l.lstm(sequence({ returnSequences: true })), mergeMode: 'concat' })],
])
  await add(`Words of which 0 is none: ${name}`, tf.sequential({ layers: [l.embedding({ inputDim: 6, outputDim: 2, maskZero: true, inputLength: 6 }), layer] }), { of: words, batch: 3 })
await add('Steps that are passed over', tf.sequential({ layers: [
  l.masking({ inputShape: [5, 1], maskValue: 0.5 }), l.dense({ units: 2, activation: 'tanh' }), l.lstm(sequence({ returnSequences: true })), l.gru({ units: 2 }),
] }), { of: () => (draw() > 0 ? 0.5 : draw()), batch: 4 })

/** How weights began, which no one reads, is kept of the first case alone. */
const [first] = Object.keys(cases)
const lines = Object.entries(cases).map(([name, each]) => {
  const short = (key, value) => (name !== first && /_(initializer|regularizer|constraint)$/.test(key) ? undefined : value)
  return `${JSON.stringify(name)}:${JSON.stringify(each, short)}`
})
writeFileSync(new URL('tensorflow-layers.json', import.meta.url), `{${lines.join(',\n')}}\n`)
console.log(Object.keys(cases).length, 'cases')
