/** The sets of pictures with truth that can be named on the command line. */
import { existsSync } from 'node:fs'
import {
  type AnnotatedSplits,
  cocoFolder,
  type DividedWork,
  type Findings,
  maskFolder,
  vocFolder,
  yoloFolder,
} from 'gentle-dl/data'
import { UsageError, unknownChoice } from '../terminal/usage.ts'
import { areScenes, openScenes } from './scenes.ts'

export interface AnnotatedOptions {
  readonly seed: number
  readonly validation?: number
  /** Sides of the pictures of files; scenes have sides of their own. */
  readonly size: number | readonly [height: number, width: number]
  /** Channels of the pictures of files: as they have them unless given. */
  readonly channels?: 1 | 3
  /** Whether masks are wanted; unless given they are read where all pictures have them. */
  readonly masks?: boolean
  /** Refuses a set of which anything is left out or corrected. */
  readonly strict?: boolean
  /** How looking at all files is divided among processes that train together. */
  readonly divide?: DividedWork | undefined
}

/** What opens a folder of each format. */
const formats = { coco: cocoFolder, voc: vocFolder, yolo: yoloFolder, masks: maskFolder } as const

export const annotatedNames = ['scenes', ...Object.keys(formats).map((format) => `${format}:DIR`)]

/** Format and place of a set of files; undefined for another name. */
function filesOf(name: string): { format: keyof typeof formats; place: string } | undefined {
  const [format, place] = name.split(/:(.*)/s)
  return place !== undefined && Object.hasOwn(formats, format)
    ? { format: format as keyof typeof formats, place }
    : undefined
}

/** Whether a name is one of a set of pictures with truth. */
export const areAnnotated = (name: string): boolean => areScenes(name) || filesOf(name) !== undefined

/** @throws UsageError for a name that no such set has; DataError for a set that cannot be read. */
export async function openAnnotated(
  name: string,
  { seed, masks, ...options }: AnnotatedOptions,
): Promise<AnnotatedSplits & Partial<Findings>> {
  if (areScenes(name)) return openScenes(name, seed)
  const files = filesOf(name)
  if (files === undefined && existsSync(name))
    throw new UsageError(
      `--data ${name}: say in which format its boxes or masks are, as in ${annotatedNames
        .slice(1)
        .map((each) => each.replace('DIR', name))
        .join(', ')}`,
    )
  if (files === undefined) throw unknownChoice('set of pictures with truth', name, annotatedNames)
  if (files.place === '') throw new UsageError(`${name} has no folder; expected ${files.format}:DIR`)
  if (files.format === 'masks') return maskFolder(files.place, { seed, ...options })
  return formats[files.format](files.place, { seed, masks, ...options })
}
