import type { Command } from './command.ts'
import { alertCommand } from './commands/alert.ts'
import { chainCommand } from './commands/chain.ts'
import { deskCommand } from './commands/desk.ts'
import { doctorCommand } from './commands/doctor.ts'
import { logsCommand } from './commands/logs.ts'
import { statusCommand } from './commands/status.ts'

const commands: readonly Command[] = [
  deskCommand,
  chainCommand,
  logsCommand,
  alertCommand,
  doctorCommand,
  statusCommand,
]

const usage = `clew <command> [options]

${commands.map(({ name, summary }) => `  ${name.padEnd(8)}${summary}`).join('\n')}

clew <command> --help says more.
`

/**
 * Runs a command line; a failure is one line on stderr and exit code 1, as is each value that cannot be used; words that
 * are not known are exit code 2.
 */
export async function main(words: readonly string[]): Promise<void> {
  const [name, ...rest] = words
  const command = commands.find((one) => one.name === name)
  if (command === undefined) {
    const asked = name === undefined || name === '--help' || name === '-h'
    process[asked ? 'stdout' : 'stderr'].write(asked ? usage : `clew: no command "${name}"\n\n${usage}`)
    process.exitCode = asked ? 0 : 2
    return
  }
  if (rest.includes('--help') || rest.includes('-h')) return void process.stdout.write(command.usage)
  try {
    process.exitCode = await command.run(rest)
  } catch (error) {
    const lines = (error instanceof Error ? error.message : String(error)).split('\n')
    for (const line of lines) process.stderr.write(`clew ${command.name}: ${line}\n`)
    process.exitCode = isUsageError(error) ? 2 : 1
  }
}

/** What `parseArgs` throws at an unknown option or a missing value. */
function isUsageError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
}
