/** What can stand at each place of a command line, read from the commands themselves. */
import type { Argument, Command, Option } from 'commander'

/** What completes a word: names, and whether files and folders, too. */
export interface Candidates {
  readonly names: readonly string[]
  readonly files: boolean
}

export interface OptionCandidates {
  /** As they are typed, such as `--data`. */
  readonly flags: readonly string[]
  readonly description: string
  /** What its value can be; undefined for an option without a value. */
  readonly value?: Candidates
}

export interface CommandCandidates {
  /** The words that lead to it, such as `gentle data describe`. */
  readonly path: string
  readonly description: string
  readonly subcommands: readonly { readonly name: string; readonly description: string }[]
  readonly options: readonly OptionCandidates[]
  readonly argument: Candidates
}

/** Names that values are chosen from: by what an option is called, or by the path of a command for its arguments. */
export interface Names {
  readonly options: Readonly<Record<string, readonly string[]>>
  readonly arguments: Readonly<Record<string, readonly string[]>>
}

/** Values that are numbers or names of the user's own are not files. */
const notFiles =
  /^<(n|rate|share|size|factor|limit|steps|alpha|beta|name=n|HxWxC|RxC|SxT|X,Y|rows|list|column|how|what|part)>$/

/** Of `images:DIR` and its like, whose end is the user's own, what can be typed already: `images:`. */
const typed = (names: readonly string[]): string[] => [...new Set(names.map((name) => name.replace(/:[A-Z].*$/, ':')))]

const optionCandidates = (option: Option, path: string, { options }: Names): OptionCandidates => {
  const flags = [option.short, option.long].filter((flag) => flag !== undefined)
  const { description } = option
  if (!option.required && !option.optional) return { flags, description }
  const names = typed(options[`${path} ${option.long}`] ?? options[option.long ?? ''] ?? [])
  const placeholder = option.flags.replace(/^.*?(?=<)/, '').replace('...>', '>')
  // Data, policies and weights may be names or files.
  const either = names.length > 0 && ['--data', '--augment', '--policy', '--pretrained'].includes(option.long ?? '')
  return { flags, description, value: { names, files: either || (names.length === 0 && !notFiles.test(placeholder)) } }
}

const argumentCandidates = (arguments_: readonly Argument[], path: string, names: Names): Candidates => {
  return { names: typed(names.arguments[path] ?? []), files: arguments_.length > 0 }
}

/** All commands below one, itself first; `help` and hidden ones are left out. */
export function candidatesOf(command: Command, names: Names, before = ''): CommandCandidates[] {
  const path = `${before} ${command.name()}`.trim()
  const help = command.createHelp()
  const visible = help.visibleCommands(command).filter((each) => each.name() !== 'help')
  return [
    {
      path,
      description: command.description(),
      subcommands: visible.map((each) => ({ name: each.name(), description: each.description() })),
      // Hidden are those of another command, which its help has.
      options: [...help.visibleOptions(command), ...command.options.filter(({ hidden }) => hidden)].map((option) =>
        optionCandidates(option, path, names),
      ),
      argument: argumentCandidates(command.registeredArguments, path, names),
    },
    ...visible.flatMap((each) => candidatesOf(each, names, path)),
  ]
}
