/** Trainings on more than one tensor: several inputs, integers, sequences of unequal length as inputs and as targets. */
import { describe, expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { ShapeError } from '../../src/core/errors.ts'
import { Random } from '../../src/core/random.ts'
import { moons, type NamedDataset, namedInMemory } from '../../src/data/index.ts'
import { constant, type Tensor } from '../../src/graph/tensor.ts'
import * as nn from '../../src/nn/index.ts'
import { add, cast, div, less, logSoftmax, maximum, mean, mul, neg, oneHot, reshape, sum } from '../../src/ops/index.ts'
import { adam } from '../../src/optim/index.ts'
import {
  createTrainer,
  evaluate,
  fit,
  loadModel,
  loadTrainingState,
  loadWeights,
  predict,
  saveModel,
  saveTrainingState,
  type TrainingState,
} from '../../src/train/index.ts'

/** 1 within each example, 0 behind its end: [N, T]. */
function maskOf(lengths: Tensor, padded: number): Tensor {
  const places = constant(
    Int32Array.from({ length: padded }, (_, t) => t),
    [1, padded],
    'int32',
  )
  return less(places, reshape(lengths, [lengths.shape[0], 1]))
}

const letters = 6

/** Texts whose label is whether they hold the letter 1; letters are from 1. */
function texts(examples: number, seed: number): NamedDataset {
  const random = new Random(seed)
  const values = Array.from({ length: examples }, (_, i) => {
    const text = Int32Array.from({ length: 1 + random.integer(25) }, () => 2 + random.integer(letters - 2))
    if (i % 2 === 1) text[random.integer(text.length)] = 1
    return text
  })
  return namedInMemory({
    name: 'texts',
    inputs: { letters: { values } },
    target: { values: Int32Array.from({ length: examples }, (_, i) => i % 2) },
    classes: ['without', 'with'],
  })
}

/** The mean of the letters' embeddings, as far as the text goes. */
const bagOfLetters: nn.InputsLayer = {
  description: { type: 'bagOfLetters' },
  applyInputs({ letters: tokens, lettersLengths }, scope) {
    const [examples, padded] = tokens.shape
    const embedded = scope.apply('embedding', nn.Embedding(letters, 4), tokens)
    const mask = reshape(maskOf(lettersLengths, padded), [examples, padded, 1])
    const counts = reshape(cast(lettersLengths, 'float32'), [examples, 1])
    return scope.apply('head', nn.Linear(2), div(sum(mul(embedded, mask), 1), counts))
  },
}

const options = (epochs = 3) => ({
  optimizer: adam({ learningRate: 0.05 }),
  batchSize: 8,
  epochs,
  seed: 5,
  backend: reference(),
})

describe('a network of sequences', () => {
  it('learns, and tells the same whatever the batches, for padding counts nowhere', async () => {
    const { model, history } = await fit(bagOfLetters, texts(64, 1), { ...options(12), validation: texts(40, 2) })
    expect(history.at(-1)!.validation!.accuracy!).toBeGreaterThan(0.9)
    const set = texts(21, 3)
    const whole = await evaluate(model, set)
    for (const batchSize of [1, 4, 100]) {
      const parts = await evaluate(model, set, { batchSize })
      expect(parts.loss).toBeCloseTo(whole.loss, 6)
      expect(parts.accuracy).toBe(whole.accuracy)
    }
    const outputs = await predict(model, set, { probabilities: true, batchSize: 4 })
    expect(outputs).toHaveLength(21)
    const right = outputs.filter(({ data }, i) => Number(data[1] > data[0]) === set.labels![i])
    expect(right.length / 21).toBeCloseTo(whole.accuracy!, 12)
  })

  it('compiles a program a length, not a batch', async () => {
    const backend = reference()
    const shapes = new Set<string>()
    let compiled = 0
    const counting = {
      ...backend,
      compile: (graph: Parameters<typeof backend.compile>[0]) => {
        compiled++
        shapes.add(
          Object.values(graph.inputs)
            .map(({ shape }) => shape.join('x'))
            .join(),
        )
        return backend.compile(graph)
      },
    }
    await fit(bagOfLetters, texts(50, 1), { ...options(3), backend: counting })
    // Lengths of 8, 12, 16, 24 and 25, and the last, smaller batch; 21 batches are trained on.
    expect(compiled).toBe(shapes.size)
    expect(compiled).toBeLessThanOrEqual(6)
  })

  it('stopped in the middle of an epoch goes on to the same bits', async () => {
    const train = async (stops: number[]): Promise<TrainingState> => {
      let state: TrainingState | undefined
      for (const stop of [...stops, 15]) {
        const backend = await wasm({ threads: 1 })
        const trainer = await createTrainer(bagOfLetters, texts(40, 1), { ...options(), backend })
        if (state !== undefined) await trainer.restore(loadTrainingState(saveTrainingState(state)))
        while (trainer.stepsDone < stop) await trainer.step()
        state = await trainer.state()
        await backend.close()
      }
      return state!
    }
    const [whole, parts] = [await train([]), await train([2, 8])]
    expect(parts.weights).toEqual(whole.weights)
    expect(parts.optimizer).toEqual(whole.optimizer)
  })

  it('cannot change the size of its batches in the middle of an epoch, but between two', async () => {
    const of = (batchSize: number) => createTrainer(bagOfLetters, texts(40, 1), { ...options(), batchSize })
    const [trainer, other] = [await of(8), await of(4)]
    await trainer.step()
    const accept = { accept: ['batchSize'] } as const
    await expect(other.restore(await trainer.state(), accept)).rejects.toThrow(
      /depend on 'batchSize'; it can change only between epochs/,
    )
    while (!trainer.epochIsOver) await trainer.step()
    await trainer.endEpoch()
    await other.restore(await trainer.state(), accept)
    expect(other.steps).toBe(5 + 2 * 10)
    await other.step()
  })

  it('is saved with its weights, which its own network takes', async () => {
    const { model } = await fit(bagOfLetters, texts(16, 1), options(1))
    const bytes = await saveModel(model)
    await expect(loadModel(bytes)).rejects.toThrow(/takes inputs by their names; use loadInputsModel/)
    const again = await nn.createModel(bagOfLetters, model.inputs, { backend: reference(), seed: 9 })
    await loadWeights(again, bytes)
    expect(await nn.readWeights(again)).toEqual(await nn.readWeights(model))
  })
})

it('a network of several inputs, numbers and integers, adds them up', async () => {
  const random = new Random(1)
  const size = 60
  const points = Float32Array.from({ length: 2 * size }, () => random.normal())
  const kinds = Int32Array.from({ length: size }, () => random.integer(3))
  const sums = Float32Array.from({ length: size }, (_, i) => points[2 * i] - points[2 * i + 1] + kinds[i])
  const set = namedInMemory({
    inputs: { point: { values: points, shape: [2] }, kind: { values: kinds } },
    target: { values: sums, shape: [1] },
  })
  const network: nn.InputsLayer = {
    description: { type: 'sums' },
    applyInputs: ({ point, kind }, scope) =>
      add(scope.apply('point', nn.Linear(1), point), scope.apply('kind', nn.Embedding(3, 1), kind)),
  }
  const { history, model } = await fit(network, set, { ...options(60), loss: nn.meanSquaredError, batchSize: 16 })
  expect(Object.keys(history[0].train)).toEqual(['loss'])
  expect(history.at(-1)!.train.loss).toBeLessThan(1e-3)
  expect([...model.parameters.keys()]).toEqual(['point.weight', 'point.bias', 'kind.weight'])
})

describe('a loss that sees all of the batch', () => {
  /** For each letter, whether it is the letter 1: targets are sequences, too. */
  const marks = (): NamedDataset => {
    const set = texts(24, 4)
    const values = Array.from({ length: 24 }, (_, i) => {
      const tokens = new Int32Array(set.lengths!['letters'][i])
      void set.read(i, { letters: tokens }, new Int32Array(1), 0)
      return tokens
    })
    const target = values.map((tokens) => Int32Array.from(tokens, (letter) => (letter === 1 ? 1 : 0)))
    return namedInMemory({ inputs: { letters: { values } }, target: { values: target, padding: -1 } })
  }

  const tagger = nn.ofInput('letters', nn.Sequential(nn.Embedding(letters, 3), nn.Linear(2)))

  /** Cross-entropy of each letter, the mean over those of an example, then over the examples. */
  const letterLoss: nn.BatchLoss = {
    name: 'letterLoss',
    of(logits, target, { targetLengths, inputs }) {
      const mask = maskOf(targetLengths!, target.shape[1])
      expect(Object.keys(inputs)).toEqual(['letters', 'lettersLengths'])
      // Padding has a label, whatever the mask then makes of it.
      const own = sum(mul(oneHot(maximum(target, 0), 2), logSoftmax(logits)), 2)
      return neg(mean(div(sum(mul(own, mask), 1), cast(targetLengths!, 'float32'))))
    },
  }

  it('leaves padding out, and learns', async () => {
    const set = marks()
    const { model, history } = await fit(tagger, set, { ...options(20), loss: letterLoss })
    expect(history.at(-1)!.train.loss).toBeLessThan(0.1)
    const { loss } = await evaluate(model, set, { loss: letterLoss })
    for (const batchSize of [1, 5]) {
      const parts = await evaluate(model, set, { loss: letterLoss, batchSize })
      expect(parts.loss).toBeCloseTo(loss, 6)
    }
  })

  it('is the same function of the same batch as a plain one', async () => {
    const same: nn.BatchLoss = { name: 'same', of: (prediction, target) => nn.crossEntropy(prediction, target) }
    const lossesOf = async (loss?: nn.BatchLoss) =>
      (await fit(nn.Linear(2), moons({ examples: 20 }), { ...options(2), loss })).history.map(({ train }) => train)
    expect(await lossesOf(same)).toEqual(await lossesOf())
  })
})

describe('what does not go together is refused', () => {
  it('a network and a data set of other inputs', async () => {
    const fields = { letters: { dtype: 'float32', shape: [], sequence: 8 } } as const
    const model = await nn.createModel(nn.ofInput('letters', nn.Embedding(3, 2)), fields, { backend: reference() })
    await expect(evaluate(model, texts(4, 1))).rejects.toThrow(/gives as letters int32 .* takes float32/)
    const mixed = fit as unknown as (network: unknown, set: unknown, options: unknown) => Promise<unknown>
    await expect(mixed(nn.Linear(2), texts(4, 1), options())).rejects.toThrow(/takes one tensor, not inputs letters/)
    await expect(mixed(bagOfLetters, moons({ examples: 4 }), options())).rejects.toThrow(/takes inputs by their names/)
    const plain = await nn.createModel(nn.Linear(2), [2], { backend: reference() })
    await expect(mixed(plain, texts(4, 1), options())).rejects.toThrow(ShapeError)
    await expect(mixed(model, moons({ examples: 4 }), options())).rejects.toThrow(
      /one input, but the model takes letters/,
    )
    await expect(fit(nn.ofInput('words', nn.Linear(2)), texts(4, 1), options())).rejects.toThrow(/no input 'words'/)
  })
})
