import { DataError } from '../core/errors.ts'

/** The parts of a set as files lie in folders; validation or test may be missing. */
export interface GivenParts<Part> {
  readonly train: Part
  readonly validation?: Part
  readonly test?: Part
}

/** The parts that are given, those in order. */
export const partsGiven = <Part>({ train, validation, test }: GivenParts<Part>): Part[] =>
  [train, validation, test].filter((part) => part !== undefined)

/** What is made of each part that is given, one after the other. */
export async function mapParts<From, To>(
  { train, validation, test }: GivenParts<From>,
  make: (part: From) => To | Promise<To>,
): Promise<GivenParts<To>> {
  return {
    train: await make(train),
    ...(validation === undefined ? {} : { validation: await make(validation) }),
    ...(test === undefined ? {} : { test: await make(test) }),
  }
}

/** As `mapParts`, of the elements of all parts at once. @param make one for each element, in order */
export async function mapAll<From, To>(
  parts: GivenParts<readonly From[]>,
  make: (all: readonly From[]) => Promise<readonly To[]>,
): Promise<GivenParts<readonly To[]>> {
  const made = await make(partsGiven(parts).flat())
  let end = 0
  return mapParts(parts, ({ length }) => {
    end += length
    return made.slice(end - length, end)
  })
}

/**
 * All three parts of a set: what is missing is split off from the training part, a sixth for the test and then a twelfth for validation unless given; of
 * images 50 where those are more, but no more than a sixth.
 * @param what how messages call the set
 * @param splitOff indices of the rest and of this many examples that are split off
 * @param called how messages call the examples
 * @throws DataError where there are too few.
 */
export function threeParts<Example>(
  what: string,
  given: GivenParts<readonly Example[]>,
  counts: { readonly validation?: number; readonly test?: number },
  splitOff: (examples: readonly Example[], count: number) => readonly [rest: Uint32Array, part: Uint32Array],
  called: 'images' | 'recordings' = 'images',
): Required<GivenParts<readonly Example[]>> {
  const all = given.train
  if (all.length < 3 && (given.test === undefined || given.validation === undefined))
    throw new DataError(`${what}: ${all.length} ${called} are too few to split; expected at least 3`)
  const share = (examples: readonly Example[], parts: number): number =>
    Math.max(1, Math.round(examples.length / parts))
  const divided = (examples: readonly Example[], count: number) =>
    splitOff(examples, count).map((indices) => Array.from(indices, (i) => examples[i]))
  const [rest, test] = given.test ? [all, given.test] : divided(all, counts.test ?? share(all, 6))
  // A handful of pictures would choose the best epoch by luck.
  const enough = called === 'images' ? Math.min(50, share(rest, 6)) : 0
  const [train, validation] = given.validation
    ? [rest, given.validation]
    : divided(rest, counts.validation ?? Math.max(share(rest, 12), enough))
  return { train, validation, test }
}
