/**
 * `npm run bench:checkpoint [-- --rounds N]`: how long a training of ResNet-18 with momentum stands still for a checkpoint, some 90 MB of weights and optimizer, written by a thread,
 * beside the same files written by the training's own thread, without waiting for the disk. Both take turns in one training. What the thread takes from the steps that are computed
 * while it writes is told as well. Pictures are small, since the checkpoint does not depend on their size.
 */
import { mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { inMemory } from '../packages/gentle/src/entries/data.ts'
import {
  createTrainer,
  RunFolder,
  saveModel,
  saveTrainingState,
  sgd,
  wasm,
} from '../packages/gentle/src/entries/index.ts'
import { resnet18 } from '../packages/gentle/src/entries/models.ts'
import { median } from './median.ts'

const { values: flags } = parseArgs({ options: { rounds: { type: 'string', default: '8' } } })
const rounds = Number(flags.rounds)
const [side, examples, batchSize] = [64, 64, 8]

const folder = mkdtempSync(join(tmpdir(), 'gentle-bench-'))
const backend = await wasm()
const data = inMemory({
  inputs: Float32Array.from({ length: examples * 3 * side * side }, (_, i) => Math.sin(i)),
  inputShape: [3, side, side],
  targets: Int32Array.from({ length: examples }, (_, i) => i),
  classes: Array.from({ length: 1000 }, (_, i) => `class ${i}`),
})
const options = { optimizer: sgd({ learningRate: 1e-4, momentum: 0.9 }), batchSize, epochs: 10_000, backend }
const trainer = await createTrainer(resnet18(), data, options)
const run = RunFolder.create(join(folder, 'run'))
let saved: (() => void) | undefined
const checkpoints = run.checkpoints({ onSaved: () => saved?.() })

const write = (name: string, bytes: Uint8Array): void => {
  writeFileSync(join(folder, `${name}.part`), bytes)
  renameSync(join(folder, `${name}.part`), join(folder, name))
}

/** As it was done before there was a thread for it. */
async function saveHere(): Promise<void> {
  write('last', await saveModel(trainer.model))
  write('progress', saveTrainingState(await trainer.state()))
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

const step = (): Promise<number> => timed(() => trainer.step())
/** Other tasks of the thread get their turn, as in a training. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

const shown = (values: readonly number[]): string =>
  `${median(values).toFixed(1)} ms (${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)})`

try {
  await checkpoints.begin(trainer)
  for (let i = 0; i < 3; i++) await step()
  await saveHere()
  const [here, still, alone, beside, writing]: number[][] = [[], [], [], [], []]
  for (let round = 0; round < rounds; round++) {
    here.push(await timed(saveHere))
    for (let i = 0; i < 4; i++) alone.push(await step())
    let isWriting = true
    const began = performance.now()
    saved = () => {
      isWriting = false
    }
    still.push(await timed(() => checkpoints.afterEpoch(trainer)))
    while (isWriting) {
      beside.push(await step())
      await turn()
    }
    writing.push(performance.now() - began)
  }
  const megabytes = statSync(run.file('weights/progress.safetensors')).size / 1e6
  const slower = (median(beside) / median(alone) - 1) * median(writing)
  console.log(`ResNet-18 with momentum, ${megabytes.toFixed(1)} MB of state, ${rounds} rounds; median (least to most)`)
  console.log(`written by the training's thread, without sync: stands still ${shown(here)}`)
  console.log(
    `written by a thread, synced:                    stands still ${shown(still)}, ${(median(here) / median(still)).toFixed(1)} times less`,
  )
  console.log(`until it is on the disk: ${shown(writing)}`)
  console.log(`a step alone ${shown(alone)}, while a checkpoint is written ${shown(beside)}`)
  console.log(
    `in all ${(median(still) + Math.max(0, slower)).toFixed(0)} ms a checkpoint: ${((median(still) + Math.max(0, slower)) / 1200).toFixed(2)} % of the time where there is one every two minutes`,
  )
} finally {
  await checkpoints.close()
  trainer.dispose()
  await backend.close()
  rmSync(folder, { recursive: true })
}
