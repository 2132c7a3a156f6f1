import { type Arrival, type Replay, reachOf, recordsOfLine, replayArrivals, replayRecords } from '@clew/alert'
import { isCount, isFields, isListOf, isText, orNone, withFields } from '../../desk-answer.ts'
import { askDesk, askJson, type DeskAddress } from '../../desk-client.ts'
import { localTime } from '../../format-log.ts'
import { stuckAt } from '../../tail.ts'

/** What of a desk is replayed: lines that came from then on, in unix milliseconds. `toMs` undefined: up to now. */
export type DeskReplay = {
  rules: Parameters<typeof replayArrivals>[0]
  address: DeskAddress
  fromMs: number
  toMs: number | undefined
  /** Lines of imported files instead of those that were sent. */
  isImported: boolean
}

type Page = { arrivals: { arrivedUnixMs: number; logs: object }[]; next: string | null }

const isPage = withFields({
  arrivals: isListOf(withFields({ arrivedUnixMs: isCount, logs: isFields })),
  next: orNone(isText),
})

/**
 * Judges what a desk has, in the order in which it came, as its own rules would have when it did. What was imported came at once,
 * whenever it was written: it is judged as a file is.
 */
export async function replayDesk(options: DeskReplay): Promise<Replay> {
  const { rules, fromMs, isImported } = options
  // Of a desk elsewhere, its clock.
  const { headers } = await askDesk(options.address, '/api/status')
  const toMs = options.toMs ?? (Date.parse(headers.get('date') ?? '') || Date.now())
  if (isImported) {
    const batches = recordsOnly(arrivalsOf(options, fromMs, toMs))
    return replayRecords(rules, batches, Date.now())
  }
  const arrivals = arrivalsOf(options, Math.max(0, fromMs - reachOf(rules)), toMs)
  const replay = await replayArrivals(rules, arrivals, { fromMs, toMs })
  await sayImported(options, toMs)
  return replay
}

async function* recordsOnly(arrivals: AsyncIterable<Arrival>): AsyncGenerator<Arrival['records']> {
  for await (const { records } of arrivals) yield records
}

const progressMs = 5_000

async function* arrivalsOf(options: DeskReplay, fromMs: number, toMs: number): AsyncGenerator<Arrival> {
  let toldMs = Date.now()
  let lines = 0
  for await (const { arrivedUnixMs, logs } of pagesOf(options, fromMs, toMs)) {
    const came = options.isImported ? undefined : () => arrivedUnixMs
    const records = recordsOfLine(JSON.stringify(logs), came)
    lines += records.length
    yield { records, arrivedUnixMs }
    if (Date.now() - toldMs < progressMs) continue
    toldMs = Date.now()
    process.stderr.write(`… ${lines} lines, up to ${localTime(arrivedUnixMs)}\n`)
  }
}

async function* pagesOf(
  { address, isImported }: DeskReplay,
  fromMs: number,
  toMs: number,
): AsyncGenerator<Page['arrivals'][number]> {
  for (let after: string | null = ''; after !== null; ) {
    const page: Page = await pageOf(address, { fromMs, toMs, isImported, after })
    yield* page.arrivals
    if (page.next === after) throw new Error(stuckAt(after))
    after = page.next
  }
}

type Wanted = { fromMs: number; toMs: number; isImported: boolean; after: string; limit?: number }

async function pageOf(
  address: DeskAddress,
  { fromMs, toMs, isImported, after, limit = 2000 }: Wanted,
): Promise<Page> {
  const range = { from: String(Math.floor(fromMs)), to: String(Math.ceil(toMs) + 999) }
  const query = { ...range, imported: String(isImported), after, limit: String(limit) }
  return askJson(address, `/api/logs/arrivals?${new URLSearchParams(query)}`, isPage)
}

/** Nobody is to wonder where the lines of his file are. */
async function sayImported({ address, fromMs }: DeskReplay, toMs: number): Promise<void> {
  const { arrivals } = await pageOf(address, { fromMs, toMs, isImported: true, after: '', limit: 1 })
  if (arrivals.length > 0)
    process.stderr.write('lines that were imported are not among them; --imported judges those\n')
}
