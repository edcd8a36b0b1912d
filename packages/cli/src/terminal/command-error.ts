/** What commander finds wrong with a command line, as we say it. */
import type { Argument, Command, CommanderError, Option } from 'commander'
import { nearestName } from 'gentle-dl'
import { commandLine } from './invocation.ts'
import { meantBy } from './meant-options.ts'

/** The command that words name: `data describe` of `gentle data describe DIR`. */
export function commandOf(program: Command, [word, ...rest]: readonly string[]): Command {
  const found = program.commands.find((command) => command.name() === word)
  return found === undefined ? program : commandOf(found, rest)
}

/** The words that name a command. */
const namesOf = (command: Command): readonly string[] =>
  command.parent === null ? [] : [...namesOf(command.parent), command.name()]

const described = ({ description }: Option | Argument): string => (description ? `: ${description}` : '')

/** What is wrong, in a line. */
export function commandErrorText(error: CommanderError, program: Command, words: readonly string[]): string {
  const command = commandOf(program, words)
  const message = error.message.replace(/^error: /, '')
  const [, quoted = ''] = /'([^']*)'/.exec(message) ?? []
  const option = command.options.find(({ flags }) => flags === quoted)
  const argument = command.registeredArguments.find((each) => each.name() === quoted)
  const names = namesOf(command)
  const called = names.join(' ')
  const help = `; ${commandLine(...names, '--help')} tells all`
  switch (error.code) {
    case 'commander.unknownCommand': {
      const choices = command.commands.map((each) => each.name())
      const nearest = nearestName(quoted, choices, Math.max(1, quoted.length / 2))
      return `unknown ${called} '${quoted}'${nearest === undefined ? '' : `; did you mean ${nearest}?`} (choose from ${choices.join(', ')})`
    }
    case 'commander.unknownOption': {
      const known = command.options.flatMap(({ long }) => (long ? [long.replace(/^--(no-)?/, '')] : []))
      const taken = command.registeredArguments.map((each) => each.name())
      // What stands behind -- has options of its own.
      const expected = command.usage().includes(' -- ') ? `; expected gentle ${called} ${command.usage()}` : help
      return `unknown option '${quoted}'${meantBy(quoted, known, taken) || expected}`
    }
    case 'commander.missingArgument':
      return `${called} needs <${quoted}>${argument === undefined ? help : described(argument)}`
    case 'commander.missingMandatoryOptionValue':
      return `${called} needs ${quoted}${option === undefined ? help : described(option)}`
    case 'commander.optionMissingArgument':
      return `${quoted} needs a value${option === undefined ? help : described(option)}`
    case 'commander.excessArguments': {
      const [, given = ''] = /but got \d+: (.*)\.$/.exec(message) ?? []
      const places = command.registeredArguments
      const extra = given.split(', ').slice(places.length)
      const takes = places.length === 0 ? 'no arguments' : places.map((each) => `<${each.name()}>`).join(' and ')
      return `${called} takes ${takes}; '${extra.join(' ')}' is one too many${help}`
    }
    case 'commander.invalidArgument': {
      const [, value, expected = ''] = /argument '(.*)' is invalid\. (.*?)\.?$/s.exec(message) ?? []
      if (value === undefined) return message
      return `${option?.long ?? quoted} is '${value}'; ${expected}`
    }
    default:
      return message.replace(/\n+\(?/g, '; ').replace(/\)$/, '')
  }
}
