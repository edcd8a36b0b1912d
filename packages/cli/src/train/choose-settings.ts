/** What a training is asked for: by flags, a preset, a config file, and the run that goes on. */
import type { RunFolder } from 'gentle-dl'
import { takesPoints } from 'gentle-dl/models'
import type { TaskName } from 'gentle-dl/vision'
import { policyText } from '../data/policy.ts'
import { annotatedTask } from '../tasks/annotated-tasks.ts'
import type { NamedSettings } from '../tasks/task.ts'
import { UsageError } from '../terminal/usage.ts'
import { presetNamed } from './presets.ts'
import { settingsOf } from './run-folder.ts'
import { checkUnchanged, readConfig, type Settings, settingsOfFlags } from './settings.ts'

export interface TrainFlags extends Settings {
  readonly config?: string
  readonly preset?: string
  readonly runDir?: string
  readonly resume?: string
  /** Tells where the time of a step goes. */
  readonly profile?: boolean
  /** Which of the weights of a checkpoint are taken. */
  readonly weightsKey?: string
  /** Refuses an image folder with a broken file. */
  readonly strict?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
}

/** The data that a network is trained on unless told otherwise. */
function usualData(model: string, task: TaskName = 'classify'): string {
  if (task !== 'classify') return annotatedTask(task).usualData
  return takesPoints(model) ? 'moons' : 'mnist'
}

/** Settings as given, over those of a run that goes on. */
export function settingsFor(
  model: string | undefined,
  {
    config,
    preset,
    runDir,
    resume: _,
    json: __,
    quiet: ___,
    strict: ____,
    profile: _____,
    weightsKey: ______,
    ...flags
  }: TrainFlags,
  resumed: RunFolder | undefined,
): NamedSettings {
  const fromFlags = settingsOfFlags({ ...flags, ...(model === undefined ? {} : { model }) })
  const given = {
    ...(preset === undefined ? {} : presetNamed(preset)),
    ...(config === undefined ? {} : readConfig(config)),
    ...fromFlags,
  }
  const stored = resumed === undefined ? {} : settingsOf(resumed)
  if (given.augment !== undefined) given.augment = policyText('--augment', given.augment)
  if (resumed !== undefined) {
    if (runDir !== undefined) throw new UsageError('--run-dir is for a new run; --resume goes on in its own folder')
    checkUnchanged(given, stored, resumed.path)
  }
  const settings = { ...stored, ...given }
  const { task = 'classify' } = settings
  if (task !== 'classify') settings.model ??= annotatedTask(task).usualModel
  if (settings.model === undefined) throw new UsageError('no model is named; give one, as in: gentle train lenet5')
  return {
    ...settings,
    model: settings.model,
    data: settings.data ?? usualData(settings.model, task),
  }
}
