import { parseArgs } from 'node:util'
import type { Command } from '../command.ts'
import { addressOptions, addressUsage, askDesk, deskAddress } from '../desk-client.ts'
import { followLogs } from '../follow-logs.ts'
import { formatLog, type LogRow } from '../format-log.ts'
import { parseAge } from '../quantities.ts'

const defaultLimit = '50'

export const logsCommand: Command = {
  name: 'logs',
  summary: 'searches the lines of a running desk',
  usage: `clew logs ['<search>'] [options]

Prints the newest lines that match, the newest last. The search is that of the page: words, "a phrase", level>=warn,
service:orders-api, orderId:42, -word, OR.

  --since AGE    only lines of the last 30s, 15m, 2h, 7d
  --limit N      at most so many (default ${defaultLimit}, up to 2000)
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
    const address = deskAddress(values)
    const query = new URLSearchParams({ q: search, limit: values.limit })
    if (values.since !== undefined) query.set('from', String(Date.now() - parseAge('--since', values.since)))
    const print = (row: LogRow): void =>
      void process.stdout.write(`${values.json ? JSON.stringify(row) : formatLog(row)}\n`)
    const response = await askDesk(address, `/api/logs?${query}`)
    const { logs } = (await response.json()) as { logs: LogRow[] }
    logs.toReversed().forEach(print)
    if (values.follow) await followLogs(address, search, print)
    return 0
  },
}
