import { describe, expect, it, test } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { inMemory } from '../../src/data/memory.ts'
import { loadOnnx } from '../../src/formats/onnx/index.ts'
import { dataTypes, type OnnxGraph } from '../../src/formats/onnx/messages.ts'
import { writeGraph } from '../../src/formats/onnx/write-graph.ts'
import { constant, input, type Tensor } from '../../src/graph/tensor.ts'
import * as nn from '../../src/nn/index.ts'
import { scoresOf } from '../../src/nn/scores.ts'
import { diceLoss, pixelCrossEntropy, pixelFocalLoss } from '../../src/nn/segmentation-losses.ts'
import * as ops from '../../src/ops/index.ts'
import { sgd } from '../../src/optim/sgd.ts'
import { confusion, evaluate, fit, predict } from '../../src/train/index.ts'
import { evaluateViews } from '../../src/train/views.ts'
import { gradCam } from '../../src/vision/explain/grad-cam.ts'
import { occlusion } from '../../src/vision/explain/occlusion.ts'
import { segmentation } from '../../src/vision/tasks/segmentation.ts'

const backend = reference()

/** A model that is a function of its inputs alone. */
const model = (apply: (x: Tensor) => Tensor, inputShape: readonly number[]) =>
  nn.createModel({ description: { type: 'own' }, apply }, inputShape, { backend })

const overSum = (e: Tensor): Tensor => ops.div(e, ops.sum(e, 3, { keepDims: true }))

const softmaxOf = (logits: readonly number[]): number[] => {
  const exponentials = logits.map(Math.exp)
  const total = exponentials.reduce((a, b) => a + b, 0)
  return exponentials.map((each) => each / total)
}
const sigmoidOf = (z: number): number => 1 / (1 + Math.exp(-z))
const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5))

describe('what a network ends with', () => {
  const x = input([2, 3, 1, 4])
  test.each<[string, nn.OutputKind, number | undefined, (x: Tensor) => Tensor]>([
    ['a softmax', 'probabilities', 1, (x) => ops.softmax(x, 1)],
    ['a softmax that is moved', 'probabilities', 2, (x) => ops.transpose(ops.softmax(x, 1), [0, 3, 1, 2])],
    ['a softmax that is reshaped', 'probabilities', 2, (x) => ops.reshape(ops.softmax(x), [2, 3, 4])],
    ['exponentials over their sum', 'probabilities', 3, (x) => overSum(ops.exp(x))],
    ['a log softmax', 'logProbabilities', 1, (x) => ops.logSoftmax(x, 1)],
    ['a sigmoid', 'sigmoids', undefined, (x) => ops.reshape(ops.sigmoid(x), [2, 12])],
    ['a product', 'logits', undefined, (x) => ops.matmul(ops.softmax(ops.reshape(x, [2, 12])), constant(1, [12, 5]))],
    ['a softmax whose axis is gone', 'logits', undefined, (x) => ops.reshape(ops.softmax(x, 1), [2, 12])],
    ['a gate', 'logits', undefined, (x) => ops.mul(x, ops.sigmoid(x))],
    [
      'exponentials over another sum',
      'logits',
      undefined,
      (x) => ops.div(ops.exp(x), ops.sum(x, 3, { keepDims: true })),
    ],
  ])('is told by its graph: %s', (_, kind, axis, end) => {
    const scores = scoresOf(end(x))
    expect([scores.kind, scores.axis]).toEqual([kind, axis])
  })

  it('is told of layers', async () => {
    const kindOf = async (...layers: nn.Layer[]) =>
      nn.outputKind(await nn.createModel(nn.Sequential(nn.Linear(4), ...layers), [3], { backend }))
    expect(await kindOf()).toBe('logits')
    expect(await kindOf(nn.Softmax())).toBe('probabilities')
    expect(await kindOf(nn.LogSoftmax(), nn.Identity())).toBe('logProbabilities')
    expect(await kindOf(nn.Sigmoid(), nn.Dropout(0.5))).toBe('sigmoids')
    expect(await kindOf(nn.Softmax(), nn.Linear(2))).toBe('logits')
  })
})

