/** What Teachable Machine says beside its models: `metadata.json` of its exports for TensorFlow.js. */
import type { Fail } from '../failure.ts'
import { isRecord, parseJson } from './json.ts'
import type { TensorflowMetadata } from './tensorflow-model.ts'

/**
 * Names of the classes, and how pictures are prepared: the middle square, each byte b as b / 127 - 1 (`capture` in @teachablemachine/image). Of
 * sounds and poses the names alone.
 * @param metadata its bytes, or what its text stands for
 */
export function teachableMachine(metadata: Uint8Array | object, fail: Fail): TensorflowMetadata {
  const json = metadata instanceof Uint8Array ? parseJson(metadata, fail) : metadata
  if (!isRecord(json)) return fail('is not an object')
  const { labels, wordLabels, imageSize } = json
  const names = labels ?? wordLabels
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string'))
    return fail('has no list of texts `labels`')
  return { classes: names, ...(imageSize === undefined ? {} : { pixels: { scale: 1 / 127, mean: 1, fit: 'crop' } }) }
}

/** Whether a `metadata.json` is one of Teachable Machine: others write files of this name, too. */
export const isTeachableMachine = (json: unknown): boolean => isRecord(json) && 'tmVersion' in json
