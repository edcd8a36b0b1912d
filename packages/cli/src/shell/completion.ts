/** Scripts by which bash, zsh and fish complete a command line, made of the commands themselves. */
import { UsageError } from '../terminal/usage.ts'
import type { Candidates, CommandCandidates } from './candidates.ts'

/** A text as one word of a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** Fish reads backslashes in single quotes. */
const quotedForFish = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

/** Shell code, the same in bash and zsh, that sets `names` and `files` from `at`, the command's path, and `previous`, the word before. */
function choices(commands: readonly CommandCandidates[]): string {
  const found = ({ names, files }: Candidates) => `names=${quoted(names.join(' '))} files=${files ? 'yes' : ''}`
  const ofValues = commands.flatMap(({ path, options }) =>
    options.flatMap(({ flags, value }) =>
      value === undefined ? [] : [`    ${flags.map((flag) => quoted(`${path} ${flag}`)).join('|')}) ${found(value)};;`],
    ),
  )
  const ofWords = commands.map(({ path, subcommands, options, argument }) => {
    const flags = options.flatMap((option) => option.flags)
    const names = [...subcommands.map(({ name }) => name), ...argument.names]
    return `      ${quoted(path)}) case $word in -*) names=${quoted(flags.join(' '))};; *) ${found({ names, files: argument.files })};; esac;;`
  })
  return `  case "$at $previous" in
${ofValues.join('\n')}
    *) case $at in
${ofWords.join('\n')}
    esac;;
  esac`
}

/** Shell code that walks the words before the one that is completed, down the commands. */
function walk(commands: readonly CommandCandidates[], words: string): string {
  const paths = commands.slice(1).map(({ path }) => quoted(path))
  return `  for each in ${words}; do
    case "$at $each" in ${paths.join('|')}) at="$at $each";; esac
  done`
}

const bash = (commands: readonly CommandCandidates[]): string => `# gentle completion bash >> ~/.bashrc
_gentle() {
  local at=gentle each names= files= word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
${walk(commands, `"\${COMP_WORDS[@]:1:COMP_CWORD-1}"`)}
${choices(commands)}
  COMPREPLY=($(compgen -W "$names" -- "$word"))
  [[ \${COMPREPLY[0]} == *[:=] ]] && compopt -o nospace 2>/dev/null
  if [[ -n $files ]]; then
    compopt -o filenames 2>/dev/null
    local IFS=$'\\n'
    COMPREPLY+=($(compgen -f -- "$word"))
  fi
}
complete -F _gentle gentle
`

const zsh = (commands: readonly CommandCandidates[]): string => `#compdef gentle
# gentle completion zsh > DIR/_gentle, DIR in fpath; or: source <(gentle completion zsh)
_gentle() {
  local at=gentle each names= files= word=\${words[CURRENT]} previous=\${words[CURRENT-1]}
${walk(commands, `\${words[2,CURRENT-1]}`)}
${choices(commands)}
  [[ -n $names ]] && compadd -- \${=names}
  [[ -n $files ]] && _files
  return 0
}
if [[ \${funcstack[1]} = _gentle ]]; then _gentle "$@"; else compdef _gentle gentle; fi
`

function fish(commands: readonly CommandCandidates[]): string {
  const lines = ['# gentle completion fish > ~/.config/fish/completions/gentle.fish', 'complete -c gentle -f']
  for (const { path, subcommands, options, argument } of commands) {
    const [, ...words] = path.split(' ')
    const deeper = subcommands.map(({ name }) => name)
    const conditions = [
      ...words.map((word) => `__fish_seen_subcommand_from ${word}`),
      ...(deeper.length === 0 ? [] : [`not __fish_seen_subcommand_from ${deeper.join(' ')}`]),
    ]
    const when = conditions.length === 0 ? '' : ` -n ${quotedForFish(conditions.join('; and '))}`
    for (const { name, description } of subcommands)
      lines.push(`complete -c gentle${when} -a ${name} -d ${quotedForFish(description)}`)
    if (argument.names.length > 0) lines.push(`complete -c gentle${when} -a ${quotedForFish(argument.names.join(' '))}`)
    if (argument.files) lines.push(`complete -c gentle${when} -F`)
    for (const { flags, description, value } of options) {
      const named = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
      const takes = value === undefined ? '' : value.files ? ' -r -F' : ' -x'
      const from = value?.names.length ? ` -a ${quotedForFish(value.names.join(' '))}` : ''
      lines.push(`complete -c gentle${when} ${named.join(' ')}${takes}${from} -d ${quotedForFish(description)}`)
    }
  }
  return `${lines.join('\n')}\n`
}

const shells: Readonly<Record<string, (commands: readonly CommandCandidates[]) => string>> = { bash, zsh, fish }

/** Shells that scripts are made for. */
export const shellNames: readonly string[] = Object.keys(shells)

/**
 * The completion script of a shell.
 * @throws UsageError for a shell that none is made for
 */
export function completionScript(shell: string, commands: readonly CommandCandidates[]): string {
  if (!Object.hasOwn(shells, shell))
    throw new UsageError(`unknown shell '${shell}'; choose from ${shellNames.join(', ')}`)
  return shells[shell](commands)
}
