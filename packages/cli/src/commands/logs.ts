import { parseArgs } from 'node:util'
import { given, parseCount, parseDuration, parsePositive, requireAll } from '@clew/settings'
import type { Command } from '../command.ts'
import { addressOptions, addressUsage, askDesk, type DeskAddress, givenDesk } from '../desk-client.ts'
import { formatLog, type LogRow } from '../format-log.ts'

const defaultLimit = '50'
const maxLimit = 2000

export const logsCommand: Command = {
  name: 'logs',
  summary: 'searches the lines of a running desk',
  usage: `clew logs ['<search>'] [options]

Prints the newest lines that match, the newest last. The search is that of the page: words, "a phrase", level>=warn,
service:orders-api, orderId:42, -word, OR.

  --since AGE    only lines of the last 30s, 15m, 2h, 7d
  --limit N      at most so many (default ${defaultLimit}, up to ${maxLimit})
  --follow, -f   goes on with new lines until Ctrl-C
  --json         one JSON object a line
${addressUsage}
`,
  async run(words) {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        ...addressOptions,
        since: { type: 'string' },
        limit: { type: 'string', default: defaultLimit },
        follow: { type: 'boolean', short: 'f', default: false },
        json: { type: 'boolean', default: false },
      },
    })
    const search = positionals.join(' ')
    const { sinceMs, limit, desk } = requireAll({
      sinceMs: given('--since', parsePositive(parseDuration), values.since),
      limit: given('--limit', parseCount(maxLimit), values.limit),
      desk: givenDesk(values),
    })
    const query = new URLSearchParams({ q: search, limit: String(limit) })
    if (sinceMs !== undefined) query.set('from', String(Math.max(0, Math.round(Date.now() - sinceMs))))
    const print = (row: LogRow): void =>
      void process.stdout.write(`${values.json ? JSON.stringify(row) : formatLog(row)}\n`)
    const response = await askDesk(desk, `/api/logs?${query}`)
    const page = (await response.json()) as { logs: LogRow[]; searchedToUnixMs?: number | null }
    if (page.searchedToUnixMs) {
      const from = new Date(page.searchedToUnixMs).toISOString()
      process.stderr.write(`… the time for a search ran out: what is older than ${from} was not searched\n`)
    }
    page.logs.toReversed().forEach(print)
    if (values.follow) await followLogs(desk, search, print)
    return 0
  },
}

/** Prints new lines as the desk gets them, until the connection or the process ends. */
async function followLogs(address: DeskAddress, search: string, print: (row: LogRow) => void): Promise<void> {
  const { body } = await askDesk(address, `/api/live?${new URLSearchParams({ logs: search })}`)
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body!) {
    rest += decoder.decode(chunk, { stream: true })
    const events = rest.split('\n\n')
    rest = events.pop() ?? ''
    for (const event of events) printEvent(event, print)
  }
  throw new Error('the desk ended')
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
function printEvent(event: string, print: (row: LogRow) => void): void {
  const fields = event.split('\n').map((line) => line.split(/: ?(.*)/s, 2))
  if (!fields.some(([name, value]) => name === 'event' && value === 'logs')) return
  const data = fields.flatMap(([name, value]) => (name === 'data' ? (value ?? '') : [])).join('\n')
  const { logs, dropped } = JSON.parse(data) as { logs: LogRow[]; dropped: number }
  logs.forEach(print)
  if (dropped > 0) process.stderr.write(`… ${dropped} more lines came than could be shown\n`)
}
