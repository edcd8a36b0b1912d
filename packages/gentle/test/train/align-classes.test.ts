import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { ClassesError, FormatError, TrainingStateError } from '../../src/core/errors.ts'
import type { AnnotatedSet, Annotations } from '../../src/data/annotated/annotated-set.ts'
import { augmented, type Dataset, inMemory, namedInMemory } from '../../src/data/index.ts'
import * as nn from '../../src/nn/index.ts'
import { sgd } from '../../src/optim/sgd.ts'
import {
  alignClasses,
  confusion,
  createTrainer,
  evaluate,
  fit,
  loadWeights,
  openModel,
  pretrainedHead,
  saveModel,
} from '../../src/train/index.ts'
import { alignAnnotated, answers, evaluateSegmentation, evaluateViews } from '../../src/train/vision.ts'
import { segmentation } from '../../src/vision/tasks/segmentation.ts'

const backend = reference()

/** Rows whose largest number says of which of three kinds they are; the last one is not what it looks like. */
const rows = Float32Array.of(9, 0, 1, 0, 9, 2, 1, 0, 9, 9, 1, 0, 0, 2, 9, 8, 0, 0)
const kinds = ['ant', 'cat', 'dog']
const looks = ['ant', 'cat', 'dog', 'ant', 'dog', 'cat']

const examples = (classes: readonly string[], named = looks, inputs = rows): Dataset =>
  inMemory({
    name: 'pets',
    inputs,
    inputShape: [3, 1, 1],
    targets: Int32Array.from(named, (each) => classes.indexOf(each)),
    classes,
  })

/** Takes a row for the kind of its largest number. */
const model = (classes?: readonly string[]) => nn.createModel(nn.Flatten(), [3, 1, 1], { classes, backend })

describe('evaluation and confusion', () => {
  it('are the same in whatever order the data has its classes', async () => {
    const known = await model(kinds)
    const { loss, accuracy } = await evaluate(known, examples(kinds))
    const { counts } = await confusion(known, examples(kinds))
    expect(accuracy).toBeCloseTo(5 / 6, 6)
    for (const order of [
      ['dog', 'ant', 'cat'],
      ['cat', 'dog', 'ant'],
    ]) {
      expect(await evaluate(known, examples(order))).toEqual({ loss, accuracy })
      const other = await confusion(known, examples(order))
      expect([...other.counts]).toEqual([...counts])
      expect([...other.labels]).toEqual(looks.map((each) => kinds.indexOf(each)))
      const views = await evaluateViews(known, examples(order), { policy: [], views: 1 })
      expect([views.accuracy, [...views.counts]]).toEqual([accuracy, [...counts]])
    }
  })

  it('of data with some of the classes count those that are there', async () => {
    const some = examples(['dog', 'cat'], ['cat', 'dog', 'dog'], Float32Array.of(0, 9, 2, 1, 0, 9, 9, 1, 0))
    const { counts } = await confusion(await model(kinds), some)
    expect([...counts]).toEqual([0, 0, 0, 0, 1, 0, 1, 0, 1])
    expect((await evaluate(await model(kinds), some)).accuracy).toBeCloseTo(2 / 3, 6)
  })

  it('refuse classes that the model does not have, and other numbers where one side has no names', async () => {
    const known = await model(['ant', 'cat', 'wolf'])
    for (const ask of [
      evaluate,
      confusion,
      (...both: [nn.Model, Dataset]) => evaluateViews(...both, { policy: [], views: 1 }),
    ])
      await expect(ask(known, examples(kinds))).rejects.toThrow(
        /data set pets and the model have different classes: only the former has dog; only the latter has wolf/,
      )
    const bare = await model()
    await expect(evaluate(bare, examples(['ant', 'cat', 'dog', 'owl']))).rejects.toThrow(ClassesError)
    const { by, classes } = alignClasses(bare, examples(kinds))
    expect([by, classes]).toEqual(['places', kinds])
    expect((await evaluate(bare, examples(kinds))).accuracy).toBeCloseTo(5 / 6, 6)
  })

  it('bring probabilities of classes, and labels of named inputs, to their places', async () => {
    const known = await model(kinds)
    const order = ['dog', 'cat']
    const soft = inMemory({
      inputs: rows.subarray(0, 6),
      inputShape: [3, 1, 1],
      targets: Float32Array.of(0.25, 0.75, 1, 0),
      targetShape: [2],
      classes: order,
    })
    const spread = alignClasses(known, soft).data
    const targets = new Float32Array(6)
    await spread.read([0, 1], new Float32Array(6), targets)
    expect([...targets]).toEqual([0, 0.75, 0.25, 0, 0, 1])
    expect((await evaluate(known, soft)).accuracy).toBe(0)
    const mixed = augmented(examples(['cat', 'dog', 'ant']), [{ type: 'mixUp' }])
    expect(alignClasses(known, mixed).data.classes).toEqual(kinds)
    const named = namedInMemory({
      inputs: { x: { values: rows, shape: [3] } },
      target: { values: Int32Array.from(looks, (each) => ['dog', 'ant', 'cat'].indexOf(each)) },
      classes: ['dog', 'ant', 'cat'],
    })
    const network = await nn.createModel(nn.ofInput('x', nn.Flatten()), named.inputs, { classes: kinds, backend })
    expect((await evaluate(network, named)).accuracy).toBeCloseTo(5 / 6, 6)
    const regression = { ...named, target: { dtype: 'float32', shape: [] } } as const
    expect(() => alignClasses(network, regression)).not.toThrow()
  })
})

