/** The networks that can be named on the command line. */
import type { Layer, Shape } from 'gentle-dl'
import {
  buildNetwork,
  type NetworkEntry,
  networks,
  type Purpose,
  publishedSizes,
  type Recipe,
  recipeFor,
} from 'gentle-dl/models'
import { segmenters, type TaskName } from 'gentle-dl/vision'
import { UsageError, unknownChoice } from '../terminal/usage.ts'

/** What was published of a network. */
export type Published = Pick<NetworkEntry, 'year' | 'paper' | 'top1'>

export interface Network {
  readonly name: string
  /** Classes that it was made for. */
  readonly classes: number
  build(purpose: Purpose): Layer
  recipe(purpose: Purpose): Recipe
  /** Shape of an example that it takes by default. */
  readonly inputShape: Shape
}

/** Networks that classify. */
export const classifierNames: readonly string[] = Object.keys(networks)

const all: Readonly<Record<string, NetworkEntry>> = { ...networks, ...segmenters }

export const networkNames: readonly string[] = Object.keys(all)

/**
 * @param task what it shall be trained for; any unless given
 * @throws UsageError for a name that no network has, and one that is not for the task.
 */
export function networkNamed(name: string, task?: TaskName): Network {
  if (!Object.hasOwn(all, name)) throw unknownChoice('model', name, networkNames)
  const fitting = task === 'segment' ? segmenters : networks
  if (task !== undefined && !Object.hasOwn(fitting, name))
    throw new UsageError(`${name} is not for --task ${task}; choose from ${Object.keys(fitting).join(', ')}`)
  return {
    name,
    ...publishedSizes(name),
    build: (purpose) => buildNetwork(name, purpose),
    recipe: (purpose) => recipeFor(name, purpose),
  }
}

export function publishedOf(name: string): Published {
  const { year, paper, top1 } = all[name]
  return { year, paper, ...(top1 === undefined ? {} : { top1 }) }
}
