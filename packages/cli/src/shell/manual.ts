/** The manual page, made of the commands themselves: `gentle.1` in the macros of man(7). */
import type { Command, Option } from 'commander'
import { version } from '../version.ts'

/** Text as roff reads it: backslashes, hyphens and what would be a request at the beginning of a line. */
const escaped = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1')

const quoted = (text: string): string => `"${escaped(text).replaceAll('"', '\\(dq')}"`

/** A term and what it means. */
const entry = (term: string, meaning: string): string[] => ['.TP', `.B ${quoted(term)}`, escaped(meaning)]

/** The options under the headings of the help, in its order. */
function optionGroups(command: Command): [heading: string, options: Option[]][] {
  const help = command.createHelp()
  return [...help.groupItems([...command.options], help.visibleOptions(command), optionHeading)]
}

const optionHeading = ({ helpGroupHeading = 'Options:' }: Option): string => helpGroupHeading

function section(command: Command, before: string): string[] {
  const path = `${before} ${command.name()}`
  const help = command.createHelp()
  const commands = help.visibleCommands(command).filter((each) => each.name() !== 'help')
  return [
    `.SS ${quoted(`${path} ${command.usage()}`)}`,
    escaped(command.description()),
    ...help.visibleArguments(command).flatMap((each) => entry(each.name(), each.description)),
    ...optionGroups(command).flatMap(([heading, options]) => [
      ...(heading === 'Options:' ? [] : ['.PP', escaped(heading)]),
      ...options.flatMap((each) => entry(each.flags, help.optionDescription(each))),
    ]),
    ...commands.flatMap((each) => section(each, path)),
  ]
}

/** The page's source. */
export function manualPage(program: Command): string {
  const help = program.createHelp()
  const commands = help.visibleCommands(program).filter((each) => each.name() !== 'help')
  return [
    `.TH GENTLE 1 "" ${quoted(`gentle ${version}`)} "User Commands"`,
    '.ad l',
    '.SH NAME',
    `gentle \\- ${escaped(program.description().replace(/\.$/, ''))}`,
    '.SH SYNOPSIS',
    '.B gentle',
    '.I command',
    '[options]',
    '.SH OPTIONS',
    ...help.visibleOptions(program).flatMap((each) => entry(each.flags, help.optionDescription(each))),
    '.SH COMMANDS',
    ...commands.flatMap((each) => section(each, 'gentle')),
    '.SH EXIT STATUS',
    ...entry('0', 'success'),
    ...entry('1', 'failure, such as a training that diverged or too little memory'),
    ...entry('2', 'wrong usage or unreadable input, explained in one line'),
    ...entry('130', 'interrupted'),
    '',
  ].join('\n')
}