describe('training', () => {
  const options = { optimizer: sgd({ learningRate: 0.1 }), epochs: 2, batchSize: 3, backend }
  const network = () => nn.Sequential(nn.Flatten(), nn.Linear(3))

  it('of a model further, on data in another order, is that on data in its own', async () => {
    const weights = async (order: readonly string[]) => {
      const further = await nn.createModel(network(), [3, 1, 1], { classes: kinds, backend })
      const { model: trained } = await fit(further, examples(order), {
        ...options,
        validation: examples(['cat', 'ant', 'dog']),
      })
      return nn.readWeights(trained)
    }
    expect(await weights(['dog', 'ant', 'cat'])).toEqual(await weights(kinds))
    await expect(weights(['dog', 'ant', 'cat', 'owl'])).rejects.toThrow(
      'data set pets and the model have different classes: only the former has owl',
    )
  })

  it('goes on with its own classes: those of one name in another order are mapped, others refused', async () => {
    const whole = await fit(network(), examples(kinds), options)
    const { state } = await fit(network(), examples(kinds), { ...options, epochs: 1 })
    expect(state.fingerprint.classes).toEqual(kinds)
    const gone = await fit(network(), examples(['dog', 'cat', 'ant']), { ...options, state })
    expect(gone.model.classes).toEqual(kinds)
    expect(await nn.readWeights(gone.model)).toEqual(await nn.readWeights(whole.model))
    const some = examples(['dog', 'ant'], ['ant', 'dog', 'dog', 'ant', 'dog', 'ant'])
    expect((await fit(network(), some, { ...options, state })).model.classes).toEqual(kinds)
    const renamed = examples(
      ['ant', 'cat', 'wolf'],
      looks.map((each) => (each === 'dog' ? 'wolf' : each)),
    )
    await expect(fit(network(), renamed, { ...options, state })).rejects.toThrow(
      'data set pets and the model have different classes: only the former has wolf; only the latter has dog',
    )
    const trainer = await createTrainer(network(), renamed, options)
    await expect(trainer.restore(state)).rejects.toThrow(TrainingStateError)
    await expect(trainer.restore(state)).rejects.toThrow(
      'the training and the state have different classes: only the former has wolf; only the latter has dog',
    )
    const turned = await createTrainer(network(), examples(['dog', 'cat', 'ant']), options)
    await expect(turned.restore(state)).rejects.toThrow('in another order')
  })

  it('tells a network with other outputs how many units its last layer needs', async () => {
    const two = nn.Sequential(nn.Flatten(), nn.Linear(2))
    await expect(fit(two, examples(kinds), options)).rejects.toThrow('give its last layer 3 units')
  })

  it('from the weights of another takes of its head what it has of each class, or nothing', () => {
    const head = new Map([
      ['fc.weight', 0],
      ['fc.bias', 0],
    ])
    const tensors = new Map([
      ['conv', { shape: [1], dtype: 'float32', data: Float32Array.of(7) }],
      ['fc.weight', { shape: [3, 2], dtype: 'float32', data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
      ['fc.bias', { shape: [3], dtype: 'float32', data: Float32Array.of(10, 20, 30) }],
    ] as const)
    const begin = (classes?: readonly string[], known: readonly string[] | undefined = kinds) => {
      const { tensors: own, otherClasses } = pretrainedHead(tensors, head, { stored: known, wanted: classes })
      return { own: Object.fromEntries([...own].map(([name, { data }]) => [name, [...data]])), otherClasses }
    }
    const all = { conv: [7], 'fc.weight': [1, 2, 3, 4, 5, 6], 'fc.bias': [10, 20, 30] }
    expect(begin(kinds)).toEqual({ own: all, otherClasses: [] })
    expect(begin(undefined)).toEqual({ own: all, otherClasses: [] })
    expect(begin(['0', '1', '2'])).toEqual({ own: all, otherClasses: [] })
    expect(begin(['dog', 'ant'])).toEqual({
      own: { conv: [7], 'fc.weight': [5, 6, 1, 2], 'fc.bias': [30, 10] },
      otherClasses: [],
    })
    expect(begin(['ant', 'cat', 'owl'])).toEqual({ own: { conv: [7] }, otherClasses: ['fc.weight', 'fc.bias'] })
  })
})

describe('pictures with truth', () => {
  /** Two pictures of 1 x 2 pixels: a box around each pixel, and a mask. */
  const scenes = (classes: readonly string[], maskClasses: readonly string[]): AnnotatedSet => {
    const truth = (...[left, right]: string[]): Annotations => ({
      boxes: [left, right].map((_, i) => ({ left: i, right: i + 1, top: 0, bottom: 1 })),
      labels: [left, right].map((name) => classes.indexOf(name)),
      mask: Uint8Array.of(maskClasses.indexOf(left), right === 'dog' ? 255 : maskClasses.indexOf(right)),
    })
    const truths = [truth('cat', 'ant'), truth('ant', 'dog')]
    return {
      name: 'scenes',
      length: 2,
      inputShape: [3, 1, 2],
      classes,
      maskClasses,
      objects: (index) => ({ boxes: truths[index].boxes, labels: truths[index].labels }),
      read(index, picture) {
        picture.fill(0)
        picture[index] = 1
        return truths[index]
      },
    }
  }
  const shuffled = scenes(['dog', 'cat', 'ant'], ['dog', 'cat', 'ant'])

  it('are told in the labels of the model: objects, and pixels but those to ignore', async () => {
    const { data, by } = alignAnnotated({ classes: kinds }, shuffled, 'detect')
    expect([by, data.classes, data.maskClasses]).toEqual(['names', kinds, ['dog', 'cat', 'ant']])
    expect((await data.read(0, new Float32Array(6))).labels).toEqual([1, 0])
    expect(data.objects!(1).labels).toEqual([0, 2])
    const masks = alignAnnotated({ classes: kinds }, shuffled, 'segment').data
    expect([...(await masks.read(1, new Float32Array(6))).mask!]).toEqual([0, 255])
    expect((await masks.read(1, new Float32Array(6))).labels).toEqual([2, 0])
    const known = { ...shuffled, classesInMasks: [1, 2] }
    expect(alignAnnotated({ classes: kinds }, known, 'segment').data.classesInMasks).toEqual([0, 1])
    expect(alignAnnotated({ classes: kinds }, known, 'detect').data.classesInMasks).toEqual([1, 2])
  })

  it('are scored the same in whatever order the set has its classes, and refused where it has others', async () => {
    const task = segmentation([3, 1, 2])
    const own = await nn.createModel(nn.Identity(), [3, 1, 2], { classes: kinds, backend })
    const plain = await evaluateSegmentation(own, task, scenes(kinds, kinds))
    expect(plain.pixelAccuracy).toBeCloseTo(2 / 3, 6)
    expect(await evaluateSegmentation(own, task, shuffled)).toEqual(plain)
    const others = scenes(['cat', 'ant', 'dog'], ['cat', 'ant', 'dog', 'owl'])
    await expect(answers(own, task, others).next()).rejects.toThrow('only the former has owl')
    const bare = await nn.createModel(nn.Identity(), [3, 1, 2], { backend })
    await expect(evaluateSegmentation(bare, task, others)).rejects.toThrow('has 4 classes')
    expect(await evaluateSegmentation(bare, task, scenes(kinds, kinds))).toEqual(plain)
  })
})

describe('a file of a model', () => {
  it('gives its weights to a model of the same classes alone', async () => {
    const made = (classes?: readonly string[]) =>
      nn.createModel(nn.Sequential(nn.Flatten(), nn.Linear(3)), [3, 1, 1], { classes, backend })
    const bytes = await saveModel(await made(kinds))
    await loadWeights(await made(kinds), bytes)
    await loadWeights(await made(), bytes)
    await expect(loadWeights(await made(['dog', 'ant', 'cat']), bytes)).rejects.toThrow('in another order')
    await expect(loadWeights(await made(['ant', 'cat', 'owl']), bytes, 'a.safetensors')).rejects.toThrow(
      'a.safetensors and the model have different classes: only the former has dog; only the latter has owl',
    )
  })

  it('with another number of names than its outputs have classes is refused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gentle-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'model.safetensors')
    writeFileSync(file, await saveModel(await model(['ant', 'cat'])))
    await expect(openModel(file)).rejects.toThrow(FormatError)
    await expect(openModel(file)).rejects.toThrow('names 2 classes, but the outputs of its model are of 3')
    writeFileSync(file, await saveModel(await model(kinds)))
    expect((await openModel(file)).model.classes).toEqual(kinds)
  })
})
