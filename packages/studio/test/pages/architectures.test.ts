import { readFile } from 'node:fs/promises'
import {
  Conv2d,
  countParameters,
  createModel,
  Flatten,
  Linear,
  layerFrom,
  loadModel,
  type Model,
  openModel,
  predict,
  ReLU,
  Residual,
  readWeights,
  reference,
  Sequential,
  saveModel,
  weightsOf,
} from 'gentle-dl'
import { readSafetensors, writeSafetensors } from 'gentle-dl/formats'
import { networkGraph, summarize } from 'gentle-dl/inspect'
import { lenet5, networks, resnet20 } from 'gentle-dl/models'
import { exportOnnx, loadOnnx } from 'gentle-dl/onnx'
import {
  gradCam,
  heatOver,
  type Image,
  image,
  imagenetPreprocessing,
  plainPreprocessing,
  preprocessImage,
  withoutNormalization,
} from 'gentle-dl/vision'
import { describe, expect, it } from 'vitest'
import { pixelsOf } from '../../src/engine/pixels.ts'
import { Answerer, type Asking, askingOf } from '../../src/pages/architectures/answers.ts'
import { differencesOf } from '../../src/pages/architectures/differences.ts'
import { type Box, drawingOf } from '../../src/pages/architectures/drawing.ts'
import { exerciseAnswer } from '../../src/pages/architectures/exercise.ts'
import { exportNetwork } from '../../src/pages/architectures/export-network.ts'
import { figuresOf, GivenFile } from '../../src/pages/architectures/given-file.ts'
import { examineGiven, networkIn } from '../../src/pages/architectures/given-network.ts'
import { groupsWithin, hierarchyOf, layersWithin } from '../../src/pages/architectures/hierarchy.ts'
import {
  type KindName,
  kinds,
  layersFrom,
  layersText,
  newLayer,
  presets,
} from '../../src/pages/architectures/layers.ts'
import { meantFiles } from '../../src/pages/architectures/meant-files.ts'
import { build } from '../../src/pages/architectures/open-network.ts'
import { pathOf } from '../../src/pages/architectures/paths.ts'
import { program } from '../../src/pages/architectures/program.ts'
import { look, type Question } from '../../src/pages/architectures/session.ts'
import { tensorDifferences } from '../../src/pages/architectures/tensor-differences.ts'
import { printed } from './run-program.ts'

const question = (more: Partial<Question>): Question => ({
  first: 'lenet5',
  batchSize: 32,
  open: [],
  layers: layersFrom(presets['LeNet-5'].layers),
  inputShape: [1, 28, 28],
  ...more,
})

it('a network costs what the library counts', () => {
  const { totals, layers } = look(question({ first: 'resnet20' })).first!
  const { layers: counted, ...summary } = summarize(resnet20(), [3, 32, 32], { batchSize: 32 })
  const { parameters, macs, flops, inferenceBytes, trainingBytes } = summary
  expect(totals).toMatchObject({ parameters, macs, flops, inferenceBytes, trainingBytes })
  expect(layers.slice(1).map((layer) => layer.trainingBytes)).toEqual(counted.map((layer) => layer.trainingBytes))
})

/** Whether a box lies within another. */
const within = (inner: Box, outer: Box): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

