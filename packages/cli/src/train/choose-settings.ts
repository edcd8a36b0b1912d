/** What a training is asked for: by flags, a preset, a config file, and the run that goes on. */
import type { RunFolder } from 'gentle-dl'
import { takesPoints } from 'gentle-dl/models'
import { policyText } from '../data/policy.ts'
import { networkNames } from '../models/networks.ts'
import { annotatedTask } from '../tasks/annotated-tasks.ts'
import { checkSettingsOf, sequenceNetworkNames, sequenceTaskFor } from '../tasks/sequence-tasks.ts'
import type { NamedSettings } from '../tasks/task.ts'
import type { AnyTaskName } from '../tasks/task-names.ts'
import { UsageError, unknownChoice } from '../terminal/usage.ts'
import { presetNamed } from './presets.ts'
import { settingsOf } from './run-folder.ts'
import { checkUnchanged, readConfig, type Settings, settingsOfFlags } from './settings.ts'

export interface TrainFlags extends Settings {
  readonly config?: string
  readonly preset?: string
  readonly runDir?: string
  readonly resume?: string
  /** The epoch after which it saves and stops, as by an interrupt. */
  readonly stopAfter?: number
  /** Tells where the time of a step goes. */
  readonly profile?: boolean
  /** Which of the weights of a checkpoint are taken. */
  readonly weightsKey?: string
  /** Runs a step that gives NaN or infinities again, and tells where they begin. */
  readonly detectAnomaly?: boolean
  /** Lets a run go on where numbers are computed with other last bits. */
  readonly allowOtherWidth?: boolean
  /** Refuses an image folder with a broken file. */
  readonly strict?: boolean
  readonly json?: boolean
  /** Tells every event on standard output, a JSON object a line. */
  readonly jsonLines?: boolean
  /** Keeps events for TensorBoard in the run folder. */
  readonly tensorboard?: boolean
  readonly quiet?: boolean
}

/** The network and the data that a task is tried with by default. @throws UsageError where there are none. */
function defaultsFor(
  task: AnyTaskName,
  { model, data }: Pick<Settings, 'model' | 'data'>,
): { readonly model: string; readonly data: string } {
  if (task === 'transcribe' || task === 'translate') {
    const { networks, dataNames } = sequenceTaskFor(model, task)!
    if (data === undefined) throw new UsageError(`no data set given; name one, as in --data ${dataNames[0]}`)
    return { model: model ?? networks[0], data }
  }
  if (task === 'regress') {
    if (data === undefined) throw new UsageError('no data set given; name a table, as in --data houses.csv')
    return { model: model ?? 'mlp', data }
  }
  if (task !== 'classify') {
    const { defaultModel, defaultData } = annotatedTask(task)
    return { model: model ?? defaultModel, data: data ?? defaultData }
  }
  if (model === undefined) throw new UsageError('no model given; name one, as in: gentle train lenet5')
  return { model, data: data ?? (takesPoints(model) ? 'moons' : 'mnist') }
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
    allowOtherWidth: _______,
    jsonLines: ________,
    tensorboard: _________,
    stopAfter: __________,
    detectAnomaly: ___________,
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
  if (resumed !== undefined && runDir !== undefined)
    throw new UsageError('--run-dir is for new runs; --resume continues in the folder of the run')
  const { model: name, task: named } = { ...stored, ...given }
  const sequences = sequenceTaskFor(name, named)
  if (sequences === undefined && name !== undefined && !networkNames.includes(name))
    throw unknownChoice('model', name, [...networkNames, ...sequenceNetworkNames()])
  checkSettingsOf(sequences, { ...stored, ...given })
  if (given.augment !== undefined)
    given.augment = sequences?.policyText(given.augment) ?? policyText('--augment', given.augment)
  if (resumed !== undefined) checkUnchanged(given, stored, resumed.path)
  const settings = { ...stored, ...given }
  const task = sequences?.name ?? settings.task ?? 'classify'
  return { ...settings, ...(sequences === undefined ? {} : { task }), ...defaultsFor(task, settings) }
}