describe('probabilities', () => {
  const logits = [2, 1, -1]
  const ask = async (end: (x: Tensor) => Tensor, values = logits, shape: readonly number[] = [values.length]) => {
    const { shape: given, data } = await predict(await model(end, shape), Float32Array.from(values), {
      probabilities: true,
    })
    return { shape: given, data: [...data] }
  }

  it('are those of the model where it ends in them, and the softmax of logits', async () => {
    const expected = { shape: [1, 3], data: close(softmaxOf(logits)) }
    for (const end of [(x: Tensor) => x, ops.softmax, ops.logSoftmax])
      expect(await ask((x) => end(x))).toEqual(expected)
  })

  it('are of the axis that has the classes, wherever places of one stand beside it', async () => {
    const expected = { shape: [1, 3], data: close(softmaxOf(logits)) }
    for (const shape of [
      [3, 1, 1],
      [1, 1, 3],
      [1, 3],
    ]) {
      const axis = 1 + shape.indexOf(3)
      expect(await ask((x) => x, logits, shape)).toEqual(expected)
      expect(await ask((x) => ops.softmax(x, axis), logits, shape)).toEqual(expected)
    }
    const maps = {
      shape: [1, 2, 1, 2],
      data: close([0, 1].flatMap((c) => [0, 1].map((i) => softmaxOf([i, i + 2])[c]))),
    }
    expect(await ask((x) => x, [0, 1, 2, 3], [2, 1, 2])).toEqual(maps)
    expect(await ask((x) => ops.softmax(x, 1), [0, 1, 2, 3], [2, 1, 2])).toEqual(maps)
  })

  it('of one number are those of two classes; of sigmoids, of each class its own', async () => {
    const two = { shape: [1, 2], data: close([1 - sigmoidOf(1.5), sigmoidOf(1.5)]) }
    expect(await ask(ops.sigmoid, [1.5])).toEqual(two)
    expect(await ask((x) => x, [1.5])).toEqual(two)
    expect(await ask((x) => ops.reshape(ops.sigmoid(x), [1]), [1.5])).toEqual(two)
    expect(await ask(ops.sigmoid)).toEqual({ shape: [1, 3], data: close(logits.map(sigmoidOf)) })
  })
})

