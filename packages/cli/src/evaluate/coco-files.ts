/** Files of COCO that are named on the command line: annotations, and the results that a detector writes. */
import { DataError } from 'gentle-dl'
import { type CocoContent, parseCoco, parseCocoResults } from 'gentle-dl/data'
import type { DetectedObject } from 'gentle-dl/vision'
import { bytesOf, textOf } from '../data/file-bytes.ts'
import { findingsText } from '../data/findings-text.ts'
import { note } from '../terminal/terminal.ts'
import { UsageError } from '../terminal/usage.ts'

/**
 * Reads a COCO annotations file; what of it is left out or corrected is told, or with `strict` refused.
 * @throws UsageError for a file that is missing, or broken (`parseCoco`).
 */
export async function readCocoTruth(file: string, strict = false): Promise<CocoContent> {
  const truth = parsed(parseCoco, textOf(await bytesOf(file, 'the truth'), file), file)
  const [first] = [...truth.skipped, ...truth.corrected]
  if (strict && first !== undefined) throw new UsageError(first.reason)
  for (const text of findingsText(file, truth)) note(text)
  return truth
}

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
  const text = textOf(await bytesOf(file, 'the predictions'), file)
  const objects = parsed(parseCocoResults, text, file, truth)
  const known = objects.filter(({ category }) => truth.categories.has(category))
  return { objects: known, strangers: objects.length - known.length }
}

/** What a file that was named says; what is wrong with it is wrong usage. */
function parsed<Args extends unknown[], Content>(parse: (...args: Args) => Content, ...args: Args): Content {
  try {
    return parse(...args)
  } catch (error) {
    if (error instanceof DataError) throw new UsageError(error.message)
    throw error
  }
}
