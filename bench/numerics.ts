/**
 * `npm run bench:numerics [-- --rounds N]`: what strict numerics and looking for anomalies cost LeNet-5's training, beside the training as it
 * comes: in processor time of one thread, which other programs hardly change.
 */
import { parseArgs } from 'node:util'
import { createTrainer, sgd, type Trainer, type WasmOptions, wasm } from 'gentle-dl'
import { mnist } from 'gentle-dl/data'
import { lenet5 } from 'gentle-dl/models'
import { median } from './median.ts'

const rounds = Number(parseArgs({ options: { rounds: { type: 'string', default: '15' } } }).values.rounds)
const stepsARound = 100

const { train } = await mnist()

interface Way extends WasmOptions {
  readonly detectAnomaly?: boolean
}

const ways: Readonly<Record<string, Way>> = {
  'as it comes': {},
  'vectors of 128 bits': { wideVectors: false },
  'strict numerics': { strictNumerics: true },
  'looking for anomalies': { detectAnomaly: true },
}

async function trainerOf({ detectAnomaly, ...options }: Way): Promise<Trainer> {
  const optimizer = sgd({ learningRate: 0.001, momentum: 0.9 })
  return createTrainer(lenet5(), train, {
    optimizer,
    epochs: 1000,
    detectAnomaly,
    backend: await wasm({ ...options, threads: 1 }),
  })
}

/** Milliseconds of a step on the processor: a quarter of the steps take less. */
async function millisecondsOf(trainer: Trainer): Promise<number> {
  const times: number[] = []
  for (let step = 0; step < stepsARound; step++) {
    const batch = await trainer.nextBatch()
    const before = process.cpuUsage()
    await trainer.step(batch)
    const { user, system } = process.cpuUsage(before)
    times.push((user + system) / 1000)
  }
  return times.sort((a, b) => a - b)[stepsARound >> 2]
}

const trainers: [string, Trainer, number[]][] = []
for (const [name, way] of Object.entries(ways)) trainers.push([name, await trainerOf(way), []])
for (const [, trainer] of trainers) await millisecondsOf(trainer)
for (let round = 0; round < rounds; round++)
  for (const [, trainer, times] of trainers) times.push(await millisecondsOf(trainer))

const [[, , plain]] = trainers
console.log(
  `LeNet-5, batch 64, one thread, processor time, ${rounds} interleaved rounds of ${stepsARound} steps, median (least to most)\n`,
)
for (const [name, , times] of trainers) {
  const ratios = times.map((time, round) => time / plain[round])
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(2))
  console.log(
    `${name.padEnd(22)}${median(times).toFixed(2)} ms a step  ${median(ratios).toFixed(2)} of the time (${least} to ${most})`,
  )
}
process.exit()