describe('losses and metrics of what is not a logit', () => {
  const rows = [
    [2, 1, -1],
    [0, 3, 1],
    [-1, 0, 4],
    [60, -60, 0],
  ]
  const labels = [0, 1, 0, 1]
  const examples = inMemory({
    inputs: Float32Array.from(rows.flat()),
    inputShape: [3],
    targets: Int32Array.from(labels),
    classes: ['a', 'b', 'c'],
  })

  it('are those of the logits, even where a probability is rounded to 0', async () => {
    const plain = await evaluate(await model((x) => x, [3]), examples, { metrics: [nn.accuracy, nn.topKAccuracy(2)] })
    expect(plain.loss).toBeGreaterThan(30)
    for (const end of [
      (x: Tensor) => ops.softmax(x),
      (x: Tensor) => ops.logSoftmax(x),
      (x: Tensor) => ops.reshape(ops.softmax(ops.reshape(x, [-1, 3, 1, 1]), 1), [-1, 3, 1, 1]),
    ]) {
      const same = await evaluate(await model(end, [3]), examples, { metrics: [nn.accuracy, nn.topKAccuracy(2)] })
      expect(same).toEqual({ ...plain, loss: expect.closeTo(plain.loss, 4) })
      const [{ probabilities, ...counted }, { probabilities: plainly, ...ofLogits }] = [
        await confusion(await model(end, [3]), examples),
        await confusion(await model((x) => x, [3]), examples),
      ]
      expect(counted).toEqual(ofLogits)
      for (const [i, share] of plainly.entries()) expect(probabilities[i]).toBeCloseTo(share, 6)
    }
  })

  it('of sigmoids, one a class, count the classes that an example is not, too', async () => {
    const three = { ...examples, length: 3 }
    const expected =
      -rows
        .slice(0, 3)
        .flatMap((row, i) => row.map((z, c) => Math.log(c === labels[i] ? sigmoidOf(z) : 1 - sigmoidOf(z))))
        .reduce((a, b) => a + b, 0) / 3
    const each = await model(ops.sigmoid, [3])
    expect((await evaluate(each, three)).loss).toBeCloseTo(expected, 5)
    const pictures = inMemory({
      inputs: Float32Array.from(rows.flat()),
      inputShape: [3, 1, 1],
      targets: Int32Array.from(labels),
      classes: ['a', 'b', 'c'],
    })
    const of = await model((x) => ops.sigmoid(ops.reshape(x, [-1, 3])), [3, 1, 1])
    const views = await evaluateViews(
      of,
      { ...pictures, length: 3, labels: labels.slice(0, 3) },
      { policy: [], views: 1 },
    )
    expect(views.loss).toBeCloseTo(expected, 4)
  })

  it('of one number are those of two classes', async () => {
    const numbers = [-2, 0.5, 3, -0.1]
    const two = inMemory({
      inputs: Float32Array.from(numbers),
      inputShape: [1],
      targets: Int32Array.of(0, 1, 0, 0),
      classes: ['no', 'yes'],
    })
    const expected =
      numbers.map((z, i) => -Math.log(i === 1 ? sigmoidOf(z) : 1 - sigmoidOf(z))).reduce((a, b) => a + b) / 4
    for (const end of [ops.sigmoid, (x: Tensor) => x, (x: Tensor) => ops.reshape(ops.sigmoid(x), [-1])]) {
      const own = await model(end, [1])
      expect(await evaluate(own, two)).toEqual({ loss: expect.closeTo(expected, 5), accuracy: 0.75 })
      const { counts, confidence } = await confusion(own, two)
      expect([...counts]).toEqual([2, 1, 0, 1])
      for (const [i, z] of numbers.entries()) expect(confidence[i]).toBeCloseTo(sigmoidOf(Math.abs(z)), 5)
    }
  })

  it('train a network that ends in a softmax, or a sigmoid, as one without', async () => {
    const trained = async (...end: nn.Layer[]) => {
      const { model, history } = await fit(nn.Sequential(nn.Linear(3), ...end), examples, {
        optimizer: sgd({ learningRate: 0.05 }),
        epochs: 3,
        backend,
      })
      return {
        loss: history.at(-1)!.train.loss,
        weights: [...(await nn.readWeights(model)).values()].flatMap((w) => [...w]),
      }
    }
    const plain = await trained()
    for (const end of [nn.Softmax(), nn.LogSoftmax()]) {
      const { loss, weights } = await trained(end)
      expect(loss).toBeCloseTo(plain.loss, 4)
      expect(weights).toEqual(close(plain.weights))
    }
  })

  it('are taken of what softmax or sigmoid was taken of, and refuse the other one', async () => {
    const value = async (loss: nn.Loss, end: (x: Tensor) => Tensor, target: Tensor, shape: readonly number[]) => {
      const x = constant(
        Array.from({ length: 8 }, (_, i) => Math.sin(i)),
        shape,
      )
      const program = await backend.compile({ inputs: {}, outputs: { y: loss(end(x), target) } })
      return (await program.run()).y.data[0]
    }
    const masks = constant([0, 1, 1, 0], [1, 2, 2], 'int32')
    for (const loss of [pixelCrossEntropy, diceLoss, pixelFocalLoss]) {
      const plain = await value(loss, (x) => x, masks, [1, 2, 2, 2])
      expect(await value(loss, (x) => ops.softmax(x, 1), masks, [1, 2, 2, 2])).toBeCloseTo(plain, 5)
      await expect(value(loss, (x) => ops.softmax(x, 2), masks, [1, 2, 2, 2])).rejects.toThrow('a softmax along axis 2')
      await expect(value(loss, ops.sigmoid, masks, [1, 2, 2, 2])).rejects.toThrow('those of sigmoids')
    }
    const truth = constant([0, 1, 1, 0, 1, 0, 0, 1], [4, 2])
    const plain = await value(nn.binaryCrossEntropy, (x) => x, truth, [4, 2])
    expect(await value(nn.binaryCrossEntropy, ops.sigmoid, truth, [4, 2])).toBeCloseTo(plain, 6)
    await expect(value(nn.binaryCrossEntropy, ops.softmax, truth, [4, 2])).rejects.toThrow('those of a softmax')
  })
})

