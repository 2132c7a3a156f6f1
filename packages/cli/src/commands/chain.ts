import { parseArgs } from 'node:util'
import { given, type Parse, parseChoice, quote, requireAll, unusable, usable } from '@clew/settings'
import type { Command } from '../command.ts'
import { addressOptions, addressUsage, askDesk, givenDesk } from '../desk-client.ts'

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
    const { traceId, format, desk } = requireAll({
      traceId: given('<trace_id>', parseTraceId, positionals[0] ?? ''),
      format: given('--as', parseChoice(['text', 'markdown', 'otlp']), values.as),
      desk: givenDesk(values),
    })
    const response = await askDesk(desk, `/api/chains/${traceId}/export?as=${format}`)
    process.stdout.write(await response.text())
    return 0
  },
}

const parseTraceId: Parse<string> = (raw) => {
  const id = /^(?:[0-9a-f]{2}-)?([0-9a-f]{32})(?:-|$)/i.exec(String(raw))?.[1]
  if (id !== undefined) return usable(id.toLowerCase())
  return unusable(raw === '' ? 'there is none' : `${quote(raw)} is no trace id`, 'write its 32 hex digits')
}
