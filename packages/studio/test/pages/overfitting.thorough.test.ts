import { wasm } from 'gentle-dl'
import { mnist } from 'gentle-dl/data'
import { expect, it } from 'vitest'
import { program } from '../../src/pages/overfitting/program.ts'
import { RemedyRun } from '../../src/pages/overfitting/remedy-run.ts'
import { runSettings, type Settings } from '../../src/pages/overfitting/settings.ts'
import { printed } from './run-program.ts'

const settings: Settings = { examples: 50, seed: 1, dropout: 0.5, decay: 1, times: 2, strength: 1 }

it('a remedy comes to the same as the program that is shown', async () => {
  const { train, validation } = await mnist()
  const text = await printed(program(settings, ['dropout', 'augmentation'], 1))
  const backend = await wasm({ threads: 1 })
  try {
    for (const [name, title] of [
      ['dropout', 'Dropout'],
      ['augmentation', 'Augmentation'],
    ] as const) {
      const run = await RemedyRun.begin(runSettings(name, settings), { train, validation }, backend)
      await run.round()
      const [, onTrain, onValidation, accuracy] = new RegExp(
        `${title}: loss (\\S+) training, (\\S+) validation; accuracy (\\S+)`,
      ).exec(text)!
      const last = run.moments[1]
      expect(Number(onTrain)).toBeCloseTo(last.train, 4)
      expect(Number(onValidation)).toBeCloseTo(last.validation, 4)
      expect(Number(accuracy)).toBeCloseTo(last.accuracy, 2)
      run.dispose()
    }
  } finally {
    await backend.close()
  }
})
