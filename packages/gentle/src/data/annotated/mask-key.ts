/** Which class the pixels of mask files stand for. */
import { DataError } from '../../core/errors.ts'
import { ignoredPixel } from './annotated-set.ts'
import { type ClassList, checkMaskClasses } from './class-names.ts'

export interface MaskKey {
  readonly classes: readonly string[]
  /** The class of a palette's index or a shade of grey; `ignoredPixel` for pixels to ignore. */
  readonly values: ReadonlyMap<number, number>
  /** The class of a colour (`colourCode`); without it files of colours cannot be read. */
  readonly colours?: ReadonlyMap<number, number>
}

/** What is in the mask files of a set. */
export interface SeenInMasks {
  /** Indices of palettes, and shades of grey. */
  readonly values: ReadonlySet<number>
  /** In files with pixels that are not grey, all their colours. */
  readonly colours: ReadonlySet<number>
  /** Whether all values are indices of palettes. */
  readonly palette: boolean
}

/** A colour as one number. */
export const colourCode = (red: number, green: number, blue: number): number => (red << 16) | (green << 8) | blue

export const greyCode = (shade: number): number => colourCode(shade, shade, shade)

const ascending = (values: Iterable<number>): number[] => [...values].sort((a, b) => a - b)

/** The classes of values in order, with what is ignored, unless it is a class itself. */
const inOrder = (values: readonly number[]): Map<number, number> =>
  new Map([[ignoredPixel, ignoredPixel], ...values.map((value, label): [number, number] => [value, label])])

/** The classes of values 0 to count - 1. */
const indices = (count: number): Map<number, number> => inOrder(Array.from({ length: count }, (_, i) => i))

/** Whether values are what indices of classes are: whole numbers in a row from 0 or 1. */
const areIndices = (values: readonly number[]): boolean =>
  values.length > 0 && values[0] <= 1 && values.at(-1)! - values[0] === values.length - 1

/** Whether values, in order, are as people choose shades that can be told apart by eye: from black to white in equal steps. */
const areShades = (values: readonly number[]): boolean =>
  values.length > 1 && values.every((value, i) => Math.abs(value - (255 * i) / (values.length - 1)) <= 1)

/** More shades or colours than this are those of soft edges, unless a list of classes says otherwise; indices in a row may be more. */
const maxUnlisted = 64
const maxIndices = 200

const advice = (example: string): string => `expected classes.txt, which says what each is, such as '${example}'`

/** A key, and what is to be said of it where the values could have been meant otherwise. */
interface Understood {
  readonly key: MaskKey
  readonly remark?: string
}

/**
 * The key of a set whose classes are listed: by the numbers in the list, else the values are indices. Values that are none, as many as there are names, are
 * the classes in order.
 * @throws DataError for more classes than masks can tell apart, and numbers that no byte has.
 */
export function keyOfList(list: ClassList, seen?: SeenInMasks): Understood {
  const { file, names, numbers } = list
  checkMaskClasses(names, file)
  const large = numbers?.find((number) => number > 255)
  if (large !== undefined) throw new DataError(`${file} has the number ${large}; expected 0 to 255, as masks have them`)
  const key = { classes: names, ...coloursOf(list) }
  if (numbers !== undefined) return { key: { ...key, values: inOrder(numbers) } }
  const all = ascending(seen?.values ?? [])
  const [highest] = all.filter((value) => value !== ignoredPixel).slice(-1)
  const tooHigh = highest >= names.length || (highest === 0 && all.length === 2)
  const taken = [all, all.filter((value) => value !== ignoredPixel)].find((each) => each.length === names.length)
  if (!tooHigh || taken === undefined) return { key: { ...key, values: indices(names.length) } }
  const meanings = taken.map((value, i) => `${value} is ${names[i]}`).join(', ')
  return {
    key: { ...key, values: inOrder(taken) },
    remark: `its masks have ${taken.length} values that are not indices of ${file}; they are assigned in order: ${meanings}`,
  }
}