describe('the graph', () => {
  const graph = networkGraph(resnet20(), [3, 32, 32])
  const groups = groupsWithin(hierarchyOf(graph))

  it('has each layer once, in groups by name, and a block holds the sum of its branches', () => {
    const root = hierarchyOf(graph)
    expect(layersWithin(root).sort((a, b) => a - b)).toEqual(graph.nodes.map(({ id }) => id))
    expect(groups.slice(0, 3)).toEqual(['layer1', 'layer1.0', 'layer1.1'])
    const block = root.children
      .flatMap((child) => (typeof child === 'number' ? [] : child.children))
      .find((child) => typeof child !== 'number' && child.path === 'layer1.0')!
    expect(layersWithin(block).map((layer) => graph.nodes[layer].type)).toContain('add')
  })

  it('folded has a box a stage, unfolded all layers, no two in the same place', () => {
    const folded = drawingOf(graph, new Set())
    expect(folded.boxes.filter(({ kind }) => kind === 'folded').map(({ path }) => path)).toEqual([
      'layer1',
      'layer2',
      'layer3',
    ])
    const { boxes, width, height, lines } = drawingOf(graph, new Set(groups))
    const plain = boxes.filter(({ kind }) => kind !== 'unfolded')
    expect(plain).toHaveLength(graph.nodes.length)
    expect(plain.flatMap((a, i) => plain.slice(i + 1).filter((b) => overlap(a, b)))).toEqual([])
    for (const box of boxes) {
      expect(within(box, { ...box, x: 0, y: 0, width, height })).toBe(true)
      for (const outer of boxes)
        if (outer.kind === 'unfolded' && outer !== box && box.path.startsWith(`${outer.path}.`))
          expect(within(box, outer)).toBe(true)
    }
    // Every layer is reached by a line, and left by one, but for the ends.
    const touches = ({ x, y, width, height }: Box, end: 0 | -1): boolean =>
      lines.some((line) => {
        const [px, py] = line.at(end)!
        return px >= x - 1 && px <= x + width + 1 && Math.abs(py - (end === -1 ? y : y + height)) < 1
      })
    for (const box of plain) {
      const [layer] = box.layers
      if (layer > 0) expect([box.path, touches(box, -1)]).toEqual([box.path, true])
      if (layer < graph.nodes.length - 1) expect([box.path, touches(box, 0)]).toEqual([box.path, true])
    }
  })

  it('of branches stands beside each other', () => {
    const google = networkGraph(networks.googlenet.build({}), [3, 224, 224])
    const { boxes } = drawingOf(google, new Set(['inception3a']))
    const branches = boxes.filter(({ path }) => /^inception3a\.branch\d$/.test(path))
    expect(new Set(branches.map(({ y }) => Math.round(y))).size).toBe(1)
    expect(new Set(branches.map(({ x }) => Math.round(x))).size).toBe(branches.length)
  })
})

describe('what differs', () => {
  it('is nothing between a network and itself', () => {
    const { differences } = look(question({ first: 'lenet5', second: 'lenet5' }))
    expect(differences!.list).toEqual([])
  })

  it('is the shortcuts, between ResNet-20 and the plain one', () => {
    const { first, differences } = look(question({ first: 'resnet20', second: 'plain20' }))
    const types = differences!.list.map((difference) => first!.layers[difference.first!].type)
    expect(new Set(types)).toEqual(new Set(['add', 'subsample', 'padChannels']))
    expect(differences!.list.every(({ second }) => second === undefined)).toBe(true)
  })

  it('is told setting by setting where a layer has another size', () => {
    const graphs = [10, 20].map((classes) => networkGraph(lenet5({ classes }), [1, 28, 28]))
    expect(differencesOf(graphs[0], graphs[1])).toEqual({
      same: 12,
      list: [{ first: 12, second: 12, what: ['units 10 → 20', 'output 10 → 20', 'parameters 850 → 1,700'] }],
    })
  })
})

