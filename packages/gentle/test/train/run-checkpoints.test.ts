import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { ArgumentError, DataError, FormatError, StorageError } from '../../src/core/errors.ts'
import { inMemory } from '../../src/data/memory.ts'
import { Linear } from '../../src/nn/index.ts'
import { sgd } from '../../src/optim/index.ts'
import { CheckpointWriter } from '../../src/train/checkpoint-writer.ts'
import {
  type CheckpointOptions,
  createTrainer,
  fit,
  loadTrainingState,
  lockHolder,
  RunFolder,
  runTraining,
  saveTrainingState,
  takeLock,
} from '../../src/train/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'gentle-checkpoints-'))
afterAll(() => rmSync(folder, { recursive: true }))

const data = inMemory({
  inputs: Float32Array.from({ length: 80 }, (_, i) => Math.sin(i)),
  inputShape: [2],
  targets: Int32Array.from({ length: 40 }, (_, i) => i % 2),
  classes: ['even', 'odd'],
})

/** Five steps an epoch. */
const options = {
  optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }),
  batchSize: 8,
  seed: 3,
  validation: data,
  backend: reference(),
  epochs: 3,
}

/** Trains, and waits after each step until what was taken is written. */
const slowly = async (path: string, checkpoints: CheckpointOptions, { stopAt }: { stopAt?: number } = {}) => {
  const run = RunFolder.create(path)
  const abort = new AbortController()
  const saved: number[] = []
  let taken = 0
  const kept = run.checkpoints({
    ...checkpoints,
    derive: () => {
      taken++
      return []
    },
    onSaved: (step) => void saved.push(step),
  })
  const { afterStep } = kept
  kept.afterStep = async (trainer) => {
    await afterStep.call(kept, trainer)
    while (saved.length < taken) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await runTraining(await createTrainer(Linear(2), data, options), {
    validation: data,
    checkpoints: kept,
    signal: abort.signal,
    onStep: ({ step }) => {
      if (step === stopAt) abort.abort()
    },
  })
  return { run, saved }
}

test('a training is kept within its epochs, by a thread, and goes on with the same bits', async () => {
  const { run, saved } = await slowly(join(folder, 'steps'), { every: { steps: 2 } }, { stopAt: 8 })
  expect(saved).toEqual([2, 4, 5, 7, 8])
  const state = run.loadState()
  expect(state).toMatchObject({ step: 8, epoch: 2, position: 24 })
  const onwards = await fit(Linear(2), data, { ...options, state, checkpoints: run.checkpoints() })
  const whole = RunFolder.create(join(folder, 'whole'))
  const atOnce = await fit(Linear(2), data, { ...options, checkpoints: whole.checkpoints() })
  const figures = ({ history }: typeof atOnce) =>
    history.map(({ train, validation, best }) => ({ train, validation, best }))
  expect(figures(onwards)).toEqual(figures(atOnce))
  for (const name of ['weights/last.safetensors', 'weights/best.safetensors'])
    expect(readFileSync(run.file(name)).equals(readFileSync(whole.file(name)))).toBe(true)
  expect(run.loadState().best).toEqual(whole.loadState().best)
})

test('the last checkpoints are kept where that is asked for, each a state', async () => {
  const { run, saved } = await slowly(join(folder, 'kept'), { every: { steps: 1 }, keep: 2 })
  const kept = readdirSync(run.file('weights/checkpoints')).sort()
  expect(kept).toEqual(
    saved
      .slice(-2)
      .map((step) => `step-${step}.safetensors`)
      .sort(),
  )
  const newest = readFileSync(run.file(`weights/checkpoints/step-${saved.at(-1)}.safetensors`))
  expect(loadTrainingState(newest).step).toBe(15)
  expect(newest.equals(readFileSync(run.file('weights/progress.safetensors')))).toBe(true)
})

test.skipIf(process.platform !== 'linux')(
  'a process that has ended holds no lock, though nobody asked how it ended',
  async () => {
    // The shell becomes another program, which does not know of the child that the shell began.
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 20'], { stdio: ['ignore', 'pipe', 'ignore'] })
    try {
      const [child] = await once(parent.stdout.setEncoding('utf8'), 'data')
      const file = join(folder, 'left')
      await expect.poll(() => readFileSync(`/proc/${Number(child)}/stat`, 'utf8')).toContain(') Z ')
      writeFileSync(`${file}.lock`, String(Number(child)))
      expect(lockHolder(file)).toBeUndefined()
      writeFileSync(`${file}.lock`, String(parent.pid))
      expect(lockHolder(file)).toBe(parent.pid)
    } finally {
      parent.kill()
    }
  },
)

test('one process at a time keeps a training in a folder, and joins a lock that it holds itself', async () => {
  const run = RunFolder.create(join(folder, 'locked'))
  const lock = run.file('train.lock')
  const trained = () => fit(Linear(2), data, { ...options, epochs: 1, checkpoints: run.checkpoints() })
  writeFileSync(lock, String(process.ppid))
  await expect(trained()).rejects.toThrow(DataError)
  await expect(trained()).rejects.toThrow(
    `process ${process.ppid} is training in ${run.path}; wait for it, stop it, or delete ${lock} if there is no such process`,
  )
  const saving = fit(Linear(2), data, { ...options, epochs: 1, onEpoch: (report, own) => run.saveEpoch(report, own) })
  await expect(saving).rejects.toThrow(/is training in/)
  rmSync(lock)
  const during: (number | undefined)[] = []
  const onStep = (): void => void during.push(lockHolder(run.file('train')))
  await fit(Linear(2), data, { ...options, epochs: 1, onStep, checkpoints: run.checkpoints() })
  expect(new Set(during)).toEqual(new Set([process.pid]))
  expect(existsSync(lock)).toBe(false)
  const release = await takeLock(run.file('train'), () => new Error('held'))
  await trained()
  expect(existsSync(lock)).toBe(true)
  await release()
  expect(existsSync(lock)).toBe(false)
})

test('a state that was damaged is refused by name, and the last kept checkpoint that is whole is told', async () => {
  const { run } = await slowly(join(folder, 'damaged'), { every: { steps: 1 }, keep: 3 })
  const file = run.file('weights/progress.safetensors')
  const bytes = readFileSync(file)
  expect(bytes.equals(saveTrainingState(loadTrainingState(bytes)))).toBe(true)
  bytes[bytes.length - 3] ^= 4
  // In place, as a disk damages it: the newest of those that are kept is a second name of the same file.
  writeFileSync(file, bytes)
  expect(() => run.loadState()).toThrow(FormatError)
  expect(() => run.loadState()).toThrow(
    /progress\.safetensors: its checksum is \w+, that of its bytes \w+; it was damaged, or changed by [^;]*; to go on from step 14, copy .*step-14\.safetensors over it$/,
  )
  rmSync(run.file('weights/checkpoints'), { recursive: true })
  expect(() => run.loadState()).toThrow(/no earlier checkpoint of it is kept; train again$/)
})

test('a checkpoint that cannot be written is told, and the training goes on or stops; the one before stays', async () => {
  const path = join(folder, 'refused')
  const told: string[] = []
  const blocked = (run: RunFolder): string => run.file('weights/last.safetensors')
  const run = RunFolder.create(path)
  // A folder stands where the file should be renamed to.
  mkdirSync(join(blocked(run), 'in the way'), { recursive: true })
  const each = { ...options, validation: data }
  const going = fit(Linear(2), data, {
    ...each,
    checkpoints: run.checkpoints({
      onError: (error) => {
        told.push(error.message)
        rmSync(blocked(run), { recursive: true })
      },
    }),
    onEpoch: () => new Promise((resolve) => setTimeout(resolve, 30)),
  })
  expect((await going).history).toHaveLength(3)
  expect(told).toHaveLength(1)
  expect(told[0]).toMatch(/last\.safetensors could not be written: .*what it held before is kept/)
  expect(existsSync(run.file('weights/best.safetensors'))).toBe(true)
  const other = RunFolder.create(join(folder, 'stopped'))
  mkdirSync(join(blocked(other), 'in the way'), { recursive: true })
  await expect(fit(Linear(2), data, { ...each, checkpoints: other.checkpoints() })).rejects.toThrow(StorageError)
})

test('what is done at the end comes behind the last checkpoint', async () => {
  const run = RunFolder.create(join(folder, 'at the end'))
  const stop = new AbortController()
  const trainer = await createTrainer(Linear(2), data, options)
  let ended: Float32Array[] = []
  await runTraining(trainer, {
    validation: data,
    checkpoints: run.checkpoints(),
    signal: stop.signal,
    onStep: ({ step }) => step === 7 && stop.abort(),
    async onEnd({ model }) {
      ended = await Promise.all([...model.parameters.values()].map((each) => model.backend.read(each)))
      for (const [i, each] of [...model.parameters.values()].entries())
        await model.backend.write(each, new Float32Array(ended[i].length))
    },
  })
  const { step, weights } = run.loadState()
  expect(step).toBe(7)
  expect([...weights.values()]).toEqual(ended)
})

test('what a callback throws ends the training with that error, and the checkpoint is whole', async () => {
  const run = RunFolder.create(join(folder, 'thrown'))
  const checkpoints = run.checkpoints({
    onSaved() {
      throw new RangeError('the reader of events is gone')
    },
  })
  await expect(fit(Linear(2), data, { ...options, epochs: 1, checkpoints })).rejects.toThrow(
    new RangeError('the reader of events is gone'),
  )
  expect(run.loadState().step).toBe(5)
})

test('a thread that has ended writes nothing more, and says so', async () => {
  const writer = new CheckpointWriter()
  const job = { files: [{ path: join(folder, 'never'), pieces: [], sync: false }], finite: [] }
  await writer.close()
  expect(writer.hasEnded).toBe(true)
  await expect(writer.write(job)).rejects.toThrow(
    /never could not be written: the thread that writes checkpoints ended/,
  )
})

test('weights that are not finite are not written', async () => {
  const run = RunFolder.create(join(folder, 'not finite'))
  const trainer = await createTrainer(Linear(2), data, options)
  const checkpoints = run.checkpoints()
  await checkpoints.begin(trainer)
  await trainer.step()
  await checkpoints.afterEpoch(trainer)
  await checkpoints.finish(trainer)
  expect(run.loadState().step).toBe(1)
  await trainer.step()
  const [parameter] = trainer.model.parameters.values()
  await trainer.model.backend.write(parameter, [1, 2, Number.NaN, 4])
  await expect(checkpoints.finish(trainer)).rejects.toThrow(/checkpoint of step 2 was not written: weights are NaN/)
  await checkpoints.close()
  expect(run.loadState().step).toBe(1)
})

test('files that a state makes are made again where they are missing, cut off or changed', async () => {
  const run = RunFolder.create(join(folder, 'repaired'))
  const { model, state } = await fit(Linear(2), data, { ...options, keep: 'last', checkpoints: run.checkpoints() })
  expect(await run.repair(state, model)).toEqual([])
  const files = ['weights/last.safetensors', 'weights/best.safetensors', 'metrics.csv']
  const before = files.map((name) => readFileSync(run.file(name)))
  rmSync(run.file(files[0]))
  writeFileSync(run.file(files[1]), before[1].subarray(0, 100))
  writeFileSync(run.file(files[2]), before[2].toString().split('\n').slice(0, 2).join('\n'))
  expect(await run.repair(run.loadState(), model)).toEqual(files)
  expect(files.map((name) => readFileSync(run.file(name)))).toEqual(before)
})

test('equal trainings give equal bytes, in any folder, at any time, on any number of threads', async () => {
  const bytes = []
  for (const threads of [1, 2]) {
    const backend = await wasm({ threads })
    const run = RunFolder.create(join(folder, `on ${threads} threads`))
    await fit(Linear(2), data, { ...options, backend, checkpoints: run.checkpoints() })
    bytes.push(['last', 'best'].map((name) => readFileSync(run.file(`weights/${name}.safetensors`))))
    await backend.close()
  }
  expect(bytes[1]).toEqual(bytes[0])
})

test('options out of range are refused', () => {
  const run = RunFolder.create(join(folder, 'options'))
  expect(() => run.checkpoints({ keep: 0 })).toThrow(ArgumentError)
  expect(() => run.checkpoints({ every: { steps: 1.5 } })).toThrow(/every\.steps is 1\.5/)
  expect(() => run.checkpoints({ every: { seconds: 0 } })).toThrow(/every\.seconds is 0/)
})
