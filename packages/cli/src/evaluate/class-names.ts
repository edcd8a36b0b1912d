/** Names of a model's classes: from a file, its own, or numbers. */
import { readFileSync } from 'node:fs'
import { classCount, type Model } from 'gentle-dl'
import { textOf } from '../data/file-bytes.ts'
import { reasonOf } from '../terminal/reason.ts'
import { UsageError } from '../terminal/usage.ts'

/**
 * How many classes a model tells.
 * @throws UsageError for one that tells none.
 */
export function classesOf({ outputShape }: Model, place: string, instead = ''): number {
  const count = classCount(outputShape)
  if (count === undefined)
    throw new UsageError(`${place} outputs [${outputShape.join(', ')}] per example, not one number per class${instead}`)
  return count
}

/**
 * The model with the names of a file of `--labels`, where one is given.
 * @throws UsageError for a file that is none, or has another number of names.
 */
export function withLabels(model: Model, place: string, labels: string | undefined): Model {
  if (labels === undefined) return model
  const classes = readLabels(labels)
  const count = classesOf(model, place)
  if (classes.length !== count)
    throw new UsageError(`--labels ${labels} has ${classes.length} names, but the model has ${count} classes`)
  return { ...model, classes }
}

/** A name for each class: the model's own, or numbers. */
export const namesOf = (model: Model, place: string): readonly string[] =>
  model.classes ?? Array.from({ length: classesOf(model, place) }, (_, i) => String(i))

/** Names one per line, or a JSON list of texts. */
function readLabels(file: string): readonly string[] {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(file)
  } catch (error) {
    throw new UsageError(`--labels ${file} cannot be read: ${reasonOf(error)}`)
  }
  const content = textOf(bytes, `--labels ${file}`).trim()
  if (!content.startsWith('[')) return content.split(/\r?\n/).map((name) => name.trim())
  try {
    const names: unknown = JSON.parse(content)
    if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names
  } catch {
    // Told below.
  }
  throw new UsageError(`--labels ${file} is not a list of names; expected one name per line, or a JSON list of strings`)
}
