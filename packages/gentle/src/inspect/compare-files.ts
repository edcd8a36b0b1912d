/** How two files of weights or models differ: `gentle diff`. */
import { WeightsError } from '../core/errors.ts'
import { type Shape, sameShape } from '../core/shape.ts'
import type { StoredTensor } from '../formats/safetensors.ts'
import { renamedAs } from '../train/weight-names.ts'
import { type FilePlace, nameOf } from '../train/weights-file.ts'
import type { FileContent, FileTensor, InspectOptions } from './file-content.ts'
import { inspectFile } from './inspect-file.ts'
import { type TensorValues, tensorValues } from './tensor-values.ts'

/** Two tensors of one name and shape whose values differ. */
export interface TensorDifference {
  readonly name: string
  readonly shape: Shape
  /** The largest and the mean absolute difference, of the places where both are finite. */
  readonly largest: number
  readonly mean: number
  /** The largest difference by the largest absolute value in the first file; Infinity where that has zeros alone. */
  readonly relative: number
  /** Places where one is NaN or infinite and the other is not, or is otherwise. */
  readonly notFinite: number
}

export interface OperatorDifference {
  readonly name: string
  /** How often the first and the second file have it. */
  readonly counts: readonly [number, number]
}

export interface FileComparison {
  readonly files: readonly [FileContent, FileContent]
  /** How the second file's names were changed to those of the first, such as `without "module."`. */
  readonly changes: readonly string[]
  readonly onlyFirst: readonly FileTensor[]
  readonly onlySecond: readonly FileTensor[]
  /** Of other shapes, and therefore not compared. */
  readonly shapeMismatch: readonly (readonly [FileTensor, FileTensor])[]
  /** Of other types of elements; compared as float32. */
  readonly typeMismatch: readonly (readonly [FileTensor, FileTensor])[]
  /** The largest relative difference first. */
  readonly different: readonly TensorDifference[]
  /** Number of tensors with the same values. */
  readonly equal: number
  readonly operators: readonly OperatorDifference[]
}

/** A file that was read: what is in it, and the values of its tensors. */
export interface ReadFile {
  readonly name: string
  readonly content: FileContent
  readonly values: TensorValues
}

/**
 * Compares two files that `inspectFile` can list, of one format or of two: what only one of them has, what has other shapes or types, and by
 * how much values differ. Names are matched as they are, or without what stands before all of them in one file.
 * @param first a path in Node, else an address; or a file's name and bytes; `second` alike
 * @throws as `inspectFile`; FormatError for values that are not read
 */
export async function compareFiles(
  first: FilePlace,
  second: FilePlace,
  options: InspectOptions = {},
): Promise<FileComparison> {
  const read = async (place: FilePlace): Promise<ReadFile> => ({
    name: nameOf(place),
    content: await inspectFile(place, options),
    values: await tensorValues(place, options),
  })
  return compareReadFiles(await read(first), await read(second))
}

/** As `compareFiles`, of files whose content and values are known: from `inspectFile` and `tensorValues`. */
export function compareReadFiles(
  { content: a, values }: ReadFile,
  { name: second, content: b, values: others }: ReadFile,
): FileComparison {
  const listed = new Map(a.tensors.map((tensor) => [tensor.name, tensor]))
  const own = new Map(b.tensors.map((tensor) => [tensor.name, { ...tensor, stored: tensor.name }]))
  const { tensors: other, changes } = matched(listed, own, second)
  const pairs = [...listed].flatMap(([name, tensor]) => (other.has(name) ? [[tensor, other.get(name)!] as const] : []))
  const compared = pairs.filter(([one, two]) => sameShape(one.shape, two.shape))
  const differences = compared.map(([one, two]) => differenceOf(one, values.get(one.name)!, others.get(two.stored)!))
  const different = differences.filter(({ largest, notFinite }) => largest > 0 || notFinite > 0)
  return {
    files: [a, b],
    changes,
    onlyFirst: [...listed.values()].filter(({ name }) => !other.has(name)),
    onlySecond: [...other].flatMap(([name, { type, shape }]) => (listed.has(name) ? [] : [{ name, type, shape }])),
    shapeMismatch: pairs.filter(([one, two]) => !sameShape(one.shape, two.shape)).map(plain),
    typeMismatch: compared.filter(([one, two]) => one.type !== two.type).map(plain),
    different: different.sort((x, y) => y.relative - x.relative || y.notFinite - x.notFinite),
    equal: differences.length - different.length,
    operators: operatorDifferences(a, b),
  }
}

type Listed = FileTensor & { readonly stored: string }

const plain = ([one, { name, type, shape }]: readonly [FileTensor, Listed]): [FileTensor, FileTensor] => [
  one,
  { name, type, shape },
]

function matched(listed: ReadonlyMap<string, FileTensor>, own: ReadonlyMap<string, Listed>, place: string) {
  try {
    return renamedAs(listed, own, place)
  } catch (error) {
    // Two sets of weights in one file: names are compared as they are.
    if (error instanceof WeightsError) return { tensors: own, changes: [] }
    throw error
  }
}

function differenceOf(
  { name, shape }: FileTensor,
  { data: a }: StoredTensor,
  { data: b }: StoredTensor,
): TensorDifference {
  let [largest, sum, finite, scale, notFinite] = [0, 0, 0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [one, two] = [a[i], b[i]]
    if (Number.isFinite(one) && Number.isFinite(two)) {
      const distance = Math.abs(one - two)
      if (distance > largest) largest = distance
      sum += distance
      finite++
    } else if (!Object.is(one, two)) notFinite++
    if (Math.abs(one) > scale) scale = Math.abs(one)
  }
  return {
    name,
    shape,
    largest,
    mean: finite === 0 ? 0 : sum / finite,
    relative: largest === 0 ? 0 : largest / scale,
    notFinite,
  }
}

function operatorDifferences(a: FileContent, b: FileContent): OperatorDifference[] {
  if (a.operators === undefined || b.operators === undefined) return []
  const counts = (content: FileContent) => new Map(content.operators!.map(({ name, count }) => [name, count]))
  const [one, two] = [counts(a), counts(b)]
  return [...new Set([...one.keys(), ...two.keys()])].flatMap((name) => {
    const pair = [one.get(name) ?? 0, two.get(name) ?? 0] as const
    return pair[0] === pair[1] ? [] : [{ name, counts: pair }]
  })
}
