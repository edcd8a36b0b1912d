/** Weights of a classifier, for a network with other classes. */

import { ClassesError } from '../core/errors.ts'
import { type ClassMatch, matchClasses } from '../core/match-classes.ts'
import { sizeOf } from '../core/shape.ts'
import type { StoredTensor } from '../formats/safetensors.ts'
import type { WeightsFile } from './weights-file.ts'

export interface PretrainedHead {
  /** The file's tensors; those of the head have the parts of the network's classes, in their order. */
  readonly tensors: WeightsFile['tensors']
  /** Tensors of the head that are left out, because the file does not have all of the network's classes. */
  readonly otherClasses: readonly string[]
}

/**
 * What of a file's weights a network begins with whose classes have names: of each class what the file has of it, wherever it stands there. Where the file does not
 * have all of them, it has nothing for the head; one of another shape is left to whoever loads it. Where one side has no names, all is left as it is.
 * @param head parameters that depend on the classes, with the axis that counts them, as `headParameters` gives them
 * @param names of the file's classes, and of the network's
 */
export function pretrainedHead(
  tensors: WeightsFile['tensors'],
  head: ReadonlyMap<string, number>,
  { stored: known, wanted: classes }: { readonly stored?: readonly string[]; readonly wanted?: readonly string[] },
): PretrainedHead {
  const match = matchOf(known, classes)
  if (match === 'none') return { tensors, otherClasses: [] }
  const own = new Map(tensors)
  const otherClasses: string[] = []
  for (const [name, axis] of head) {
    const tensor = tensors.get(name)
    if (tensor === undefined) continue
    if (match !== 'others' && tensor.shape[axis] === known!.length) own.set(name, parts(tensor, axis, match))
    else if (known!.length === classes!.length) {
      // Of the same shape, and yet of other things.
      own.delete(name)
      otherClasses.push(name)
    }
  }
  return { tensors: own, otherClasses }
}

/** For each of the network's classes its place in the file; 'none' where nothing is to be done, 'others' where the file lacks some. */
function matchOf(
  known: readonly string[] | undefined,
  classes: readonly string[] | undefined,
): Int32Array | 'none' | 'others' {
  if (known === undefined || classes === undefined) return 'none'
  let match: ClassMatch
  try {
    match = matchClasses({ of: 'the file', names: known }, { of: 'the network', names: classes })
  } catch (error) {
    if (error instanceof ClassesError) return 'others'
    throw error
  }
  return match.labels ?? 'none'
}

/** Some places of an axis, in an order. */
function parts({ shape, dtype, data }: StoredTensor, axis: number, places: Int32Array): StoredTensor {
  const inner = sizeOf(shape.slice(axis + 1))
  const outer = sizeOf(shape.slice(0, axis))
  const chosen = data.slice(0, outer * places.length * inner)
  for (let o = 0; o < outer; o++)
    for (const [i, place] of places.entries()) {
      const start = (o * shape[axis] + place) * inner
      chosen.set(data.subarray(start, start + inner) as never, (o * places.length + i) * inner)
    }
  return { shape: shape.with(axis, places.length), dtype, data: chosen } as StoredTensor
}
