/** Files of COCO that are named on the command line: annotations, and the results that a detector writes. */
import { DataError } from 'gentle-dl'
import { type CocoContent, parseCoco, parseCocoResults } from 'gentle-dl/data'
import type { DetectedObject } from 'gentle-dl/vision'
import { bytesOf } from '../data/file-bytes.ts'
import { UsageError } from '../terminal/usage.ts'

/**
 * Reads a COCO annotations file.
 * @throws UsageError for a file that is missing, or broken (`parseCoco`).
 */
export const readCocoTruth = async (file: string): Promise<CocoContent> =>
  told(parseCoco, new TextDecoder().decode(await bytesOf(file, 'the truth')), file)

/** The objects that a detector found, and how many it found of categories that the truth does not have. */
export interface CocoResults {
  readonly objects: readonly DetectedObject[]
  /** Left out, as pycocotools leaves them out. */
  readonly strangers: number
}

/**
 * Reads the boxes of a COCO results file.
 * @throws UsageError for a file that is missing, or broken (`parseCocoResults`).
 */
export async function readCocoResults(file: string, truth: CocoContent): Promise<CocoResults> {
  const text = new TextDecoder().decode(await bytesOf(file, 'the predictions'))
  const objects = told(parseCocoResults, text, file, truth)
  const known = objects.filter(({ category }) => truth.categories.has(category))
  return { objects: known, strangers: objects.length - known.length }
}

/** What a file that was named says; what is wrong with it is wrong usage. */
function told<Args extends unknown[], Content>(parse: (...args: Args) => Content, ...args: Args): Content {
  try {
    return parse(...args)
  } catch (error) {
    if (error instanceof DataError) throw new UsageError(error.message)
    throw error
  }
}
