/** What the files of a training's weights say of where they come from, and how good the best are. */
import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { ModelCard, RunFolder } from 'gentle-dl'
import { partNames } from 'gentle-dl/data'
import type { Preparation } from '../tasks/task.ts'
import { version } from '../version.ts'
import type { Plan } from './settings.ts'

/** A path within the name of data or weights, by its last part: the same data elsewhere makes the same files. */
const named = (place: string): string =>
  place
    .split(':')
    .map((part) => (/[\\/]/.test(part) || part === '.' ? basename(resolve(part)) : part))
    .join(':')

/** @param described what run.json tells */
export function cardOf(
  { model, data, pretrained, license }: Plan,
  { examples, digests, versions }: Readonly<Record<string, unknown>>,
): ModelCard {
  const counts = examples as Readonly<Record<string, number>>
  const known = digests as Readonly<Record<string, string>> | undefined
  const splits = Object.fromEntries(
    partNames.map((name) => [name, { examples: counts[name], digest: known?.[name] }] as const),
  )
  const { gentle = version } = versions as { readonly gentle?: string }
  return {
    modelName: model,
    license,
    ...(pretrained === undefined ? {} : { baseModel: named(pretrained) }),
    dataset: { name: named(data), splits },
    versions: { gentle },
  }
}

/** Figures of an evaluation; shares below 0 are of nothing to measure. */
function figuresOf(
  evaluation: unknown,
  { monitor, isShare = true }: Pick<Preparation, 'monitor' | 'isShare'>,
): Record<string, number> {
  const isNothing = (name: string, value: number): boolean => isShare && name === monitor && value < 0
  return Object.fromEntries(
    Object.entries(evaluation as Record<string, unknown>).filter(
      (entry): entry is [string, number] => Number.isFinite(entry[1]) && !isNothing(entry[0], entry[1] as number),
    ),
  )
}

/** Adds to the best weights what summary.json tells of them on data that they were not trained with. */
export function saveMeasured(run: RunFolder, prepared: Pick<Preparation, 'monitor' | 'isShare'>): void {
  // A task of one's own may keep none.
  if (!existsSync(run.file('summary.json'))) return
  const summary = run.readJson('summary.json')
  const parts = ['validation', 'test'].filter((part) => summary[part] !== undefined)
  run.saveMetrics(Object.fromEntries(parts.map((part) => [part, figuresOf(summary[part], prepared)])))
}
