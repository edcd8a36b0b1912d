import { describe, expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { ArgumentError } from '../../src/core/errors.ts'
import { inMemory } from '../../src/data/memory.ts'
import { namedInMemory } from '../../src/data/named.ts'
import * as nn from '../../src/nn/index.ts'
import { adam } from '../../src/optim/index.ts'
import { epochBatches } from '../../src/train/batches.ts'
import { createTrainer, fit, loadTrainingState, saveTrainingState, statefulPredictor } from '../../src/train/index.ts'

/** Two streams of 0 and 1, in three pieces of four steps; a target says whether the stream had more ones than zeros so far. */
const [streams, pieces, steps] = [2, 3, 4]
const values = Array.from({ length: streams }, (_, stream) =>
  Array.from({ length: pieces * steps }, (_, t) => Number(Math.sin(3 + 5 * stream + t * t) > 0)),
)
const inputs: number[] = []
const labels: number[] = []
for (let piece = 0; piece < pieces; piece++)
  for (const stream of values) {
    inputs.push(...stream.slice(piece * steps, (piece + 1) * steps))
    const sofar = stream.slice(0, (piece + 1) * steps)
    labels.push(Number(sofar.reduce((sum, value) => sum + value, 0) > sofar.length / 2))
  }

const dataset = () =>
  inMemory({
    name: 'streams',
    inputs: Float32Array.from(inputs),
    inputShape: [steps, 1],
    targets: Int32Array.from(labels),
    classes: ['less', 'more'],
  })

const network = (stateful = true): nn.Layer => nn.Sequential(nn.LSTM(3, { outputs: 'last', stateful }), nn.Linear(2))

describe('a stateful layer', () => {
  const backend = reference()

  const options = () => ({
    optimizer: adam({ learningRate: 0.01 }),
    batchSize: streams,
    epochs: 2,
    backend,
    shuffle: false,
  })

  it('goes on from batch to batch in training, and each epoch begins anew', async () => {
    const frozen = { ...options(), freeze: (name: string) => name.startsWith('0.') }
    const trainer = await createTrainer(network(), dataset(), frozen)
    const carried = async () => (await trainer.state()).carried?.get('0.carried_h_l0')
    expect(await carried()).toBeUndefined()
    const lstm = nn.Sequential(nn.LSTM(3, { outputs: 'last', stateful: true }))
    const predictor = statefulPredictor(await nn.createModel(lstm, [steps, 1], { backend }), streams)
    for (let piece = 0; piece < pieces; piece++) {
      await trainer.step()
      const size = streams * steps
      const data = Float32Array.from(inputs.slice(piece * size, (piece + 1) * size))
      const last = await predictor.next({ shape: [streams, steps, 1], data })
      const kept = await carried()
      for (const [i, value] of last.data.entries()) expect(kept![i]).toBeCloseTo(value, 6)
    }
    await trainer.endEpoch()
    expect((await carried())!.every((value) => value === 0)).toBe(true)
    trainer.dispose()
    predictor.dispose()
  })

  it('begins each batch anew where it is not asked to go on: the losses are others', async () => {
    const lossesOf = async (stateful: boolean) => {
      const trainer = await createTrainer(network(stateful), dataset(), options())
      const losses: number[] = []
      for (let piece = 0; piece < pieces; piece++) losses.push((await trainer.step()).loss)
      trainer.dispose()
      return losses
    }
    const [going, anew] = [await lossesOf(true), await lossesOf(false)]
    expect(going[0]).toBe(anew[0])
    expect(going[1]).not.toBe(anew[1])
  })

  it('stopped in the middle of an epoch goes on to the same bits', async () => {
    const whole = await fit(network(), dataset(), options())
    const trainer = await createTrainer(network(), dataset(), options())
    await trainer.step()
    await trainer.step()
    const state = loadTrainingState(saveTrainingState(await trainer.state()))
    trainer.dispose()
    // Also where what goes on is kept once more before its first step.
    const between = await createTrainer(network(), dataset(), options())
    await between.restore(state)
    expect((await between.state()).carried).toEqual(state.carried)
    between.dispose()
    const further = await fit(network(), dataset(), { ...options(), state })
    expect(await nn.readWeights(further.model)).toEqual(await nn.readWeights(whole.model))
    expect(further.history.map(({ train }) => train)).toEqual(whole.history.map(({ train }) => train))
  })

  it('predicts pieces as the whole, until it is told to forget', async () => {
    const model = await nn.createModel(nn.Sequential(nn.GRU(3, { layers: 2, stateful: true })), [12, 1], { backend })
    const x = Float32Array.from(values.flat())
    const predictor = statefulPredictor(model, streams)
    const piece = (from: number, to: number) => ({
      shape: [streams, to - from, 1],
      data: Float32Array.from(values.flatMap((stream) => stream.slice(from, to))),
    })
    const whole = (await predictor.next({ shape: [streams, 12, 1], data: x })).data
    await predictor.reset()
    await predictor.next(piece(0, 4))
    const { data } = await predictor.next(piece(4, 12))
    for (let stream = 0; stream < streams; stream++)
      for (let i = 0; i < 8 * 3; i++) expect(data[stream * 24 + i]).toBeCloseTo(whole[stream * 36 + 12 + i], 6)
    await predictor.reset()
    const asked = [piece(0, 3), piece(3, 6), piece(6, 10), piece(10, 12)]
    const alone: number[][] = []
    for (const each of asked) alone.push([...(await predictor.next(each)).data])
    const another = statefulPredictor(model, streams)
    await another.next(piece(0, 3))
    const forgotten = another.reset()
    // Of lengths that are known and that are not, from one place that is written again: it goes on in the order of the calls.
    const place = new Float32Array(streams * 4)
    const atOnce = asked.map(({ shape, data }) => {
      place.set(data)
      return another.next({ shape, data: place.subarray(0, data.length) })
    })
    await forgotten
    expect((await Promise.all(atOnce)).map((each) => [...each.data])).toEqual(alone)
    another.dispose()
    predictor.dispose()
    const plain = statefulPredictor(await nn.createModel(network(false), [steps, 1], { backend }))
    await expect(plain.next({ shape: [1, steps, 1], data: new Float32Array(steps) })).rejects.toThrow(
      new ArgumentError(
        'statefulPredictor: no layer of the model is stateful; give its recurrent layers stateful: true, or use predict',
      ),
    )
    plain.dispose()
  })

  it('is refused where examples come in random order, and where gradients are apart', async () => {
    const { shuffle, ...shuffled } = options()
    const trainer = await createTrainer(network(), dataset(), shuffled)
    await expect(trainer.step()).rejects.toThrow(
      new ArgumentError(
        'training: state is carried from batch to batch, but examples are shuffled; set shuffle: false, and let each example continue the one a batch before it',
      ),
    )
    trainer.dispose()
    const apart = await createTrainer(network(), dataset(), options())
    await expect(apart.gradients()).rejects.toThrow(/use step for networks with stateful layers/)
    apart.dispose()
    expect(() => nn.LSTM(2, { stateful: true, bidirectional: true })).toThrow(ArgumentError)
    expect(() => nn.LSTM(2, { stateful: true, learnedState: true })).toThrow(ArgumentError)
  })
})

describe('examples in their own order', () => {
  it('come in stretches, sequences of all lengths together', async () => {
    const data = namedInMemory({
      inputs: { tokens: { values: [3, 30, 1, 3, 20].map((length) => new Int32Array(length)) } },
      target: { values: Int32Array.from([0, 1, 0, 1, 0]) },
    })
    const batches: (readonly number[])[] = []
    const place = { seed: 0, epoch: 1, position: 2, inOrder: true }
    for await (const { indices, padded } of await epochBatches(data, 2, place))
      batches.push([...indices, padded!.tokens])
    expect(batches).toEqual([[2, 3, 4, 24]])
  })
})
