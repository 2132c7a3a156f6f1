import type { LoadedCommand } from './command.ts'
import { inQuotes } from './output.ts'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

type Flag = { name: string; takesValue: boolean; says: string }

/** What of a command a shell may complete. */
export type Completable = { name: string; summary: string; words: readonly string[]; flags: readonly Flag[] }

/** Reads a command's words and options out of its usage. */
export function completableOf({ name, summary, usage }: LoadedCommand): Completable {
  const words = [...usage.matchAll(new RegExp(`^clew ${name} ([a-z|]+)(?= |$)`, 'gm'))].flatMap(([, one]) =>
    one!.split('|'),
  )
  return { name, summary, words, flags: once([...flagsOf(usage), help]) }
}

/** Commands that have several jobs may tell of an option for each of them. */
function once(flags: readonly Flag[]): Flag[] {
  const byName = new Map<string, Flag>()
  for (const flag of flags) {
    const takesValue = flag.takesValue || (byName.get(flag.name)?.takesValue ?? false)
    byName.set(flag.name, { ...(byName.get(flag.name) ?? flag), takesValue })
  }
  return [...byName.values()]
}

const help: Flag = { name: '--help', takesValue: false, says: 'says what it takes' }

function flagsOf(usage: string): Flag[] {
  return [...usage.matchAll(/^ {2}((?:(?:, )?--?[a-z][\w-]*)+)( \[?[A-Z]+\]?)? {2,}(.*)$/gm)].flatMap(
    ([, names, value, says]) =>
      names!.split(', ').map((name) => ({ name, takesValue: value !== undefined, says: says!.trim() })),
  )
}

/** A script that completes `clew` in a shell. */
export function completionScript(shell: Shell, commands: readonly LoadedCommand[]): string {
  const all = commands.map(completableOf)
  if (shell === 'fish') return fish(all)
  return shell === 'zsh' ? zsh(all) : bash(all)
}

const namesOf = (flags: readonly Flag[]): string => flags.map(({ name }) => name).join(' ')

function bash(all: readonly Completable[]): string {
  const cases = all.map(({ name, words, flags }) => {
    const values = flags.filter(({ takesValue }) => takesValue).map((flag) => flag.name)
    const files = values.length === 0 ? '' : `\n      case $previous in ${values.join('|')}) return ;; esac`
    return `    ${name})${files}
      case $word in -*) found="${namesOf(flags)}" ;; *) found="${words.join(' ')}" ;; esac ;;`
  })
  return `# eval "$(clew completion bash)"
_clew() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} found=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${all.map(({ name }) => name).join(' ')} --help --version" -- "$word"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$found" -- "$word"))
}
complete -o default -F _clew clew
`
}

function zsh(all: readonly Completable[]): string {
  const escaped = (text: string): string => text.replaceAll(/[[\]:\\]/g, '\\$&')
  const cases = all.map(({ name, words, flags }) => {
    const specs = flags.map(({ name: flag, takesValue, says }) =>
      inQuotes(`${flag}[${escaped(says)}]${takesValue ? ':value:_files' : ''}`),
    )
    const first = words.length > 0 ? `:word:(${words.join(' ')})` : ':word:_files'
    return `    ${name}) _arguments ${[...specs, inQuotes(`2${first}`), inQuotes('*:word:_files')].join(' ')} ;;`
  })
  const names = all.map(({ name, summary }) => `    ${inQuotes(`${name}:${escaped(summary)}`)}`)
  return `#compdef clew
# source <(clew completion zsh)
_clew() {
  local -a commands
  commands=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case $words[2] in
${cases.join('\n')}
  esac
}
compdef _clew clew
`
}

function fish(all: readonly Completable[]): string {
  const lines = all.flatMap(({ name, summary, words, flags }) => [
    `complete -c clew -n __fish_use_subcommand -f -a ${name} -d ${inFish(summary)}`,
    ...words.map((word) => `complete -c clew -n '__fish_seen_subcommand_from ${name}' -a ${word}`),
    ...flags.map(({ name: flag, takesValue, says }) => {
      const option = flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`
      return `complete -c clew -n '__fish_seen_subcommand_from ${name}' ${option}${takesValue ? ' -r' : ''} -d ${inFish(says)}`
    }),
  ])
  return `# clew completion fish | source\n${lines.join('\n')}\n`
}

/** https://fishshell.com/docs/current/language.html#quotes */
const inFish = (text: string): string => `'${text.replaceAll(/['\\]/g, '\\$&')}'`