describe('the builder', () => {
  it('makes LeNet-5 as the library has it', () => {
    const { rows, layer } = build(layersFrom(presets['LeNet-5'].layers), [1, 28, 28])
    const library = summarize(lenet5(), [1, 28, 28])
    expect(rows.map(({ outputShape, parameters, macs }) => [outputShape, parameters, macs])).toEqual(
      library.layers.map(({ outputShape, parameters, macs }) => [outputShape, parameters, macs]),
    )
    expect(summarize(layer!, [1, 28, 28], { batchSize: 32 })).toEqual(
      summarize(lenet5(), [1, 28, 28], { batchSize: 32 }),
    )
  })

  it('counts the numbers that the engine really has', async () => {
    const { rows, layer } = build(layersFrom(presets['Like ResNet'].layers), [3, 32, 32])
    const model = await createModel(layerFrom(layer!.description), [3, 32, 32], { backend: reference() })
    expect(rows.reduce((sum, { parameters }) => sum + parameters!, 0)).toBe(countParameters(model))
  })

  it('says at which layer it does not fit, and nothing of those behind it', () => {
    const { rows, layer } = build(layersFrom('conv:6,5,1,0;linear:10;relu'), [1, 4, 4])
    expect(rows[0].problem).toMatch(/kernel|window|4 x 4|\[1, 4, 4\]/i)
    expect(rows.slice(1)).toEqual([{}, {}])
    expect(layer).toBeUndefined()
    expect(look(question({ first: 'own', layers: layersFrom('conv:6,5,1,0'), inputShape: [1, 4, 4] })).first).toBe(
      undefined,
    )
    expect(build([], [1, 4, 4])).toEqual({ rows: [] })
  })

  it('takes every kind of layer, and says what is none', () => {
    for (const kind of Object.keys(kinds) as KindName[]) {
      const layers = [newLayer(kind)]
      expect(layersFrom(layersText(layers))).toEqual(layers)
      expect(build(layers, [4, 16, 16]).layer).toBeDefined()
    }
    expect(() => layersFrom('conv:6')).toThrow(
      "'conv:6' is not a layer conv; expected channels from 1 to 4096, kernel from 1 to 15, stride from 1 to 8, padding from 0 to 15",
    )
    expect(() => layersFrom('nonsense')).toThrow("'nonsense' is not a layer; expected one of conv, ")
    expect(() => layersFrom('relu;'.repeat(80))).toThrow('there are 81 layers; expected at most 60')
    expect(() => layersFrom('constructor')).toThrow('is not a layer')
  })

  it('answers the exercise', () => {
    const answer = (layers: string, inputShape = [1, 28, 28]) => {
      const list = layersFrom(layers)
      return exerciseAnswer(list, look(question({ first: 'own', layers: list, inputShape })).first?.totals)
    }
    expect(answer(presets['LeNet-5'].layers).remark).toContain('It has 61,706 parameters')
    expect(answer('conv:6,5,2,2;relu;conv:16,5,2,2;relu;globalavg;flatten;linear:10')).toEqual({
      right: true,
      remark: '2,742 parameters, where LeNet-5 has 61,706.',
    })
    expect(answer('flatten;linear:10').remark).toContain('two convolutions')
    expect(answer('conv:6,5,1,0;conv:6,5,1,0').remark).toContain('10 numbers')
    expect(answer(presets['LeNet-5'].layers, [1, 32, 32]).right).toBe(false)
  })
})

it('the program that is shown makes the built network', async () => {
  const [layers, inputShape] = [layersFrom(presets['Like ResNet'].layers), [3, 32, 32]]
  const text = await printed(program('own', { layers, inputShape, batchSize: 4 }))
  const { totals } = look(question({ first: 'own', layers, inputShape, batchSize: 4 })).first!
  for (const key of ['parameters', 'macs', 'flops', 'inferenceBytes', 'trainingBytes'] as const)
    expect(text).toContain(`${key}: ${totals[key]}`)
})

describe('a saved network', () => {
  const layers = layersFrom('conv:4,3,2,1;norm;relu;globalavg;flatten;linear:3')
  const own = { shown: 'own', seed: 7, layers, inputShape: [1, 8, 8] } as const

  it('is the one that is shown, with the weights that the library draws by its seed', async () => {
    const model = await createModel(build(layers, [1, 8, 8]).layer!, [1, 8, 8], { seed: 7, backend: reference() })
    const loaded = await loadModel(await exportNetwork({ ...own, format: 'safetensors' }), { backend: reference() })
    expect(loaded.layer.description).toEqual(model.layer.description)
    expect(await readWeights(loaded)).toEqual(await readWeights(model))
    const onnx = await loadOnnx(await exportNetwork({ ...own, format: 'onnx' }), { backend: reference() })
    const picture = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i))
    const [expected, given] = [await predict(model, picture), await predict(await onnx.asModel(), picture)]
    expect(given.data).toHaveLength(3)
    for (const [i, value] of given.data.entries()) expect(value).toBeCloseTo(expected.data[i], 5)
  })

  it('is refused by name where it is too large, takes sequences or does not fit together', async () => {
    const refusal = (shown: 'vgg16' | 'gnmt' | 'own') =>
      expect(exportNetwork({ ...own, shown, layers: [], format: 'onnx' })).rejects
    await refusal('vgg16').toThrow('VGG16 (2014) has 527.8 MiB of weights; a page saves at most 256.0 MiB')
    await refusal('gnmt').toThrow('GNMT (2016) takes sequences; expected a network of pictures')
    await refusal('own').toThrow('the network has no layers')
  })
})