describe('what explains a picture', () => {
  it('looks behind softmax and sigmoid, and knows both classes of one number', async () => {
    const picture = Float32Array.from({ length: 32 }, (_, i) => Math.cos(i))
    const network = (units: number, ...end: nn.Layer[]) =>
      nn.createModel(nn.Sequential(nn.Conv2d(4, 3), nn.Flatten(), nn.Linear(units), ...end), [2, 4, 4], { backend })
    const [plain, ended] = [await network(3), await network(3, nn.Softmax())]
    const options = { patch: 2, stride: 2 }
    expect([...(await gradCam(ended, picture, 1)).data]).toEqual(close([...(await gradCam(plain, picture, 1)).data]))
    expect([...(await occlusion(ended, picture, 1, options)).data]).toEqual(
      close([...(await occlusion(plain, picture, 1, options)).data]),
    )
    const one = await network(1, nn.Sigmoid())
    const [no, yes] = [await occlusion(one, picture, 0, options), await occlusion(one, picture, 1, options)]
    expect([...no.data]).toEqual(close([...yes.data].map((change) => -change)))
    const cams = [await gradCam(one, picture, 0), await gradCam(one, picture, 1)]
    expect(cams.map(({ data }) => data.some((value) => value > 0))).toContain(true)
    await expect(occlusion(one, picture, 2, options)).rejects.toThrow('there is no class 2; expected 0 to 1')
  })
})

describe('an ONNX file', () => {
  /** A graph of these nodes, one after another, on rows of so many numbers. */
  const chain = async (
    inputShape: readonly number[],
    ...nodes: [operator: string, attributes?: object, initializer?: number[]][]
  ) => {
    const graph = await loadOnnx(
      writeGraph({
        name: 'g',
        nodes: nodes.map(([operator, attributes = {}, initializer], i): OnnxGraph['nodes'][number] => ({
          name: '',
          operator,
          domain: '',
          inputs: [i === 0 ? 'x' : `v${i}`, ...(initializer === undefined ? [] : [`k${i}`])],
          outputs: [i === nodes.length - 1 ? 'y' : `v${i + 1}`],
          attributes: attributes as OnnxGraph['nodes'][number]['attributes'],
        })),
        initializers: nodes.flatMap(([, , data], i) =>
          data === undefined ? [] : [{ name: `k${i}`, shape: [data.length], dataType: dataTypes.int64, data }],
        ),
        inputs: [{ name: 'x', shape: ['batch', ...inputShape], dataType: dataTypes.float }],
        outputs: [{ name: 'y', shape: [], dataType: dataTypes.float }],
      }),
      { backend },
    )
    return graph.asModel()
  }

  it('tells its probabilities through whatever moves them', async () => {
    const logits = Float32Array.of(2, 1, -1)
    for (const nodes of [
      [['Softmax']],
      [['Relu'], ['Softmax', { axis: 1 }], ['Identity'], ['Flatten']],
      [
        ['Softmax', { axis: 1 }],
        ['Reshape', {}, [0, 3, 1, 1]],
      ],
      [
        ['Softmax', { axis: 1 }],
        ['Cast', { to: dataTypes.float }],
        ['Unsqueeze', {}, [2]],
        ['Squeeze', {}, [2]],
      ],
    ] as Parameters<typeof chain>[1][][]) {
      const own = await chain([3], ...nodes)
      expect(nn.outputKind(own)).toBe('probabilities')
      const { data } = await predict(own, logits, { probabilities: true })
      expect([...data]).toEqual(close(softmaxOf(nodes[0][0] === 'Relu' ? [2, 1, 0] : [...logits])))
    }
    expect(nn.outputKind(await chain([3], ['LogSoftmax']))).toBe('logProbabilities')
    expect(nn.outputKind(await chain([1], ['Sigmoid']))).toBe('sigmoids')
    expect(nn.outputKind(await chain([3], ['Softmax'], ['Tanh']))).toBe('logits')
  })
})

test('a mask of one map is refused, for it tells no classes', () => {
  expect(() => segmentation([3, 2, 2]).decode(new Float32Array(4))).toThrow('a map of them for each class')
})
