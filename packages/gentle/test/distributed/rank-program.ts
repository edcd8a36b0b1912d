/** What each rank of the tests runs, under mpirun: a small training, told by its digest. `RANK_TEST` chooses what goes wrong. */
import { createHash } from 'node:crypto'
import {
  BatchNorm,
  Conv2d,
  createTrainer,
  Dropout,
  Flatten,
  Linear,
  ReLU,
  runTraining,
  Sequential,
  sgd,
} from 'gentle-dl'
import { inMemory } from 'gentle-dl/data'
import { backendOf, distributed } from 'gentle-dl/distributed'
import type { Ranks } from '../../src/distributed/ranks.ts'

const { RANK_THREADS = '1', RANK_TEST = '', RANK_FAST = '', RANK_SYNC = '', RANK_LARGE = '' } = process.env

const count = 100
const data = inMemory({
  name: 'squares',
  inputs: Float32Array.from({ length: count * 36 }, (_, i) => ((i * 29) % 83) / 83),
  inputShape: [1, 6, 6],
  targets: Int32Array.from({ length: count }, (_, i) => (i * 7) % 3),
  classes: ['a', 'b', 'c'],
})
const small = Sequential(Conv2d(6, 3), BatchNorm(), ReLU(), Flatten(), Dropout(0.2), Linear(3))
/** Its gradients travel in three buckets, of which the last has those of the convolution and of what comes behind it. */
const large = Sequential(
  Conv2d(6, 3),
  BatchNorm(),
  ReLU(),
  Flatten(),
  ...[1100, 1100, 1100].flatMap((units) => [Linear(units), ReLU()]),
  Linear(3),
)
const network = RANK_LARGE === 'yes' ? large : small

const ranks = await distributed()
const isLast = ranks.rank === ranks.size - 1

/** These ranks, of which this one says that it is of another version than it is. */
const ofAnotherVersion = (): Ranks => ({
  rank: ranks.rank,
  size: ranks.size,
  seconds: ranks.seconds,
  sum: (...sum) => ranks.sum(...sum),
  gather: (message) =>
    ranks.gather(
      Buffer.from(
        Buffer.from(message)
          .toString()
          .replace(/"version":"[^"]*"/, '"version":"0.0.1"'),
      ),
    ),
})
const backend = await backendOf(ranks, { threads: Number(RANK_THREADS) })
try {
  const trainer = await createTrainer(network, data, {
    optimizer: sgd({ learningRate: isLast && RANK_TEST === 'other rate' ? 0.2 : 0.1, momentum: 0.9, clipNorm: 1 }),
    batchSize: 32,
    epochs: RANK_TEST === 'long' ? 1_000_000 : RANK_LARGE === 'yes' ? 1 : 3,
    seed: 4,
    microBatches: 8,
    syncBatchNorm: RANK_SYNC === 'yes',
    fastSums: RANK_FAST === 'yes',
    backend,
    ranks: isLast && RANK_TEST === 'other version' ? ofAnotherVersion() : ranks,
  })
  await runTraining(trainer, {
    validation: data,
    onStep({ step }) {
      if (step === 3 && isLast && RANK_TEST === 'throw') throw new Error('no more')
      if (step === 20 && ranks.rank === 0 && RANK_TEST === 'long') console.log('under way')
    },
  })
  const { weights, history } = await trainer.state()
  const hash = createHash('sha256')
  for (const values of weights.values()) hash.update(values)
  for (const { train, validation } of history) hash.update(JSON.stringify([train, validation]))
  console.log(`rank ${ranks.rank} of ${ranks.size}: ${hash.digest('hex').slice(0, 16)}`)
  console.log(backend.arithmetic)
  if (ranks.rank === 0) console.log('times', JSON.stringify(await trainer.rankTimes()))
  else await trainer.rankTimes()
  await backend.close()
  if (ranks.rank === 0 && RANK_TEST === 'stay') await new Promise((resolve) => setTimeout(resolve, 9000))
  await ranks.close()
} catch (error) {
  console.log(`rank ${ranks.rank}: ${(error as Error).message}`)
  await ranks.abort(3)
}