describe('the weights of a file', () => {
  const layers = layersFrom('conv:4,3,2,1;norm;relu;globalavg;flatten;linear:3')
  const saved = (format: 'safetensors' | 'onnx') =>
    exportNetwork({ shown: 'own', seed: 7, layers, inputShape: [1, 8, 8], format })
  const opened = async (name: string, bytes: Uint8Array) => GivenFile.open(name, new Blob([bytes.slice()]))

  it('are listed and looked at, of safetensors and of ONNX alike', async () => {
    const bytes = await saved('safetensors')
    const values = await readWeights(await loadModel(bytes, { backend: reference() }))
    const file = await opened('run/weights/best.safetensors', bytes)
    expect(file.facts.tensors.map(({ name }) => name).sort()).toEqual([...values.keys()].sort())
    const { name } = file.facts.tensors.find(({ shape }) => shape.length === 4)!
    const { histogram, mean, notFinite, picture } = await file.look(name)
    const own = [...values.get(name)!]
    expect(mean).toBeCloseTo(own.reduce((a, b) => a + b) / own.length, 9)
    expect([histogram!.from, histogram!.to]).toEqual([Math.min(...own), Math.max(...own)])
    expect(histogram!.counts.reduce((a, b) => a + b)).toBe(own.length)
    expect(notFinite).toBe(0)
    expect(picture!.caption).toBe('all 4 kernels')
    const onnx = await opened('net.onnx', await saved('onnx'))
    const kernels = onnx.facts.tensors.find(({ shape }) => shape.join() === '4,1,3,3')!
    expect((await onnx.look(kernels.name)).histogram!.counts.reduce((a, b) => a + b)).toBe(36)
  })

  it('are read of PyTorch, too', async () => {
    const pth = await readFile(new URL('../../../cli/test/goldens/perceptron.pth', import.meta.url))
    const { facts } = await opened('perceptron.pth', pth)
    expect(facts.format).toBe('PyTorch')
    expect(facts.tensors.length).toBeGreaterThan(0)
  })

  it('that are no numbers are counted, and stand in no histogram', () => {
    expect(figuresOf([1, Number.NaN, 3, Number.POSITIVE_INFINITY])).toMatchObject({
      mean: 2,
      deviation: 1,
      notFinite: 2,
    })
    expect(figuresOf([Number.NaN]).histogram).toBeUndefined()
    expect(figuresOf([5, 5]).histogram).toMatchObject({ from: 5, to: 5 })
  })

  it('are those of the best epoch in a run folder, or of two', () => {
    const meant = (...paths: string[]) => meantFiles(paths.map((path) => ({ path }))).map(({ path }) => path)
    const [best, last] = ['run/weights/best.safetensors', 'run/weights/last.safetensors']
    expect(meant('run/config.json', last, best)).toEqual([best])
    expect(meant('run/config.json', last)).toEqual([last])
    expect(meant('run.json', 'weights/best.safetensors', 'weights/last.safetensors')).toEqual([
      'weights/best.safetensors',
    ])
    expect(meant(best, last, 'b/weights/last.safetensors', 'b/run.json')).toEqual([best, 'b/weights/last.safetensors'])
    expect(meant('net.onnx', last, best)).toEqual(['net.onnx', best])
    expect(meant('a.onnx', 'b.pth')).toEqual(['a.onnx', 'b.pth'])
    expect(meant('folder/a.onnx')).toEqual(['folder/a.onnx'])
    expect(() => meant('a.txt', 'b.txt', 'c.txt')).toThrow('3 files without weights/best.safetensors')
    expect(() => meant('folder/model.json', 'folder/weights.bin')).toThrow('2 files without weights')
    expect(() => meant(best, 'b/weights/best.safetensors', 'c/weights/best.safetensors')).toThrow(
      '3 run folders; expected one or two',
    )
  })

  it('of two files are compared tensor by tensor', async () => {
    const values = await readWeights(await loadModel(await saved('safetensors'), { backend: reference() }))
    const tensors = (change: (name: string, data: Float32Array) => void) =>
      writeSafetensors(
        new Map(
          [...values].map(([name, data]) => {
            const changed = data.slice()
            change(name, changed)
            return [name, { shape: [changed.length], dtype: 'float32' as const, data: changed }]
          }),
        ),
      )
    const names = [...values.keys()]
    const first = await opened(
      'a.safetensors',
      tensors(() => {}),
    )
    const second = await opened(
      'b.safetensors',
      tensors((name, data) => {
        if (name === names[1]) data[0] += 0.5
      }),
    )
    const { equal, different, onlyFirst } = tensorDifferences(await first.comparedWith(second))
    expect({ equal, onlyFirst: onlyFirst.count }).toEqual({ equal: names.length - 1, onlyFirst: 0 })
    expect(different.first).toMatchObject([{ name: names[1] }])
    expect(different.first[0].largest).toBeCloseTo(0.5, 6)
  })

  it('are refused by name where a file is broken or of another kind', async () => {
    const bytes = await saved('safetensors')
    await expect(opened('cut.safetensors', bytes.subarray(0, bytes.length - 9))).rejects.toThrow('cut.safetensors')
    await expect(opened('cut.onnx', (await saved('onnx')).subarray(0, 99))).rejects.toThrow('cut.onnx')
    await expect(opened('broken.pth', Uint8Array.of(0x50, 0x4b, 3, 4, 5))).rejects.toThrow('broken.pth')
    await expect(opened('notes.txt', Uint8Array.of(1, 2, 3))).rejects.toThrow(
      'notes.txt has an unknown format; expected a file of weights, of a model or of arrays',
    )
    await expect(opened('none.safetensors', writeSafetensors(new Map()))).rejects.toThrow('no weights')
  })
})

