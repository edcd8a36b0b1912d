/** The moving average of weights, against one that is computed here, in double precision, from the weights after each step. */
import { describe, expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { inMemory } from '../../src/data/index.ts'
import { readSafetensors } from '../../src/formats/safetensors.ts'
import { sealed } from '../../src/formats/seal.ts'
import * as nn from '../../src/nn/index.ts'
import { readWeights } from '../../src/nn/model.ts'
import { sgd } from '../../src/optim/index.ts'
import { bestFile, checkpointFiles, lastFile, stateFile } from '../../src/train/checkpoint-files.ts'
import { createTrainer, evaluate, fit, historyCsv, type TrainerOptions } from '../../src/train/index.ts'

const data = inMemory({
  name: 'numbers',
  inputs: Float32Array.from({ length: 60 }, (_, i) => ((i * 37) % 101) / 50 - 1),
  inputShape: [3],
  targets: Int32Array.from({ length: 20 }, (_, i) => (i * 5) % 3),
  classes: ['a', 'b', 'c'],
})
const network = nn.Sequential(nn.Linear(4), nn.BatchNorm(), nn.ReLU(), nn.Linear(3))

const options = (more: Partial<TrainerOptions> = {}): TrainerOptions => ({
  optimizer: sgd({ learningRate: 0.3, momentum: 0.9 }),
  batchSize: 5,
  epochs: 3,
  seed: 2,
  ema: 0.6,
  ...more,
})

type Values = ReadonlyMap<string, ArrayLike<number>>

const averaged = (average: Values, next: Values, decay: number): Map<string, number[]> =>
  new Map(
    [...next].map(([name, values]) => [
      name,
      Array.from(values, (value, i) => decay * average.get(name)![i] + (1 - decay) * value),
    ]),
  )

function expectClose(actual: Values, wanted: Values): void {
  for (const [name, values] of wanted)
    for (let i = 0; i < values.length; i++) expect(actual.get(name)![i], `${name}[${i}]`).toBeCloseTo(values[i], 5)
}

it('the weights that learn are validated beside their average, and decide nothing', async () => {
  const backend = reference()
  const { state, history } = await fit(network, data, { ...options({ backend }), validation: data })
  const seen: number[] = []
  const trainer = await createTrainer(network, data, options({ backend }))
  while (trainer.epoch <= trainer.epochs) {
    while (!trainer.epochIsOver) await trainer.step()
    seen.push((await evaluate(trainer.model, data)).loss)
    await trainer.endEpoch(await trainer.evaluate(data))
  }
  expect(history.map(({ plainValidation }) => plainValidation?.loss)).toEqual(seen)
  for (const { validation, plainValidation } of history) expect(plainValidation!.loss).not.toBe(validation!.loss)
  expect(trainer.best?.epoch).toBe(state.best?.epoch)
  const [header, first] = historyCsv(history).split('\n')
  const at = header.split(',').indexOf('plain_validation_loss')
  expect(Number(first.split(',')[at])).toBe(seen[0])
  const { history: without } = await fit(network, data, { ...options({ backend, ema: undefined }), validation: data })
  expect(without[0]).not.toHaveProperty('plainValidation')
  expect(historyCsv(without)).not.toContain('plain')
  trainer.dispose()
})

describe.each([
  ['the reference', async () => reference()],
  ['wasm', () => wasm({ threads: 1 })],
] as const)('on %s the moving average', (_, open) => {
  it.each(['step', 'halves'] as const)('follows all weights, by %s', async (how) => {
    const backend = await open()
    const trainer = await createTrainer(network, data, options({ backend }))
    let wanted: Values = await readWeights(trainer.model)
    for (let step = 0; step < 8; step++) {
      if (how === 'step') await trainer.step()
      else await trainer.update(await trainer.gradients())
      wanted = averaged(wanted, await readWeights(trainer.model), Math.min(0.6, (1 + step) / (10 + step)))
    }
    const average = await readWeights(trainer.kept)
    expect([...average.keys()].some((name) => /mean/i.test(name))).toBe(true)
    expectClose(average, wanted)
    expectClose((await trainer.state()).average!, wanted)
    trainer.dispose()
    await backend.close()
  })
})

it('is what is validated, and what the model has in the end', async () => {
  const validated = { ...options({ backend: reference() }), validation: data }
  const { model, history, epoch, state } = await fit(network, data, validated)
  const { loss } = await evaluate(model, data)
  expect(loss).toBeCloseTo(history[epoch - 1].validation!.loss, 6)
  expect(await readWeights(model)).toEqual(state.best!.weights)
  const last = await fit(network, data, { ...validated, keep: 'last' })
  expect(await readWeights(last.model)).toEqual(last.state.average)
  expect(last.state.average).not.toEqual(last.state.weights)
})

it('is what the files of a run hold, beside the weights that go on', async () => {
  const { model, state } = await fit(network, data, options({ backend: reference() }))
  const files = checkpointFiles(state, model)
  const stored = (name: string) => {
    const { pieces } = files.find((file) => file.name === name)!
    return readSafetensors(sealed(pieces), name).tensors
  }
  for (const [name, values] of state.average!) {
    for (const file of [lastFile, bestFile]) expect(stored(file).get(name)!.data).toEqual(values)
    expect(stored(stateFile).get(`average/${name}`)!.data).toEqual(values)
    expect(stored(stateFile).get(`weights/${name}`)!.data).toEqual(state.weights.get(name))
  }
})

it('leaves the weights that learn to the bits of a training without one', async () => {
  const [kept, none] = [0.6, undefined].map((ema) => fit(network, data, options({ ema, backend: reference() })))
  expect((await kept).state.weights).toEqual((await none).state.weights)
})

it('begins with the weights where a training goes on that had none, if that is accepted', async () => {
  const { state } = await fit(network, data, options({ ema: undefined, epochs: 1, backend: reference() }))
  const trainer = await createTrainer(network, data, options({ backend: reference() }))
  await expect(trainer.restore(state)).rejects.toThrow(/ema was not there and is 0.6/)
  await trainer.restore(state, { accept: ['ema'] })
  expect((await trainer.state()).average).toEqual(state.weights)
})

it.each([0, 1, -1, Number.NaN])('refuses a decay of %s', async (ema) => {
  await expect(createTrainer(network, data, options({ ema }))).rejects.toThrow(
    `ema is ${ema}; expected a decay above 0`,
  )
})