/** The colours of a list, if no two are the same. */
function coloursOf({ colours }: ClassList): Pick<MaskKey, 'colours'> {
  const codes = colours?.map((colour) => colourCode(...colour)) ?? []
  return codes.length > 0 && new Set(codes).size === codes.length
    ? { colours: new Map(codes.map((code, label) => [code, label])) }
    : {}
}

/**
 * The key of a set whose classes nobody lists. Indices in a row are classes as they stand, and 255 is ignored. Shades in equal steps from black to white are classes in order, 255 one of them, and so are
 * other values without 255, and colours. Each is called by its value, so that classes of one name are the same in two sets.
 * @param what how messages call the set
 * @throws DataError for shades with 255 among them that may be a class or mark ignored pixels, and so many values that they are edges.
 */
export function keyOfValues(what: string, seen: SeenInMasks): Understood {
  const all = ascending(seen.values)
  if (seen.colours.size > 0) return keyOfColours(what, new Set([...seen.colours, ...all.map(greyCode)]))
  const others = all.filter((value) => value !== ignoredPixel)
  if (others.length === 0 && all.length > 0)
    throw new DataError(`${what}: its masks have only the value 255, which is ignored; ${advice('255 cat')}`)
  // Of masks that are all broken there are none; that is told of each.
  const [example = 0] = others.slice(-1)
  const nameOf = (value: number): string => (value === 0 ? 'background' : `class ${value}`)
  if (!seen.palette && all.length > (areIndices(others) ? maxIndices : maxUnlisted))
    throw new DataError(
      `${what}: its masks have ${all.length} values, like smoothed edges; expected one value per class, so save them without smoothing, or list all values in classes.txt, such as '${example} cat'`,
    )
  const onlyInside = others.join() === '0' && all.length === 2
  if (all.length === 0 || (areIndices(others) && !onlyInside)) {
    const classes = Array.from({ length: example + 1 }, (_, i) => nameOf(i))
    return { key: { classes, values: indices(classes.length) } }
  }
  const shades = areShades(all)
  if (others.length < all.length && !shades && !seen.palette)
    throw new DataError(
      `${what}: its masks have the values ${all.join(', ')}, and 255 may be a class or mark pixels to ignore; ${advice(`${example} cat`)}`,
    )
  const taken = shades ? all : others
  const classes = taken.map(nameOf)
  return {
    key: { classes, values: inOrder(taken) },
    remark: `its masks have the values ${all.join(', ')}, which are not consecutive indices; they are read as ${taken.length} classes in order, ${classes.join(', ')}${taken === others && others.length < all.length ? ', and 255 is ignored' : ''}; classes.txt can name them, one per line, such as '${taken.at(-1)} cat'`,
  }
}

function keyOfColours(what: string, seen: ReadonlySet<number>): Understood {
  if (seen.size > maxUnlisted)
    throw new DataError(
      `${what}: its masks have ${seen.size} colours, like pictures or smoothed edges; expected one colour per class, so save them without smoothing, or list all colours in classes.txt, such as 'cat:128,0,0::'`,
    )
  const taken = ascending(seen)
  const nameOf = (code: number): string => (code === 0 ? 'background' : `#${code.toString(16).padStart(6, '0')}`)
  const classes = taken.map(nameOf)
  const colours = new Map(taken.map((code, label) => [code, label]))
  const values = new Map(
    Array.from({ length: 256 }, (_, shade) => shade).flatMap((shade) => {
      const label = colours.get(greyCode(shade))
      return label === undefined ? [] : [[shade, label] as const]
    }),
  )
  return {
    key: { classes, values, colours },
    remark: `its masks have colours; they are read as ${taken.length} classes in order, ${classes.join(', ')}; classes.txt can name them, one per line, such as 'cat:128,0,0::'`,
  }
}
