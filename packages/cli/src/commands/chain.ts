import { parseArgs } from 'node:util'
import type { Command } from '../command.ts'
import { addressOptions, addressUsage, askDesk, deskAddress } from '../desk-client.ts'

const formats = ['text', 'markdown', 'otlp']

export const chainCommand: Command = {
  name: 'chain',
  summary: 'prints a call chain of a running desk, with its log lines',
  usage: `clew chain <trace_id> [options]

Prints the chain of a trace as a tree: spans, log lines at their instant, waits in queues, linked traces. The id may be a
traceparent.

  --as FORMAT    text (default), markdown for an issue, or otlp: OTLP JSON, one request a line
${addressUsage}
`,
  async run(words) {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { ...addressOptions, as: { type: 'string', default: 'text' } },
    })
    const traceId = requireTraceId(positionals[0])
    if (!formats.includes(values.as)) throw new Error(`--as ${values.as}: write ${formats.join(', ')}`)
    const response = await askDesk(deskAddress(values), `/api/chains/${traceId}/export?as=${values.as}`)
    process.stdout.write(await response.text())
    return 0
  },
}

function requireTraceId(word: string | undefined): string {
  const found = /^(?:[0-9a-f]{2}-)?([0-9a-f]{32})(?:-|$)/i.exec(word ?? '')?.[1]
  if (found !== undefined) return found.toLowerCase()
  throw new Error(
    word === undefined ? 'which trace? clew chain <trace_id>' : `"${word}" is no trace id: 32 hex digits`,
  )
}
