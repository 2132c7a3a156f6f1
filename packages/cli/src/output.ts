import { once } from 'node:events'
import { type Paint, paintAnsi, unpainted } from '@clew/otlp/text'

/** `1 line`, `2 lines`. */
export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** A text as one word of a command, to be pasted into a shell. */
export const inShell = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : inQuotes(text))

/** A text in single quotes of a shell. */
export const inQuotes = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** Writes to stdout; waits while its reader is behind. */
export async function print(text: string | Uint8Array): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

/**
 * Colours where a terminal shows them. `FORCE_COLOR` and `NO_COLOR` say otherwise, in this order; one that is empty says
 * nothing. https://force-color.org https://no-color.org
 */
export function paintOf(
  { isTTY }: { isTTY?: boolean },
  { FORCE_COLOR: force, NO_COLOR: none, TERM: terminal }: NodeJS.ProcessEnv,
): Paint {
  if (force) return force === '0' || force === 'false' ? unpainted : paintAnsi
  return none || !isTTY || terminal === 'dumb' ? unpainted : paintAnsi
}

/**
 * What happens when nobody reads any more, as with `| head`: the process ends without a word and with code 0, or where it has more
 * to do than to print, goes on.
 */
export function watchReaders(command: string, { goesOn }: { goesOn: boolean }): void {
  process.stderr.on('error', () => {})
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (goesOn) return
    if (error.code === 'EPIPE') process.exit(0)
    process.stderr.write(`clew ${command}: what it prints cannot be written: ${error.message}\n`)
    process.exit(1)
  })
}
