/** Which class of the data is which of a model: by their names. All that brings a model and data together asks here. */
import { ClassesError } from './errors.ts'
import { nearestName } from './nearest-name.ts'
import { printable } from './printable.ts'

/** The classes of a model, or of data. */
export interface Classes {
  /** What they are of, for messages, such as 'the model'. */
  readonly of: string
  /** In the order of their labels. */
  readonly names?: readonly string[]
  /** How many there are, where they have no names; undefined where that is not known. */
  readonly count?: number
}

export interface ClassMatch {
  /** Whether classes were told apart by names, or, where one side has none, by their places alone. */
  readonly by: 'names' | 'places'
  /** For each label of the data, that of the model; undefined where all classes are the same. */
  readonly labels?: Int32Array
  /** What the model's classes are called, by whichever side has names for them. */
  readonly names?: readonly string[]
}

/**
 * Finds each class of the data among a model's; the data may lack some of them. Names are the same where they are equal but for spaces around them and
 * the way in which an accent is encoded (Unicode's NFC): 'a' and 'A' may be two classes. Labels in the place of names, 0, 1, 2, ..., are
 * none where the other side has names; then, and where there are none at all, there have to be as many classes on both sides.
 * @throws ClassesError for a class of the data that the model lacks, listing what only one side has; for a name that stands for two classes; and for
 * other numbers of classes where there are no names.
 */
export function matchClasses(model: Classes, data: Classes): ClassMatch {
  const [known, given] = [model.names?.map(plain), data.names?.map(plain)]
  if (known !== undefined && given !== undefined) {
    if (sameNames(known, given)) return { by: 'names', names: model.names }
    const labels = Int32Array.from(given, (name) => known.indexOf(name))
    if (labels.every((label) => label >= 0)) {
      checkOnce(known, given, model, data)
      return { by: 'names', labels, names: model.names }
    }
    if (!areNumbers(known) && !areNumbers(given)) throw otherClasses(model, data)
  }
  const [taken, there] = [model.count ?? known?.length, data.count ?? given?.length]
  if (taken !== undefined && there !== undefined && taken !== there)
    throw new ClassesError(
      `${data.of} has ${there} classes${listed(data)}, but ${model.of} has ${taken}${listed(model)}, and ${nameless(known, given)}, so they could only be matched by order; name the classes, or give the same number`,
    )
  return { by: 'places', names: known === undefined || areNumbers(known) ? (data.names ?? model.names) : model.names }
}

/** What differs between two lists of classes, in a line; undefined where they are the same in the same order. */
export function differenceOfClasses(model: Classes, data: Classes): string | undefined {
  const [known, given] = [(model.names ?? []).map(plain), (data.names ?? []).map(plain)]
  if (sameNames(known, given)) return undefined
  const same = known.length === given.length && given.every((name) => known.includes(name))
  return same ? `${data.of} has the classes of ${model.of} in another order` : otherClasses(model, data).message
}

const plain = (name: string): string => name.normalize('NFC').trim()

const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, i) => name === b[i])

/** Whether names are labels themselves, as those of sets that have no names: 0, 1, 2, or, of masks, background, class 1, class 2. */
const areNumbers = (names: readonly string[]): boolean =>
  names.every((name, i) => name === String(i) || name === (i === 0 ? 'background' : `class ${i}`))

/** @throws ClassesError for a name of the data that stands for two classes of either side. */
function checkOnce(known: readonly string[], given: readonly string[], model: Classes, data: Classes): void {
  for (const [names, { of }] of [
    [known, model],
    [given, data],
  ] as const) {
    const twice = given.find((name) => names.indexOf(name) !== names.lastIndexOf(name))
    if (twice !== undefined)
      throw new ClassesError(`${of} has two classes of the name '${printable(twice)}'; expected each once`, [twice])
  }
}

/** Names that are listed before the rest is only counted. */
const maxListed = 5

function shown(names: readonly string[]): string {
  const rest = names.length - maxListed
  return names.slice(0, maxListed).map(printable).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

const listed = ({ names }: Classes): string => (names === undefined ? '' : ` (${shown(names)})`)

const nameless = (known: readonly string[] | undefined, given: readonly string[] | undefined): string =>
  known === undefined || areNumbers(known)
    ? given === undefined || areNumbers(given)
      ? 'neither has class names'
      : 'the latter has no class names'
    : 'the former has no class names'

/** The error for classes that are others by name. */
function otherClasses(model: Classes, data: Classes): ClassesError {
  const [known, given] = [(model.names ?? []).map(plain), (data.names ?? []).map(plain)]
  const unknown = given.filter((name) => !known.includes(name))
  const missing = known.filter((name) => !given.includes(name))
  const differences = [
    ...(unknown.length === 0
      ? []
      : [`only the former has ${shown(unknown.map((name) => name + near(name, missing)))}`]),
    ...(missing.length === 0 ? [] : [`only the latter has ${shown(missing)}`]),
  ]
  return new ClassesError(
    `${data.of} and ${model.of} have different classes: ${differences.join('; ')}; classes are matched by name, letter by letter`,
    unknown,
    missing,
  )
}

const folded = (name: string): string => name.toLowerCase().replace(/[\s_-]+/g, '')

/** The name that may be meant, in brackets. */
function near(name: string, choices: readonly string[]): string {
  const alike = choices.find((choice) => folded(choice) === folded(name))
  if (alike !== undefined) return ` (is it ${alike}, apart from case and spaces?)`
  const nearest = nearestName(name, choices, Math.floor(name.length / 3))
  return nearest === undefined ? '' : ` (is it ${nearest}?)`
}
