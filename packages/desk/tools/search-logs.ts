import { severityName } from '@clew/otlp/severity'
import type { LogPage, LogRow } from '../api/logs.ts'
import { counted, linkTo, timeOf } from './answer-text.ts'
import { count, instant, place, text } from './arguments.ts'
import { pathOf } from './desk-questions.ts'
import { type DeskTool, deskTool } from './desk-tool.ts'

const usualLimit = 30
const mostLimit = 500

const parameters = {
  q: text(
    'A search, in the language of the page: words, "a phrase", level>=warn, service:orders-api, trace:<id>, order.id:42, user.id>10, has:exception, -word, OR. Nothing finds all.',
  ),
  since: instant('Only lines since.'),
  until: instant('Only lines until.'),
  before: place(
    'The "older" of an earlier answer: the list goes on from there.',
    /^[\d.]{1,60}$/,
    'give the "older" of an earlier answer',
  ),
  limit: count(`At most so many, default ${usualLimit}.`, mostLimit),
}

export const searchLogs: DeskTool = deskTool({
  name: 'search_logs',
  title: 'Search log lines',
  description:
    'Log lines that match a search, the newest first, each with its time, level, service, fields and the ids of its trace and span. ' +
    'With trace:<id> all lines of one trace.',
  parameters,
  async run({ q = '', since, until, before, limit = usualLimit }, { ask, render, page: at }) {
    const asked = { q, from: since, to: until, before }
    const read = (most: number): Promise<LogPage> => ask(pathOf('/api/logs', { ...asked, limit: most }))
    const link = linkTo(at, '/logs', { q, from: since, to: until })
    const write = ({ logs, next, searchedToUnixMs }: LogPage) =>
      render({
        head: [`${counted(logs.length, 'line')}${logs.length === 0 ? ' match' : ''}, as on ${link}`],
        data: logs.map((line) => [lineOf(line)]),
        foot: (shown) => [
          ...(shown < logs.length
            ? [`${counted(logs.length - shown, 'line')} had no room in this answer.`]
            : []),
          ...(searchedToUnixMs === null
            ? []
            : [`The time for a search ran out: nothing before ${timeOf(searchedToUnixMs)} was searched.`]),
          ...(shown > 0
            ? [`The chain of a line: get_chain with its trace_id; ${at}/t/<trace_id>?span=<span_id>`]
            : []),
          ...(next === null ? [] : [`older: ${next} (give it as before, for the lines behind these)`]),
        ],
      })
    const page = await read(limit)
    const { text: written, shown } = write(page)
    return shown === 0 || shown === page.logs.length ? written : write(await read(shown)).text
  },
})

function lineOf({ timeUnixNano, severity, service, text: said, fields, traceId, spanId }: LogRow): string {
  const ids = `${traceId && ` trace_id=${traceId}`}${spanId && ` span_id=${spanId}`}`
  return `${timeOf(timeUnixNano)} ${severityName(severity)} [${service}]${ids} ${said}${fields && ` ${fields}`}`
}
