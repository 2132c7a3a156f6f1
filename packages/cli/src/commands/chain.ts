import { unpainted } from '@clew/otlp/text'
import { given, type Parse, parseChoice, quote, requireAll, unusable, usable } from '@clew/settings'
import type { Command } from '../command.ts'
import { addressOptions, addressUsage, askDesk, givenDesk } from '../desk-client.ts'
import { paintOf, print } from '../output.ts'
import { readWords } from '../read-words.ts'

const options = {
  ...addressOptions,
  as: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

export const chainCommand: Command = {
  name: 'chain',
  summary: 'prints a call chain of a running desk, with its log lines',
  usage: `clew chain <trace_id> [options]

Prints the chain of a trace as a tree: spans, log lines at their instant, waits in queues, linked traces. The id may be a
traceparent.

  --as FORMAT    text (default), markdown for an issue, or otlp: OTLP JSON, one request a line
  --json         one JSON object a line with everything: "kind" is chain, span, log, wait or link
${addressUsage}

Colours on a terminal alone; NO_COLOR=1 and FORCE_COLOR=1 say otherwise.
`,
  async run(words) {
    const { values, positionals } = readWords(words, { command: 'clew chain', options, most: 1 })
    const { traceId, format, desk } = requireAll({
      traceId: given('<trace_id>', parseTraceId, positionals[0] ?? ''),
      format: given('--as', values.json ? notWithJson : parseChoice(['text', 'markdown', 'otlp']), values.as),
      desk: givenDesk(values),
    })
    const hasColours = paintOf(process.stdout, process.env) !== unpainted
    const as = values.json ? 'json' : (format ?? 'text')
    const { body } = await askDesk(
      desk,
      `/api/chains/${traceId}/export?as=${as === 'text' && hasColours ? 'ansi' : as}`,
    )
    for await (const bytes of body!) await print(bytes)
    return 0
  },
}

const notWithJson: Parse<never> = () => unusable('it excludes --json', 'give one of the two')

const parseTraceId: Parse<string> = (raw) => {
  const id = /^(?:[0-9a-f]{2}-)?([0-9a-f]{32})(?:-|$)/i.exec(String(raw))?.[1]
  if (id !== undefined) return usable(id.toLowerCase())
  return unusable(raw === '' ? 'there is none' : `${quote(raw)} is no trace id`, 'write its 32 hex digits')
}
