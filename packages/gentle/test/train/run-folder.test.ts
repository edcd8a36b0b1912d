import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { DataError, FormatError } from '../../src/core/errors.ts'
import { inMemory } from '../../src/data/memory.ts'
import { Linear } from '../../src/nn/index.ts'
import { sgd } from '../../src/optim/index.ts'
import { fit } from '../../src/train/fit.ts'
import { openModel } from '../../src/train/open-model.ts'
import { RunFolder } from '../../src/train/run-folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'gentle-runs-'))
afterAll(() => rmSync(folder, { recursive: true }))

const data = inMemory({
  inputs: Float32Array.from({ length: 80 }, (_, i) => Math.sin(i)),
  inputShape: [2],
  targets: Int32Array.from({ length: 40 }, (_, i) => i % 2),
  classes: ['even', 'odd'],
})

const options = {
  optimizer: sgd({ learningRate: 0.1 }),
  batchSize: 8,
  seed: 3,
  validation: data,
  keep: 'last' as const,
}

test('a training that is kept goes on with the same bits, and its best model can be opened', async () => {
  const path = join(folder, 'deep', 'run')
  const run = RunFolder.create(path)
  await fit(Linear(2), data, { ...options, epochs: 2, onEpoch: (report, trainer) => run.saveEpoch(report, trainer) })
  const kept = RunFolder.open(path)
  const state = kept.loadState()
  expect(state.history).toHaveLength(2)
  const onwards = await fit(Linear(2), data, { ...options, epochs: 3, state })
  const atOnce = await fit(Linear(2), data, { ...options, epochs: 3 })
  expect([...onwards.state.weights]).toEqual([...atOnce.state.weights])
  expect((await openModel(path)).model.classes).toEqual(['even', 'odd'])
  const rows = readFileSync(join(path, 'metrics.csv'), 'utf8').trim().split('\n')
  expect(rows).toHaveLength(3)
  expect(rows[0]).toMatch(/^epoch,train_loss,train_accuracy,validation_loss,validation_accuracy,learning_rate,/)
  expect(() => RunFolder.create(path)).toThrow(/already holds a training/)
})

test('weights of the best and the last epoch that were damaged or changed are refused by their path, and made again from the state', async () => {
  const run = RunFolder.create(join(folder, 'damaged'))
  const { model, state } = await fit(Linear(2), data, {
    ...options,
    epochs: 2,
    onEpoch: (report, trainer) => run.saveEpoch(report, trainer),
  })
  for (const name of ['best', 'last']) {
    const file = run.file(`weights/${name}.safetensors`)
    const whole = readFileSync(file)
    const changed = Buffer.from(whole)
    changed[changed.length - 2] ^= 1
    for (const [bytes, problem] of [
      [changed, /safetensors: its checksum is \w{8}, that of its bytes \w{8}; it was damaged, or changed by/],
      [whole.subarray(0, -4), /safetensors: .* it is cut off or has more$/],
    ] as const) {
      writeFileSync(file, bytes)
      const opened = openModel(name === 'best' ? run.path : file)
      await expect(opened).rejects.toThrow(FormatError)
      await expect(opened).rejects.toThrow(`${file}: `)
      await expect(opened).rejects.toThrow(problem)
      expect(await run.repair(state, model)).toEqual([`weights/${name}.safetensors`])
      expect(readFileSync(file).equals(whole)).toBe(true)
    }
  }
  run.saveMetrics({ test: { loss: 0.25 } })
  expect((await openModel(run.path)).card?.metrics?.test).toEqual({ loss: 0.25 })
})

test('a training is kept at any moment, but not while another process trains in the folder', async () => {
  const run = RunFolder.create(join(folder, 'locked'))
  const { model, state } = await fit(Linear(2), data, { ...options, epochs: 1 })
  const lock = run.file('train.lock')
  writeFileSync(lock, `${process.ppid}`)
  await expect(run.save(state, model)).rejects.toThrow(`process ${process.ppid} is training in ${run.path}`)
  expect(run.hasState()).toBe(false)
  rmSync(lock)
  await run.save(state, model)
  expect([...run.loadState().weights]).toEqual([...state.weights])
  expect(existsSync(lock)).toBe(false)
})

test('what is not a folder of a training is refused by name', () => {
  expect(() => RunFolder.open(folder)).toThrow(DataError)
  expect(() => RunFolder.open(folder)).toThrow(/is not a run folder: it has no metrics\.csv/)
  const run = RunFolder.create(join(folder, 'empty'))
  expect(() => run.loadState()).toThrow(/stopped before its first epoch was saved/)
  writeFileSync(run.file('weights/progress.safetensors'), 'broken')
  expect(() => run.loadState()).toThrow(FormatError)
  const file = join(folder, 'file')
  writeFileSync(file, '')
  expect(() => RunFolder.create(join(file, 'below'))).toThrow(/cannot be written/)
})

test('JSON is written whole and read back', () => {
  const run = RunFolder.create(join(folder, 'json'))
  run.writeJson('run.json', { a: [1] })
  expect(run.readJson('run.json')).toEqual({ a: [1] })
  expect(() => run.readJson('none.json')).toThrow(/none\.json cannot be read/)
})
