import { shortText } from '@clew/otlp/text'
import { parseTraceId } from '@clew/search'
import { unusable, usable } from '@clew/settings'
import type { ChainData } from '../api/chain.ts'
import { countsOf, describeErrors, linesOf } from '../chain/chain-text.ts'
import {
  buildChain,
  type Chain,
  type ChainRecord,
  chainAsText,
  chooseRecords,
  fullView,
  keepRecords,
} from '../chain/index.ts'
import { bytesOf, counted, linkTo } from './answer-text.ts'
import { count, type Parameter } from './arguments.ts'
import { type DeskTool, deskTool, refusal, type Work } from './desk-tool.ts'

const traceId: Parameter<string> = {
  schema: { type: 'string', description: 'The id of a trace, 32 hex digits, or a traceparent.' },
  parse: (raw) => {
    const id = parseTraceId(typeof raw === 'object' ? '' : String(raw))
    const found = `${JSON.stringify(shortText(raw))} is no trace id`
    return id === undefined
      ? unusable(found, 'write 32 hex digits or a traceparent; list_chains has some')
      : usable(id)
  },
}

const parameters = {
  trace_id: traceId,
  from_row: count('Shows the rows from this one on, in their order; the first is 1.', 1_000_000),
}

export const getChain: DeskTool = deskTool({
  name: 'get_chain',
  title: 'Show a call chain',
  description:
    'The waterfall of a chain, as `clew chain` prints it: at the top the root cause and the first error line; then each span, log line and ' +
    'wait in a queue with its instant after the start, below what caused it, linked traces included. Of a large chain what failed comes ' +
    'first, with all above it.',
  parameters,
  required: ['trace_id'],
  async run({ trace_id: id = '', from_row: fromRow }, work) {
    const data = await work.ask<ChainData>(`/api/chains/${id}`)
    const chain = buildChain(data)
    return fromRow === undefined ? wholeChain(chain, work) : rowsFrom(chain, fromRow, work)
  },
})

/** Which span failed first, and the page of the chain there. */
function headOf({ data, errors, source }: Chain, page: string): string[] {
  const span = errors.rootCause < 0 ? '' : (data.spans.spanId[source[errors.rootCause]!] ?? '')
  const cause = /^[0-9a-f]{16}$/.test(span) ? span : undefined
  const link = linkTo(page, `/t/${data.traceId}`, { span: cause })
  return [
    `Chain of trace ${data.traceId}, as on ${link}`,
    ...(cause ? [`The root cause is span ${cause}.`] : []),
  ]
}

/** All of it, or as much as has room of what matters most. */
function wholeChain(chain: Chain, work: Work): string {
  const { data } = chain
  const records = data.spans.spanId.length + data.logs.atNs.length
  // A row has thirty bytes at least: of more records there is no room for all.
  if (records * 30 <= work.maxBytes) {
    const whole = renderRows(chain, chainAsText(data).trimEnd().split('\n'), 0, work)
    if (whole.isAll) return whole.text
  }
  // What is said of the chain is said of all of it.
  const errors = describeErrors(chain).map(({ name, text }) => `${name}: ${text}`)
  const about = [`trace ${data.traceId}  ${countsOf(chain)}`, ...errors, '']
  for (let room = work.maxBytes; ; room *= 0.8) {
    const kept = chooseRecords(data, room, sizeOfRow(data))
    const rows = linesOf(buildChain(keepRecords(data, kept)), fullView)
    const left = records - kept.spans.length - kept.logs.length
    const { text, isAll } = renderRows(chain, [...about, ...rows], left, work)
    if (isAll || room < 500) return text
  }
}

/** `left`: how many records are not among the rows. */
function renderRows(
  chain: Chain,
  rows: readonly string[],
  left: number,
  { render, page }: Work,
): { text: string; isAll: boolean } {
  const { traceId, spans, logs } = chain.data
  const records = spans.spanId.length + logs.atNs.length
  const rest = `All rows in order: from_row: 1. Its lines: search_logs with q: "trace:${traceId}". More at once: max_bytes.`
  const { text, shown } = render({
    head: headOf(chain, page),
    data: rows.map((row) => [row]),
    foot: (shown) => [
      ...(left > 0
        ? [
            `${left} of ${counted(records, 'record')} had no room: what failed is here with all above it, then the earliest.`,
          ]
        : []),
      ...(shown < rows.length ? [`${counted(rows.length - shown, 'row')} at the end had no room.`] : []),
      ...(left > 0 || shown < rows.length ? [rest] : []),
    ],
  })
  return { text, isAll: shown === rows.length }
}

/** About how many bytes the row of a record takes. */
function sizeOfRow({ spans, logs, texts }: ChainData): (record: ChainRecord) => number {
  const plain = 60
  return ({ kind, index }) =>
    plain +
    (kind === 'log'
      ? bytesOf(logs.text[index]!) + bytesOf(logs.fields[index]!)
      : bytesOf(texts[spans.name[index]!] ?? ''))
}

function rowsFrom(chain: Chain, fromRow: number, { render, page }: Work): string {
  const rows = linesOf(chain, fullView)
  if (fromRow > rows.length)
    throw refusal(
      `from_row: the chain has ${counted(rows.length, 'row')}; write one from 1 to ${rows.length}`,
    )
  return render({
    head: [...headOf(chain, page), `Rows from ${fromRow} of ${rows.length}:`],
    data: rows.slice(fromRow - 1).map((row) => [row]),
    foot: (shown) => {
      const next = fromRow + shown
      return next > rows.length ? ['These are the last.'] : [`Go on with from_row: ${next}.`]
    },
  }).text
}
