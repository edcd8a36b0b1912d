/** `gentle eval` of a model that translates. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { OpenedInputsModel } from 'gentle-dl'
import { pairsSet, splitPairs, type TextPair } from 'gentle-dl/data'
import { TextTranslator, vocabulariesFrom } from 'gentle-dl/language'
import type { EvaluationFlags } from '../tasks/task.ts'
import { partsOfRun } from '../tasks/used-examples.ts'
import { lossText, percent, print } from '../terminal/terminal.ts'
import { exitCodes } from '../terminal/usage.ts'
import { openRun, settingsOf } from '../train/run-folder.ts'
import type { Settings } from '../train/settings.ts'
import { evaluatePairs } from './finish-translation.ts'
import { judge, judgementData, judgementText } from './judge.ts'
import { filesOfPairs, openPairs } from './open-pairs.ts'

/** The settings of the training, where the place is its folder. */
const settingsAt = (place: string): Settings | undefined =>
  existsSync(join(place, 'run.json')) ? settingsOf(openRun(place)) : undefined

/** Whether data is what a model was trained with; its files may be gone since. */
function isOfTraining(data: string, { data: trained }: Settings): boolean {
  if (trained === undefined) return false
  const pathsOf = (name: string): string =>
    name
      .replace(/^pairs:/, '')
      .split(',')
      .map((path) => resolve(path))
      .join()
  return pathsOf(data) === pathsOf(trained)
}

/** The pairs that are asked for: of the training's own data the same part as there, of other data all unless a part is named. */
function chosen(
  flags: EvaluationFlags,
  part: 'train' | 'validation' | 'test',
  settings: Settings | undefined,
): { readonly pairs: readonly TextPair[]; readonly what: string } {
  const { pairs } = openPairs(flags.data, flags.strict === true)
  if (settings !== undefined && isOfTraining(flags.data, settings)) {
    const { seed = 0, validation, test } = settings
    const parts = splitPairs(pairs, { seed: flags.seed ?? seed, validation, test })
    const used = partsOfRun(parts, flags.used, (all, indices) => indices.map((index) => all[index]))
    return { pairs: used[part], what: `${part} texts` }
  }
  if (flags.split === undefined) return { pairs, what: 'texts' }
  return { pairs: splitPairs(pairs, { seed: flags.seed })[part], what: `${part} texts` }
}

/** Tells how good a model's translations are. Gives the exit code. */
export async function evaluateTranslation(
  place: string,
  { model, encoding }: OpenedInputsModel,
  part: 'train' | 'validation' | 'test',
  flags: EvaluationFlags,
): Promise<number> {
  filesOfPairs(flags.data)
  const translator = new TextTranslator(model, vocabulariesFrom(encoding, place))
  const settings = settingsAt(place)
  const { pairs, what } = chosen(flags, part, settings)
  const set = pairsSet(pairs, translator.vocabularies, { name: flags.data })
  const evaluation = await evaluatePairs(translator, set, settings?.labelSmoothing ?? 0)
  const judgement = await judge(translator, pairs, { quiet: flags.json === true })
  translator.dispose()
  const { loss, tokenAccuracy, sequenceAccuracy } = evaluation
  if (flags.json)
    console.log(
      JSON.stringify({ loss, tokenAccuracy, sequenceAccuracy, data: flags.data, ...judgementData(judgement) }, null, 2),
    )
  else
    print(
      [
        judgementText(judgement, `${what} of ${flags.data}`),
        '',
        `loss ${lossText(loss)}, ${percent(tokenAccuracy!)} of the tokens correct, each given the correct ones before it`,
      ].join('\n'),
    )
  return exitCodes.done
}
