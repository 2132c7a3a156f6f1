import { unpainted } from '@clew/otlp/text'
import { given, type Parse, parseChoice, requireAll, unusable, usable } from '@clew/settings'
import type { Command } from '../command.ts'
import { isFields, isListOf, readBody, readJson, withFields } from '../desk-answer.ts'
import { addressOptions, addressUsage, askDesk, givenDesk } from '../desk-client.ts'
import { paintOf, print } from '../output.ts'
import { readWords } from '../read-words.ts'
import { parseTraceId, withFileOfHtml, writeHtml } from './chain-html.ts'

const options = {
  ...addressOptions,
  as: { type: 'string' },
  json: { type: 'boolean', default: false },
  html: { type: 'string' },
  redact: { type: 'boolean', default: false },
  compare: { type: 'string' },
} as const

export const chainCommand: Command = {
  usage: `clew chain <trace_id> [options]

Prints the chain of a trace as a tree: spans, log lines at their instant, waits in queues, linked traces. The id may be a
traceparent.

  --as FORMAT    text (default), markdown for an issue, or otlp: OTLP JSON, one request a line
  --json         one JSON object a line with everything: "kind" is chain, span, log, wait or link
  --html [FILE]  writes the chain as one HTML file that opens without a desk (default <trace_id>.html, - for stdout), and
                 says on stderr how large it is and what had no room in it
  --redact       cuts secrets out of that file
  --compare ID   what differs in the chain of another trace: slower, faster, missing, new; with --json one object with
                 every row
${addressUsage}

Colours on a terminal alone; NO_COLOR=1 and FORCE_COLOR=1 say otherwise.
`,
  async run(words) {
    const { values, positionals } = readWords(withFileOfHtml(words), {
      ...{ command: 'clew chain', options, most: 1 },
    })
    const { html, redact, json } = values
    const { traceId, other, format, desk } = requireAll({
      traceId: given('<trace_id>', parseTraceId, positionals[0] ?? ''),
      other: given('--compare', html === undefined ? parseTraceId : notWith('--html'), values.compare),
      format: given('--as', formatBeside(values), values.as),
      desk: givenDesk(values),
      redact: given('--redact', html === undefined ? onlyWithHtml : usable, redact || undefined),
      json: given('--json', html === undefined ? usable : notWith('--html'), json || undefined),
    })
    if (html !== undefined) return writeHtml(desk, traceId, html, redact)
    const hasColours = paintOf(process.stdout, process.env) !== unpainted
    const as = json ? 'json' : (format ?? 'text')
    const path =
      other === undefined
        ? `export?as=${as === 'text' && hasColours ? 'ansi' : as}`
        : `compare?with=${other}&as=${as}`
    const response = await askDesk(desk, `/api/chains/${traceId}/${path}`)
    if (other !== undefined && json) {
      await print(`${JSON.stringify(await readJson(response, desk.url, isComparison))}\n`)
      return 0
    }
    for await (const bytes of readBody(response, desk.url, typeOf(as))) await print(bytes)
    return 0
  },
}

const isComparison = withFields({ a: isFields, b: isFields, rows: isListOf(isFields) })

function typeOf(as: string): string {
  if (as === 'markdown') return 'text/markdown'
  return as === 'text' ? 'text/plain' : 'application/x-ndjson'
}

type Beside = { json: boolean; html?: string | undefined; compare?: string | undefined }

/** The option that says already how the chain is written excludes `--as`. */
function formatBeside({ json, html, compare }: Beside): Parse<string> {
  if (json) return notWith('--json')
  if (html !== undefined) return notWith('--html')
  return compare === undefined ? parseChoice(['text', 'markdown', 'otlp']) : notWith('--compare')
}

const notWith =
  (other: string): Parse<never> =>
  () =>
    unusable(`it excludes ${other}`, 'give one of the two')

const onlyWithHtml: Parse<never> = () => unusable('it does nothing by itself', 'give --html too')
