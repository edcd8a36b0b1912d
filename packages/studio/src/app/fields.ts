/** What the state of a page is made of: values that an address can hold. */
import { GentleError } from 'gentle-dl'

/** An address, or a value in it, that is not understood. */
export class AddressError extends GentleError {}

/** One value of a page's state, as text and back. */
export interface Field<Value> {
  readonly initial: Value
  /** @throws AddressError for what is not a value of this field. */
  parse(text: string): Value
  format(value: Value): string
}

const expected = (what: string, text: string): AddressError =>
  new AddressError(`'${text.length > 40 ? `${text.slice(0, 40)}...` : text}' is not ${what}`)

/** A number from `min` to `max`; whole ones alone where `step` is 1. */
export function numberField(
  initial: number,
  { min, max, whole = false }: { readonly min: number; readonly max: number; readonly whole?: boolean },
): Field<number> {
  return {
    initial,
    parse(text) {
      const value = Number(text)
      if (text.trim() === '' || !(value >= min && value <= max) || (whole && !Number.isInteger(value)))
        throw expected(`a ${whole ? 'whole ' : ''}number from ${min} to ${max}`, text)
      return value
    },
    format: (value) => String(Number(value.toPrecision(6))),
  }
}

/** A whole number from `min` to `max`. */
export const integerField = (initial: number, { min, max }: { readonly min: number; readonly max: number }) =>
  numberField(initial, { min, max, whole: true })

/** One of some names. */
export const choiceField = <Name extends string>(initial: Name, names: readonly Name[]): Field<Name> => ({
  initial,
  parse(text) {
    const found = names.find((name) => name === text)
    if (found === undefined) throw expected(`one of ${names.join(', ')}`, text)
    return found
  },
  format: (value) => value,
})

/** Yes or no. */
export const flagField = (initial: boolean): Field<boolean> => ({
  initial,
  parse(text) {
    if (text !== 'yes' && text !== 'no') throw expected('yes or no', text)
    return text === 'yes'
  },
  format: (value) => (value ? 'yes' : 'no'),
})

/** A list of lists of as many numbers each, written `1,2,0;3,4,1`. */
export function rowsField(
  initial: readonly (readonly number[])[],
  {
    columns,
    min,
    max,
    maxRows,
  }: { readonly columns: number; readonly min: number; readonly max: number; readonly maxRows: number },
): Field<readonly (readonly number[])[]> {
  return {
    initial,
    parse(text) {
      if (text === '') return []
      const rows = text.split(';')
      if (rows.length > maxRows) throw expected(`a list of at most ${maxRows} rows`, text)
      return rows.map((row) => {
        const numbers = row.split(',').map((cell) => (cell.trim() === '' ? Number.NaN : Number(cell)))
        if (numbers.length !== columns || !numbers.every((value) => value >= min && value <= max))
          throw expected(`${columns} numbers from ${min} to ${max}`, row)
        return numbers
      })
    },
    format: (rows) => rows.map((row) => row.map((value) => String(Number(value.toFixed(3)))).join(',')).join(';'),
  }
}