describe('the network of a file', () => {
  const backend = reference()
  const opened = async (name: string, bytes: Uint8Array) =>
    networkIn(await GivenFile.open(name, new Blob([bytes.slice()])), async () => backend)
  const lenet = (seed: number) =>
    createModel(lenet5({ classes: 3 }), [1, 28, 28], { seed, backend, classes: ['cat', 'dog', 'owl'] })
  const photo: Image = image(
    3,
    40,
    60,
    Float32Array.from({ length: 3 * 40 * 60 }, (_, i) => (i % 97) / 96),
  )
  /** Its weights under the names of a training, without a word of the network. */
  const bare = async (model: Model): Promise<Uint8Array> => {
    const values = await readWeights(model)
    const tensors = [...weightsOf(model)].map(
      ([name, { shape }]) => [`module.${name}`, { shape, dtype: 'float32' as const, data: values.get(name)! }] as const,
    )
    return writeSafetensors(new Map(tensors))
  }

  it('of our own files is the one that was saved: its graph, costs, weights and answers', async () => {
    const model = await lenet(4)
    const preprocessing = { ...plainPreprocessing([1, 28, 28])!, mean: [0.3], std: [0.5] }
    const { network, remarks } = await opened(
      'best.safetensors',
      await saveModel(model, { preprocessing, task: 'classify' }),
    )
    expect(remarks).toEqual([])
    const { first } = look(question({ first: 'given' }), { given: network! })
    const { parameters, macs, trainingBytes } = summarize(model.layer, [1, 28, 28], { batchSize: 32 })
    expect(first!.totals).toMatchObject({ parameters, macs, trainingBytes, outputShape: [3] })
    expect(askingOf(network!.opened)).toEqual({ takesDigits: true, asksPreparation: false, remarks: [] })
    const { top } = await new Answerer(network!.opened).answer(photo, 'imagenet')
    const expected = await predict(model, preprocessImage(photo, preprocessing), { probabilities: true })
    for (const { name, probability } of top)
      expect(probability).toBeCloseTo(expected.data[['cat', 'dog', 'owl'].indexOf(name)], 6)
    expect(top.map(({ probability }) => probability)).toEqual([...expected.data].sort((a, b) => b - a))
    const again = await openModel(
      {
        name: 'again',
        bytes: await exportNetwork(
          { ...question({}), shown: 'given', format: 'safetensors', seed: 0 },
          { given: network! },
        ),
      },
      { backend },
    )
    expect(again).toMatchObject({ preprocessing, task: 'classify' })
    expect(await readWeights(again.model)).toEqual(await readWeights(model))
  })

  it('of ONNX is a graph of its nodes that unfolds by their names, and answers as the library does', async () => {
    const block = () => Residual(Sequential({ conv: Conv2d(3, 3, { padding: 1 }), relu: ReLU() }))
    const layers = { layer1: Sequential(block(), block()), flat: Flatten(), head: Linear(4) }
    const model = await createModel(Sequential(layers), [3, 8, 8], { backend })
    const { network } = await opened('net.onnx', await exportOnnx(model))
    const seen = look(question({ first: 'given' }), { given: network! }).first!
    expect(seen.groups).toContain('layer1.0')
    expect(seen.layers.filter(({ type }) => type === 'Conv')).toHaveLength(
      networkGraph(model.layer, [3, 8, 8]).nodes.filter(({ type }) => type === 'conv2d').length,
    )
    // What is called otherwise is the same layer.
    const own = networkGraph(model.layer, [3, 8, 8])
    const { same, list } = differencesOf(own, examineGiven(network!, 1).graph)
    expect(same).toBe(own.nodes.length - 1)
    expect(list.map(({ first = -1 }) => own.nodes[first]?.type)).toContain('flatten')
    expect(seen.totals.macs).toBe(summarize(model.layer, [3, 8, 8]).macs)
    expect(seen.layers.find(({ type }) => type === 'Conv')!.title).toBe('conv 3×3')
    expect(askingOf(network!.opened)).toMatchObject({ takesDigits: false, asksPreparation: true })
    const preprocessing = imagenetPreprocessing([3, 8, 8])
    const { top, look: prepared } = await new Answerer(network!.opened).answer(photo, 'imagenet')
    const { data } = await predict(model, preprocessImage(photo, preprocessing), { probabilities: true })
    for (const { name, probability } of top) expect(probability).toBeCloseTo(data[Number(name.slice(6))], 4)
    expect([prepared.width, prepared.height]).toEqual([8, 8])
  })

  it('of Keras is opened as the library opens it', async () => {
    const { files } = JSON.parse(
      await readFile(new URL('../../../gentle/test/goldens/keras.json', import.meta.url), 'utf8'),
    )
    for (const [name, file] of [
      ['net.keras', 'keras 3'],
      ['net.h5', 'h5 of keras 2'],
    ]) {
      const { network } = await opened(name, Buffer.from(files[file].file, 'base64'))
      expect((network!.opened.model as Model).inputShape).toEqual([3, 5, 6])
      expect(look(question({ first: 'lenet5', second: 'other' }), { other: network! }).differences).toBeDefined()
    }
  })

  it('shows where it sees a class, as the library does, and why not where it has no maps', async () => {
    const model = await createModel(Sequential(Conv2d(4, 3, { padding: 1 }), ReLU(), Flatten(), Linear(3)), [3, 8, 8], {
      backend,
      seed: 2,
    })
    const { network } = await opened('net.onnx', await exportOnnx(model))
    const preprocessing = imagenetPreprocessing([3, 8, 8])
    const cam = await gradCam(model, preprocessImage(photo, preprocessing), 1)
    const seen = image(3, 8, 8, preprocessImage(photo, withoutNormalization(preprocessing)))
    expect(await new Answerer(network!.opened).explain(photo, 'imagenet', 1)).toEqual(pixelsOf(heatOver(cam, seen)))
    const flat = await createModel(Sequential(Flatten(), Linear(3)), [3, 8, 8], { backend })
    const { network: without } = await opened('flat.onnx', await exportOnnx(flat))
    await expect(new Answerer(without!.opened).explain(photo, 'imagenet', 1)).rejects.toThrow('it needs a convolution')
  })

  it('is the one that weights alone fit, which is said; of others the weights alone are shown', async () => {
    const model = await lenet(5)
    const { network, remarks } = await opened('digits.bin', await bare(model))
    expect(remarks[0]).toContain('they fit lenet5 by all names and shapes, with 3 classes')
    expect(await readWeights(network!.opened.model as Model)).toEqual(await readWeights(model))
    expect((askingOf(network!.opened) as Asking).remarks.join(' ')).toContain('names no classes')
    const strange = await createModel(Sequential(Flatten(), Linear(3), Linear(2)), [1, 4, 4], { backend })
    const other = await opened('strange.bin', await bare(strange))
    expect(other.network).toBeUndefined()
    expect(other.remarks[0]).toContain('they fit none of the lecture’s')
  })

  it('that does not fit its own description is not shown, and why', async () => {
    const { tensors, metadata } = readSafetensors(await saveModel(await lenet(0)))
    const { network, remarks } = await opened(
      'odd.safetensors',
      writeSafetensors(new Map([...tensors].slice(1)), metadata),
    )
    expect(network).toBeUndefined()
    expect(remarks).toEqual(['Its network is not shown: its 0.weight is not what its own description says.'])
  })

  it('that takes no pictures is asked nothing', async () => {
    const points = await createModel(Sequential(Linear(2)), [5], { backend })
    const { network } = await opened('points.safetensors', await saveModel(points))
    expect(askingOf(network!.opened)).toContain('It takes examples of 5, and no pictures')
    expect(() => new Answerer(network!.opened)).toThrow('and no pictures')
    const many = await createModel(Sequential(...Array.from({ length: 2001 }, () => ReLU())), [1, 2, 2], { backend })
    const long = await opened('long.safetensors', await saveModel(many))
    expect(() => look(question({ first: 'given' }), { given: long.network! })).toThrow(
      'the network of the file has 2,002 layers; a page draws at most 2,000',
    )
  })

  it('is made by the program that is shown, whatever the file is called', async () => {
    const model = await createModel(Sequential(Flatten(), Linear(3)), [1, 4, 4], { backend })
    const { network } = await opened('net.safetensors', await saveModel(model))
    const text = (name: string, opening = network!.opening) =>
      program('given', { layers: [], inputShape: [1, 28, 28], batchSize: 2, given: { name, opening } })
    expect(await printed(text('net.safetensors'))).toContain('parameters: 51')
    const onnx = await opened('net.onnx', await exportOnnx(model))
    expect(text("a'b\\c\n.onnx", onnx.network!.opening)).toContain("await openModel('a\\'b\\\\c\\n.onnx')")
    // Of our own file of a network by others, openModel alone makes the layers known.
    const again = await opened('again.safetensors', await saveModel(onnx.network!.opened.model as Model))
    expect(text('again.safetensors', again.network!.opening)).toContain("await openModel('again.safetensors')")
    expect(text('x.pth', { by: 'loadPretrained', network: 'lenet5', classes: 3 })).toContain(
      "const { model } = await loadPretrained('lenet5', 'x.pth')",
    )
  })

  it('has paths of the names that others give', () => {
    expect(pathOf('/layer1/layer1.0/conv1/Conv')).toBe('layer1.0.conv1.Conv')
    expect(pathOf('/down/down.0/down.0.1/Relu')).toBe('down.0.1.Relu')
    expect(pathOf('0.body.conv/Conv_3')).toBe('0.body.conv.Conv_3')
    expect(pathOf('a b,c::d')).toBe('a_b_c__d')
    expect(pathOf('')).toBe('')
  })
})
