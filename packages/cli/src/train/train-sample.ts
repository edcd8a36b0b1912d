/** The training examples that chosen weights are evaluated on. */
import {
  type AnnotatedSet,
  type Dataset,
  type NamedDataset,
  type SpeechSet,
  speechSubset,
  subset,
} from 'gentle-dl/data'
import { annotatedPart } from '../tasks/used-examples.ts'

/** Examples at most, spread evenly over all. */
const maxSampled = 10_000

/** Of tasks whose examples take long: texts, and pictures with boxes or masks. */
export const maxSlow = 500

/** Of recordings, which are also searched for their likeliest letters. */
const maxRecordings = 100

const indicesOf = ({ length }: { readonly length: number }, max: number): number[] =>
  Array.from({ length: Math.min(length, max) }, (_, i) => Math.floor((i * length) / Math.min(length, max)))

export function sampleOf(train: Dataset, max?: number): Dataset
export function sampleOf(train: NamedDataset, max?: number): NamedDataset
export function sampleOf(train: Dataset | NamedDataset, max = maxSampled): Dataset | NamedDataset {
  return train.length <= max ? train : subset(train as Dataset, indicesOf(train, max))
}

/** The same pictures of a set with truth. */
export function annotatedSampleOf(train: AnnotatedSet, max: number): AnnotatedSet {
  if (train.length <= max) return train
  return annotatedPart(train, indicesOf(train, max))
}

/** Some recordings. */
export const speechSampleOf = (train: SpeechSet): SpeechSet =>
  train.length <= maxRecordings ? train : speechSubset(train, indicesOf(train, maxRecordings))
