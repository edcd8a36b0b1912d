/** Inputs and outputs of a network by their names, as users give them. */
import { ArgumentError } from '../core/errors.ts'
import { nearestName } from '../core/nearest-name.ts'
import { printable } from './failure.ts'

const listed = (names: readonly string[]): string => names.map(printable).join(', ') || 'none'

/**
 * What is given for each input, in their order.
 * @param expected says what an input takes, for messages
 * @throws ArgumentError for names that are missing or unknown.
 */
export function inOrderOf<Port extends { readonly name: string }, Given>(
  inputs: readonly Port[],
  given: Readonly<Record<string, Given>>,
  expected: (port: Port) => string,
  file: string,
): [Port, Given][] {
  const names = inputs.map(({ name }) => name)
  for (const name of Object.keys(given).filter((each) => !names.includes(each))) {
    const nearest = nearestName(name, names)
    throw new ArgumentError(
      `${file}: there is no input '${printable(name)}'; expected ${listed(names)}${nearest === undefined ? '' : `, nearest ${printable(nearest)}`}`,
    )
  }
  return inputs.map((port) => {
    if (!Object.hasOwn(given, port.name) || given[port.name] === undefined)
      throw new ArgumentError(`${file}: input '${printable(port.name)}' is missing; expected ${expected(port)}`)
    return [port, given[port.name]]
  })
}

/** The place of an output among all; the first unless one is named. @throws ArgumentError for a name that none has. */
export function placeOfOutput(outputs: readonly string[], output: string | undefined, file: string): number {
  const place = output === undefined ? 0 : outputs.indexOf(output)
  if (place >= 0 && place < outputs.length) return place
  throw new ArgumentError(`${file}: it has no output '${printable(output ?? '')}'; expected ${listed(outputs)}`)
}
