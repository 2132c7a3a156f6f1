import { formatDuration } from '@clew/otlp/text'
import { addFilter } from '@clew/search'
import type { ChainPage, ChainSummary } from '../api/chains.ts'
import { counted, linkTo, timeOf } from './answer-text.ts'
import { count, flag, instant, place, text } from './arguments.ts'
import { pathOf } from './desk-questions.ts'
import { type DeskTool, deskTool, type Work } from './desk-tool.ts'

const usualLimit = 20
const mostLimit = 200

const parameters = {
  failed: flag('Only chains with a failed span or a line of severity ERROR and up.'),
  slow: flag('The longest first, instead of the newest first.'),
  service: text('Only chains in which this service takes part; its name as it is.'),
  route: text('Only chains with a span of this route, as the framework writes it: /orders/:id.'),
  q: text(
    'A search, in the language of the page: words, "a phrase", has:error, dur>200ms, queue:mails, order.id:42, level>=warn, -word, OR.',
  ),
  since: instant('Only chains that began since.'),
  until: instant('Only chains that began until.'),
  after: place(
    'The "newest" of an earlier answer: only chains that began behind it.',
    /^\d{1,20}$/,
    'give the "newest" of an earlier answer',
  ),
  before: place(
    'The "older" of an earlier answer: the list goes on from there.',
    /^\d{1,16}\.[0-9a-f]{32}$/,
    'give the "older" of an earlier answer',
  ),
  limit: count(`At most so many, default ${usualLimit}.`, mostLimit),
}

export const listChains: DeskTool = deskTool({
  name: 'list_chains',
  title: 'List call chains',
  description:
    'Call chains that came to the desk, the newest first: when, what, how long, which services, how many errors, and what the deepest ' +
    'error says. A chain is a request with all that it caused, queues and jobs included. Start here with failed: true, and give the trace id of one to get_chain.',
  parameters,
  async run(values, work) {
    const { failed, slow, service, route, since, until, after, limit = usualLimit } = values
    let q = values.q ?? ''
    if (failed) q = addFilter(q, 'has', 'error', false)
    if (service) q = addFilter(q, 'service', service, false)
    if (route) q = addFilter(q, 'http.route', route, false)
    const from = later(since, after === undefined ? undefined : Number(after.slice(0, -6)))
    const asked = { q, from, to: until, order: slow ? 'slow' : undefined, before: values.before }
    const isNewer = ({ placeUnixNano }: ChainSummary): boolean =>
      after === undefined || BigInt(placeUnixNano) > BigInt(after)
    const read = async (most: number): Promise<ChainPage> => {
      const page = await work.ask<ChainPage>(pathOf('/api/chains', { ...asked, limit: most }))
      return { ...page, chains: page.chains.filter(isNewer) }
    }
    return listOfChains(
      read,
      limit,
      work,
      linkTo(work.page, '/chains', { q, from, to: until, order: asked.order }),
    )
  },
})

function later(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other)
}

async function listOfChains(
  read: (limit: number) => Promise<ChainPage>,
  limit: number,
  { render, page: at }: Work,
  link: string,
): Promise<string> {
  const write = ({ chains, next }: ChainPage) => {
    const newest = chains.reduce(
      (most, { placeUnixNano }) => (BigInt(placeUnixNano) > most ? BigInt(placeUnixNano) : most),
      0n,
    )
    return render({
      head: [`${counted(chains.length, 'chain')}${chains.length === 0 ? ' match' : ''}, as on ${link}`],
      data: chains.map(blockOf),
      foot: (shown) => [
        ...(shown < chains.length
          ? [`${counted(chains.length - shown, 'chain')} had no room in this answer.`]
          : []),
        ...(shown > 0 ? [`Next: get_chain with a trace_id; its page is ${at}/t/<trace_id>`] : []),
        ...(newest > 0n ? [`newest: ${newest} (give it as after, to be told what is newer)`] : []),
        ...(next === null ? [] : [`older: ${next} (give it as before, for the chains behind these)`]),
      ],
    })
  }
  const page = await read(limit)
  const { text, shown } = write(page)
  if (shown === 0 || shown === page.chains.length) return text
  // Asked for those alone that have room, the desk says where the list goes on behind them.
  return write(await read(shown)).text
}

function blockOf(chain: ChainSummary): string[] {
  const { traceId, traces, placeUnixNano, durationNs, name, root, services, spans, logs, errors, error } =
    chain
  const others = services.filter((_, at) => at !== root)
  const who = [services[root] ?? '?', ...others].join(', ')
  const linked = traces.length > 1 ? `, ${counted(traces.length - 1, 'linked trace')}` : ''
  const counts = [counted(spans, 'span'), counted(logs, 'line'), counted(errors, 'error')].join(', ')
  return [
    `${timeOf(placeUnixNano)} trace_id=${traceId} ${formatDuration(durationNs)} ${name}`,
    `  [${who}] ${counts}${linked}`,
    ...(error === '' ? [] : [`  deepest error: ${error}`]),
  ]
}
