/** Three trainings that differ in one setting, as the command line would write them. */
import { type EpochReport, fit, historyCsv, sgd, wasm } from 'gentle-dl'
import { moons } from 'gentle-dl/data'
import type { RunTexts } from 'gentle-dl/inspect'
import { mlp } from 'gentle-dl/models'

/** What differs, and in which values. */
export const varied = {
  learningRate: [1, 0.2, 0.001],
  batchSize: [5, 20, 200],
  units: [1, 4, 32],
} as const

export type Varied = keyof typeof varied

export interface ExampleSettings {
  readonly vary: Varied
  readonly seed: number
}

export interface Setting {
  readonly learningRate: number
  readonly batchSize: number
  /** Neurons of the hidden layer. */
  readonly units: number
}

export const epochs = 40
export const examples = 200
export const noise = 0.2
export const momentum = 0.9
const usual: Setting = { learningRate: 0.1, batchSize: 20, units: 16 }

/** Names and settings of the three. */
export const settingsFor = (vary: Varied): readonly { readonly name: string; readonly setting: Setting }[] =>
  varied[vary].map((value) => ({
    name: `examples/${vary.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}-${value}`,
    setting: { ...usual, [vary]: value },
  }))

/** Of moons in other places for training than for validation. */
export const dataSeeds = (seed: number) => ({ train: 2 * seed, validation: 2 * seed + 1 })

/**
 * Trains one after the other, and tells of each after every epoch.
 * @param signal ends it early; the run that is under way stays as it is
 */
export async function trainExamples(
  { vary, seed }: ExampleSettings,
  report: (run: RunTexts) => void | Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const seeds = dataSeeds(seed)
  const train = moons({ examples, noise, seed: seeds.train })
  const validation = moons({ examples, noise, seed: seeds.validation })
  const backend = await wasm({ threads: 1 })
  try {
    for (const { name, setting } of settingsFor(vary)) {
      if (signal?.aborted) return
      const { learningRate, batchSize, units } = setting
      const described = JSON.stringify({
        examples: { train: examples, validation: examples },
        settings: { model: 'mlp', data: 'moons', epochs, optimizer: 'sgd', momentum, seed, ...setting },
      })
      const history: EpochReport[] = []
      const tell = (summary?: string): void | Promise<void> =>
        report({
          name,
          files: {
            'run.json': described,
            'metrics.csv': historyCsv(history),
            ...(summary === undefined ? {} : { 'summary.json': summary }),
          },
          changed: Date.now(),
          pictures: [],
        })
      await fit(mlp({ hidden: [units], classes: 2 }), train, {
        validation,
        optimizer: sgd({ learningRate, momentum }),
        batchSize,
        epochs,
        seed,
        backend,
        signal,
        onEpoch: (epoch) => {
          history.push(epoch)
          return tell()
        },
      })
      if (history.length === epochs) await tell('{}')
    }
  } finally {
    await backend.close()
  }
}
