/** Tasks on sequences. */

import { speechTask } from '../speech/speech-task.ts'
import { UsageError } from '../terminal/usage.ts'
import { flagOf, type Settings } from '../train/settings.ts'
import { translationTask } from '../translation/translation-task.ts'
import type { SequenceTask } from './task.ts'

export const sequenceTasks: SequenceTask[] = [speechTask, translationTask]

/** Settings of tasks on pictures alone. */
const forPictures: readonly (keyof Settings)[] = ['resize', 'label', 'classWeights', 'loss', 'monitor', 'dataWorkers']

/** @throws UsageError for a setting that means nothing for the task; undefined is one on pictures. */
export function checkSettingsOf(task: SequenceTask | undefined, settings: Settings): void {
  const own = task?.settings ?? forPictures
  const others = [...forPictures, ...sequenceTasks.flatMap((each) => each.settings)]
  const odd = others.find((name) => settings[name] !== undefined && !own.includes(name))
  if (odd === undefined) return
  const takers = sequenceTasks.filter((each) => each.settings.includes(odd)).map(({ name }) => name)
  throw new UsageError(
    `${flagOf(odd)} is not for ${task === undefined ? 'pictures' : `--task ${task.name}`}; it is for ${takers.length === 0 ? 'pictures' : `--task ${takers.join(' and ')}`}`,
  )
}

/** The task of this name; undefined for one on pictures. */
export const sequenceTask = (name: string | undefined): SequenceTask | undefined =>
  sequenceTasks.find((task) => task.name === name)

/** Networks on sequences. */
export const sequenceNetworkNames = (): readonly string[] => sequenceTasks.flatMap(({ networks }) => networks)

/**
 * The task that a network is for, which its name tells; undefined for one on pictures.
 * @throws UsageError for a task that the network is not for.
 */
export function sequenceTaskFor(network: string | undefined, task: string | undefined): SequenceTask | undefined {
  const fitting = sequenceTasks.find(({ networks }) => network !== undefined && networks.includes(network))
  if (fitting !== undefined && task !== undefined && task !== fitting.name)
    throw new UsageError(`${network} is not for --task ${task}; it is for ${fitting.name}`)
  const named = sequenceTask(task)
  if (named !== undefined && network !== undefined && fitting === undefined)
    throw new UsageError(`${network} is not for --task ${task}; choose from ${named.networks.join(', ')}`)
  return fitting ?? named
}
