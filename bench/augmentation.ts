/** `npm run bench:augmentation [-- --rounds N]`: what augmentation costs LeNet-5's training, as a share of the training without it. */
import { parseArgs } from 'node:util'
import { fit, linearDecay, sgd } from 'gentle-dl'
import { augmented, mnist, type Policy, policies } from 'gentle-dl/data'
import { lenet5 } from 'gentle-dl/models'
import { median } from './median.ts'

const rounds = Number(parseArgs({ options: { rounds: { type: 'string', default: '5' } } }).values.rounds)

/** Policies whose cost is measured. */
const measured: Readonly<Record<string, Policy>> = {
  digits: policies.digits,
  'flip and crop': policies.small,
  randAugment: policies.randAugment,
  'flip, crop, cutMix': [...policies.small, ...policies.cutMix],
  elastic: [{ type: 'elastic' }],
}

const { train } = await mnist()

/** Seconds of an epoch of 55,000 pictures in batches of 64. */
async function secondsOf(policy: Policy | undefined): Promise<number> {
  const { history } = await fit(lenet5(), policy === undefined ? train : augmented(train, policy), {
    optimizer: sgd({ learningRate: linearDecay(0.1), momentum: 0.9 }),
    batchSize: 64,
    epochs: 1,
  })
  return history[0].seconds
}

const bare: number[] = []
const changed = new Map(Object.keys(measured).map((name) => [name, [] as number[]]))
for (let round = 0; round < rounds; round++) {
  bare.push(await secondsOf(undefined))
  for (const [name, policy] of Object.entries(measured)) changed.get(name)!.push(await secondsOf(policy))
}

const perPicture = (seconds: number): string => `${((1e6 * seconds) / train.length).toFixed(1)} µs`
console.log(`LeNet-5, batch 64, medians of ${rounds} interleaved rounds, time a picture\n`)
console.log(`without            ${perPicture(median(bare))}`)
for (const [name, seconds] of changed) {
  const share = median(seconds.map((value, round) => value / bare[round] - 1))
  console.log(`${name.padEnd(19)}${perPicture(median(seconds))}  ${(100 * share).toFixed(0)} % more`)
}
process.exit()
