/** Pictures in tar shards, shared by several ranks. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packTar } from 'modern-tar'
import sharp from 'sharp'
import { afterAll, expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { imageShards, type PictureSet } from '../../src/data/index.ts'
import type { Ranks } from '../../src/distributed/ranks.ts'
import * as nn from '../../src/nn/index.ts'
import { sgd } from '../../src/optim/index.ts'
import { createTrainer, runTraining, type Trainer, type TrainingState } from '../../src/train/index.ts'
import { inProcessRanks } from './in-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'gentle-ranks-shards-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Sixteen archives of ten pictures. */
const [shards, each] = [16, 10]
for (let shard = 0; shard < shards; shard++) {
  const entries = []
  for (let i = 0; i < each; i++) {
    const number = shard * each + i
    const pixels = Uint8Array.from({ length: 16 }, (_, at) => (number * 37 + at * at * 11) % 256)
    const image = sharp(pixels, { raw: { width: 4, height: 4, channels: 1 } }).toColourspace('b-w')
    for (const [ending, body] of [
      ['png', await image.png().toBuffer()],
      ['cls', new TextEncoder().encode(String(number % 3))],
    ] as const)
      entries.push({ header: { name: `${i}.${ending}`, size: body.length, type: 'file' as const }, body })
  }
  writeFileSync(join(folder, `train-${shard}.tar`), await packTar(entries))
  if (shard === 0)
    for (const part of ['val', 'test']) writeFileSync(join(folder, `${part}.tar`), await packTar(entries))
}

const network = nn.Sequential(nn.Flatten(), nn.Linear(6), nn.Tanh(), nn.Linear(3))

/** What each rank reads of which archives, by its number, and the state in the end. */
async function onRanks(
  size: number,
  { before, steps = Number.POSITIVE_INFINITY }: { before?: TrainingState; steps?: number } = {},
) {
  const read = Array.from({ length: size }, () => new Map<number, number>())
  const train = async (ranks: Ranks): Promise<TrainingState> => {
    const { train: data, validation } = await imageShards(folder, { size: 4, shuffleBuffer: 5, workers: 0 })
    const watched: PictureSet = {
      ...data,
      read(indices, ...rest) {
        for (let i = 0; i < indices.length; i++) {
          const shard = Math.floor(indices[i] / each)
          read[ranks.rank].set(shard, (read[ranks.rank].get(shard) ?? 0) + 1)
        }
        return data.read(indices, ...rest)
      },
    }
    const trainer: Trainer = await createTrainer(network, watched, {
      backend: reference(),
      ranks,
      microBatches: 8,
      optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }),
      batchSize: 24,
      epochs: 2,
      seed: 3,
    })
    if (before !== undefined) await trainer.restore(before)
    if (Number.isFinite(steps)) for (let step = 0; step < steps; step++) await trainer.step()
    else await runTraining(trainer, { validation })
    return trainer.state()
  }
  const [state] = await Promise.all(inProcessRanks(size).map(train))
  return { state, read }
}

it('each rank reads its share of the archives, and the weights are the same to the bit for 1, 2, 3, 4 and 8 ranks', async () => {
  const { state } = await onRanks(1)
  for (const size of [2, 3, 4, 8]) {
    const { state: shared, read } = await onRanks(size)
    expect([...shared.weights], `${size} ranks`).toEqual([...state.weights])
    const pictures = read.map((shardsOfRank) => [...shardsOfRank.values()].reduce((sum, count) => sum + count, 0))
    // Two epochs, each picture once in each.
    expect(pictures.reduce((sum, count) => sum + count, 0)).toBe(2 * shards * each)
  }
  // In an epoch's first six batches, one of which is read ahead, no archive is read by two ranks.
  const { read } = await onRanks(4, { steps: 5 })
  for (const [a, first] of read.entries())
    for (const second of read.slice(a + 1)) expect([...first.keys()].filter((shard) => second.has(shard))).toEqual([])
})

it('goes on from the middle of an epoch with another number of ranks, to the same weights', async () => {
  const { state: whole } = await onRanks(1)
  const { state: middle } = await onRanks(3, { steps: 4 })
  const { state: end } = await onRanks(8, { before: middle })
  expect([...end.weights]).toEqual([...whole.weights])
})
