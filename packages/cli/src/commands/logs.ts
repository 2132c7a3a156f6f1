import {
  given,
  type Parse,
  parseCount,
  parseDuration,
  parsePositive,
  requireAll,
  usable,
} from '@clew/settings'
import type { Command } from '../command.ts'
import { isListOf, isText, orNone, withFields } from '../desk-answer.ts'
import { addressOptions, addressUsage, askJson, givenDesk } from '../desk-client.ts'
import { formatLog, isWholeLog, printable, type WholeLog } from '../format-log.ts'
import { paintOf, print } from '../output.ts'
import { readWords } from '../read-words.ts'
import { type Asked, followLines, linesBehind, placeOfEnd, stuckAt } from '../tail.ts'

const defaultLimit = '50'
const maxLimit = 10_000
const maxPage = 2000

const options = {
  ...addressOptions,
  since: { type: 'string' },
  limit: { type: 'string', default: defaultLimit },
  follow: { type: 'boolean', short: 'f', default: false },
  json: { type: 'boolean', default: false },
} as const

export const logsCommand: Command = {
  usage: `clew logs ['<search>'] [options]

Prints the newest lines that match, the newest last. The search is that of the page: words, "a phrase", level>=warn,
service:orders-api, orderId:42, -word, OR. One that begins with - comes behind --: clew logs -- -timeout

  --since AGE    only lines of the last 30s, 15m, 2h, 7d
  --limit N      at most so many (default ${defaultLimit}, up to ${maxLimit}), or "all", in the order in which they came
  --follow, -f   goes on with new lines until Ctrl-C; a desk that is away is waited for
  --json         one JSON object a line with everything of the line, nothing cut
${addressUsage}

Colours on a terminal alone; NO_COLOR=1 and FORCE_COLOR=1 say otherwise.
`,
  async run(words) {
    const { values, positionals } = readWords(words, {
      ...{ command: 'clew logs', options, most: Number.POSITIVE_INFINITY, isSearch: true },
    })
    const { sinceMs, limit, desk } = requireAll({
      sinceMs: given('--since', parsePositive(parseDuration), values.since),
      limit: given('--limit', parseLimit, values.limit),
      desk: givenDesk(values),
    })
    const asked: Asked = { desk, query: { q: positionals.join(' ') } }
    if (sinceMs !== undefined) asked.query.from = String(Math.max(0, Math.round(Date.now() - sinceMs)))
    const paint = paintOf(process.stdout, process.env)
    const show = (line: WholeLog): Promise<void> =>
      print(`${values.json ? JSON.stringify(line) : formatLog(line, paint)}\n`)
    // Before the list: what comes while that is read is behind it.
    const end = limit !== 'all' && values.follow ? await placeOfEnd(asked) : 'start'
    const shown = limit === 'all' ? [] : await newestLines(asked, limit)
    for (const line of shown) await show(line)
    if (limit !== 'all' && !values.follow && shown.length === 0) sayOnce('no line matches')
    if (limit === 'all' || values.follow) await showBehind(asked, end, shown, show, values.follow)
    return 0
  },
}

const parseLimit: Parse<number | 'all'> = (raw) => {
  if (raw === 'all') return usable('all')
  const { value, faults } = parseCount(maxLimit)(raw)
  return { value, faults: faults.map(({ found, remedy }) => ({ found, remedy: `${remedy}, or all` })) }
}

type Page = { logs: WholeLog[]; next: string | null }

const isPage = withFields({ logs: isListOf(isWholeLog), next: orNone(isText) })

/** The newest lines, the newest last. Where the desk's time for a search ran out, it is asked again from there. */
async function newestLines({ desk, query }: Asked, limit: number): Promise<WholeLog[]> {
  const lines: WholeLog[] = []
  let before = ''
  do {
    const page = String(Math.min(maxPage, limit - lines.length))
    const words = new URLSearchParams({ ...query, limit: page, ...(before && { before }) })
    const { logs, next } = await askJson<Page>(desk, `/api/logs/whole?${words}`, isPage)
    lines.push(...logs)
    if (next && next === before) throw new Error(stuckAt(next))
    before = next ?? ''
  } while (before !== '' && lines.length < limit)
  return lines.reverse()
}

async function showBehind(
  asked: Asked,
  place: string,
  shown: readonly WholeLog[],
  show: (line: WholeLog) => Promise<void>,
  goesOn: boolean,
): Promise<void> {
  const known = new Set(shown.map(({ ref }) => ref))
  const pages = goesOn ? followLines(asked, place, sayOnce) : linesBehind(asked, place)
  for await (const { logs, more } of pages) {
    for (const line of logs) if (!known.has(line.ref)) await show(line)
    // A desk that starts again may give other lines the same refs.
    if (!more) known.clear()
  }
}

const sayOnce = (message: string): void => void process.stderr.write(`clew logs: ${printable(message)}\n`)
