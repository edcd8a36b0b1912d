/** Which columns of a table a model takes. */
import { FormatError } from '../../core/errors.ts'
import { printable } from '../../formats/failure.ts'

/** Where each input stands. @throws FormatError where one does not, or stands twice. */
export function inputColumns(
  header: readonly string[] | undefined,
  count: number,
  { features, names, name }: { readonly features: number; readonly names?: readonly string[]; readonly name: string },
): readonly number[] {
  if (header !== undefined && names !== undefined) {
    const missing = names.filter((each) => !header.includes(each))
    if (missing.length > 0)
      throw new FormatError(
        `${name} has no column ${list(missing)}; the model takes ${list(names)}, and the table has ${list(header)}`,
      )
    const twice = names.find((each) => header.indexOf(each) !== header.lastIndexOf(each))
    if (twice !== undefined)
      throw new FormatError(`${name} has several columns that are called ${list([twice])}; expected one`)
    return names.map((each) => header.indexOf(each))
  }
  if (count !== features)
    throw new FormatError(
      `${name} has ${count} ${count === 1 ? 'column' : 'columns'}${header === undefined ? ' and no header' : ''}, but the model takes ${features} ${features === 1 ? 'input' : 'inputs'}${names === undefined ? '' : `: ${list(names)}`}; ${names === undefined ? 'expected a column for each' : 'expected a header with these names, or a column for each in this order'}`,
    )
  return Array.from({ length: count }, (_, column) => column)
}

/** At most so many names are listed. */
const listed = 12

const list = (names: readonly string[]): string =>
  `${names
    .slice(0, listed)
    .map((each) => `'${printable(each)}'`)
    .join(', ')}${names.length > listed ? ', ...' : ''}`
