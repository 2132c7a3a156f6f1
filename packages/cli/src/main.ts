import manifest from 'clew/package.json' with { type: 'json' }
import type { Command } from './command.ts'
import { commands } from './commands.ts'
import { printable } from './format-log.ts'
import { watchReaders } from './output.ts'
import { isUsageError } from './read-words.ts'

const usage = `clew <command> [options]

${commands.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`).join('\n')}

clew <command> --help says more; clew --version says which this is.

Exit codes: 0 done, also when nobody read all of it (| head); 1 it failed or found something wrong, which stderr says; 2 a word
is not known. A signal ends it as a signal does.
`

/**
 * Runs a command line; a failure is one line on stderr and exit code 1, as is each value that cannot be used; words that
 * are not known are exit code 2.
 */
export async function main(words: readonly string[]): Promise<void> {
  const [name, ...rest] = words
  const command = await commands.find((one) => one.name === name)?.load()
  watchReaders(name ?? '', { goesOn: command?.goesOn?.(rest) ?? false })
  if (command === undefined) {
    process.exitCode = answerAlone(name)
    return
  }
  if (asksForHelp(command, rest)) return void process.stdout.write(command.usage)
  try {
    process.exitCode = await command.run(rest)
  } catch (error) {
    const lines = (error instanceof Error ? error.message : String(error)).split('\n')
    for (const line of lines) process.stderr.write(`clew ${name}: ${printable(line)}\n`)
    process.exitCode = isUsageError(error) ? 2 : 1
  }
}

function answerAlone(word: string | undefined): number {
  if (word === '--version') process.stdout.write(`clew ${manifest.version}\n`)
  else if (word === undefined || word === '--help' || word === '-h') process.stdout.write(usage)
  else {
    const what = word.startsWith('-') ? 'option' : 'command'
    process.stderr.write(`clew: no ${what} "${word}"\n\n${usage}`)
    return 2
  }
  return 0
}

/** What stands behind `--` is no option. */
function asksForHelp({ ownWords = beforeDashes }: Command, words: readonly string[]): boolean {
  const own = ownWords(words)
  return own.includes('--help') || own.includes('-h')
}

function beforeDashes(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--')
  return end < 0 ? words : words.slice(0, end)
}
