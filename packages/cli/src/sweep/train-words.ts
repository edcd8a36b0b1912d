/** The words of `gentle train` for a trial. */
import { flagOf } from '../train/settings.ts'
import type { TrialSettings } from './candidates.ts'
import type { Sweep } from './record.ts'
import { trialFolder } from './record.ts'

/** Options as they are typed: `--learning-rate 0.01 --strict --no-wide-vectors`. */
export function optionWords(options: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined) return []
    if (typeof value === 'boolean') return [value ? flagOf(name) : flagOf(name).replace('--', '--no-')]
    return [value].flat().flatMap((each) => [flagOf(name), String(each)])
  })
}

/** `lenet5 --data mnist --learning-rate 0.01`: what trains with the settings of a trial. */
export function settingWords(sweep: Pick<Sweep, 'model' | 'options'>, settings: TrialSettings): string[] {
  const { model = sweep.model, ...varied } = settings
  return [...(model === undefined ? [] : [String(model)]), ...sweep.options, ...optionWords(varied)]
}

/** Options that no run folder keeps, and a training that goes on is given again. */
const ofEachStart: readonly string[] = ['--strict', '--detect-anomaly']

/** What begins or continues the training of a trial up to an epoch, or its end. */
export function trialWords(
  folder: string,
  sweep: Pick<Sweep, 'model' | 'options'>,
  {
    trial,
    settings,
    isBegun,
    threads,
    stopAfter,
  }: {
    readonly trial: number
    readonly settings: TrialSettings
    readonly isBegun: boolean
    readonly threads: number
    readonly stopAfter: number | undefined
  },
): string[] {
  const run = trialFolder(folder, { trial })
  const which = isBegun
    ? ['--resume', run, ...sweep.options.filter((option) => ofEachStart.includes(option))]
    : [...settingWords(sweep, settings), '--run-dir', run]
  return ['train', ...which, ...optionWords({ threads, stopAfter, jsonLines: true })]
}
