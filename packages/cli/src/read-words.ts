import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { formatMistake, nearestName, quote } from '@clew/settings'
import { inShell } from './output.ts'

type Allowed<Options extends ParseArgsOptionsConfig> = {
  /** As in `clew logs`. */
  command: string
  options: Options
  /** How many words may stand beside the options. */
  most: number
  /** Whether they are a search, which may begin with `-`. */
  isSearch?: boolean
}

/** What is wrong with the words of a command line themselves: exit code 2. */
export type UsageError = Error & { code: 'usage' }

export function isUsageError(error: unknown): error is UsageError {
  return error instanceof Error && 'code' in error && error.code === 'usage'
}

/** Reads the words behind a command. Throws a {@link UsageError} with the first that it does not know, and the remedy. */
export function readWords<Options extends ParseArgsOptionsConfig>(
  words: readonly string[],
  allowed: Allowed<Options>,
): ReturnType<typeof parseArgs<{ options: Options; allowPositionals: true }>> {
  const config = { args: [...words], options: allowed.options, allowPositionals: true } as const
  let beside = 0
  for (const token of parseArgs({ ...config, strict: false, tokens: true }).tokens) {
    const word = words[token.index]!
    if (token.kind === 'option') requireOption(token, word, allowed)
    else if (token.kind === 'positional' && ++beside > allowed.most)
      throw mistaken(
        quote(word),
        'there is one word too many',
        `${allowed.command} --help says what it takes`,
      )
  }
  return parseArgs(config) as never
}

type OptionToken = {
  name: string
  rawName: string
  value?: string | undefined
  inlineValue?: boolean | undefined
}

function requireOption<Options extends ParseArgsOptionsConfig>(
  { name, rawName, value, inlineValue }: OptionToken,
  word: string,
  { command, options, isSearch = false }: Allowed<Options>,
): void {
  const known = Object.hasOwn(options, name) ? options[name] : undefined
  if (known === undefined) throw unknownOption(word, command, Object.keys(options), isSearch)
  if (known.type === 'boolean') {
    if (value !== undefined) throw mistaken(rawName, 'it takes no value', `write ${rawName} alone`)
  } else if (value === undefined)
    throw mistaken(rawName, 'its value is missing', `write it behind; ${command} --help says which`)
  // It may be a secret.
  else if (!inlineValue && /^-./.test(value))
    throw mistaken(rawName, 'what follows looks like an option', `write ${rawName}=… if it is the value`)
}

function unknownOption(
  word: string,
  command: string,
  options: readonly string[],
  isSearch: boolean,
): UsageError {
  const found = 'there is no such option'
  const [name] = word.split('=', 1) as [string]
  const meant = word.startsWith('--') ? nearestName(name.slice(2), options) : undefined
  const list = `${command} --help lists them`
  if (meant !== undefined) return mistaken(name, found, `did you mean --${meant}? ${list}`)
  if (!isSearch) return mistaken(name, found, list)
  return mistaken(word, found, `to search for it, write it behind --: ${command} -- ${inShell(word)}`)
}

function mistaken(place: string, found: string, remedy: string): UsageError {
  const message = formatMistake({ place, found, remedy })
  return Object.assign(new Error(message), { code: 'usage' as const })
}
