import { createInterface } from 'node:readline'
import { printableAddress, requireAll } from '@clew/settings'
import type { Command } from '../command.ts'
import { isCount, withFields } from '../desk-answer.ts'
import { addressOptions, addressUsage, askDesk, askJson, givenDesk } from '../desk-client.ts'
import { plural, print } from '../output.ts'
import { readWords } from '../read-words.ts'

const options = { ...addressOptions, yes: { type: 'boolean', default: false } } as const

export const clearCommand: Command = {
  usage: `clew clear [options]

Deletes all lines, spans, patterns and metrics that the desk has, and files that it set aside; it runs on with nothing. Rules, silences
and the state of alerts stay, and so does what waits for --forward. Asks on a terminal.

  --yes          does not ask; needed where there is no terminal
${addressUsage}
`,
  async run(words) {
    const { values } = readWords(words, { command: 'clew clear', options, most: 0 })
    const { desk } = requireAll({ desk: givenDesk(values) })
    const { store } = await askJson<{ store: Stored }>(desk, '/api/status', isStatus)
    const what = `${plural(store.logs, 'line')} and ${plural(store.spans, 'span')} (${(store.bytes / 1e6).toFixed(1)} MB)`
    if (!values.yes && !(await confirm(`Delete ${what} of the desk at ${printableAddress(desk.url)}?`))) {
      process.stderr.write('clew clear: nothing was deleted\n')
      return 1
    }
    await askDesk(desk, '/api/data', { method: 'DELETE' })
    await print(`deleted ${what}\n`)
    return 0
  },
}

type Stored = { logs: number; spans: number; bytes: number }

const isStatus = withFields({ store: withFields({ logs: isCount, spans: isCount, bytes: isCount }) })

async function confirm(question: string): Promise<boolean> {
  const { stdin, stderr } = process
  if (!stdin.isTTY || !stderr.isTTY)
    throw new Error('--yes: there is no terminal to ask at; write it to delete without a question')
  const lines = createInterface({ input: stdin, output: stderr })
  const answer = await new Promise<string>((resolve) => {
    // Ctrl-D and Ctrl-C are an answer, too.
    lines.once('close', () => resolve(''))
    lines.question(`${question} Type yes: `, resolve)
  })
  lines.close()
  return answer.trim().toLowerCase() === 'yes'
}
