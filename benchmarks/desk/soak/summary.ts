import { percentile } from '../percentile.ts'
import type { SearchFigures } from './searches.ts'
import type { SoakSent } from './send.ts'
import type { Comparison } from './stored-marks.ts'

const mib = 2 ** 20

/** What was seen of the desk each second, over all its processes. */
export type Seen = { rssBytes: number[]; cpuSeconds: number; seconds: number }

/** An end by SIGKILL: until it listened again, and until each tab showed what came afterwards. */
export type Kill = { startedMs: number; tabsFreshMs: number[] }

export type SoakRecord = {
  options: Record<string, string | number>
  sent: SoakSent
  seen: Seen
  searches: SearchFigures
  searchesByName: Record<string, SearchFigures>
  searchProblems: Record<string, number>
  kills: Kill[]
  tabs: readonly string[]
  /** Of each tab, as it went. */
  heapBytes: number[][]
  tabProblems: string[]
  lines: Comparison
  spans: Comparison
  /** What the API says there is. */
  counted: { logs: number; spans: number }
  /** Acknowledged lines that were looked for by a search, and those that it did not find exactly once. */
  asked: { times: number; wrong: number }
}

export type Bound = { name: string; found: number; atMost: number; isKept: boolean }

const [mostRss, mostHeap, mostFreshMs, mostSearchMs] = [400, 100, 30_000, 400]
/** The searches that have a goal, as in `desk-stored`. */
const goalSearches = ['words-together-error-service', 'words-apart-error-service']
const leastShare = 0.95

export function boundsOf(record: SoakRecord): Bound[] {
  const { sent, seen, kills, lines, spans, counted, asked, options } = record
  const both = (figure: (one: Comparison) => number): number => figure(lines) + figure(spans)
  const wantedLines = Number(options.rate) * seen.seconds * leastShare
  const bound = (name: string, found: number, atMost: number): Bound => ({
    ...{ name, found, atMost },
    isKept: found <= atMost,
  })
  return [
    bound(
      'acknowledged records that are lost',
      both(({ lost }) => lost),
      0,
    ),
    bound(
      'records that are there more than once',
      both(({ repeated }) => repeated),
      0,
    ),
    bound(
      'requests that are there in part',
      both(({ torn }) => torn),
      0,
    ),
    bound(
      'records that nobody sent',
      both(({ foreign }) => foreign),
      0,
    ),
    bound(
      'records that the API counts wrongly',
      Math.abs(counted.logs - lines.stored) + Math.abs(counted.spans - spans.stored),
      0,
    ),
    bound(`of ${asked.times} acknowledged lines, those that a search does not find once`, asked.wrong, 0),
    bound(
      'acknowledged records that the journal lacks',
      Math.abs(sent.lines - lines.acknowledged) + Math.abs(sent.spans - spans.acknowledged),
      0,
    ),
    bound('lines too few, of 95 % of the rate', Math.max(0, Math.round(wantedLines - sent.lines)), 0),
    bound('RSS of the desk, MiB', Math.round(percentile(seen.rssBytes, 100) / mib), mostRss),
    bound('heap of a tab, MiB', Math.round(percentile(record.heapBytes.flat(), 100) / mib), mostHeap),
    bound(
      'ms until a tab is fresh after a kill',
      Math.max(0, ...kills.flatMap(({ tabsFreshMs }) => tabsFreshMs.map(Math.round))),
      mostFreshMs,
    ),
    bound('problems of tabs', record.tabProblems.length, 0),
    bound(
      'searches that failed',
      Object.values(record.searchProblems).reduce((sum, one) => sum + one, 0),
      0,
    ),
    ...goalSearches.map((name) =>
      bound(
        `${name}, ms at the 95th percentile`,
        Math.round(record.searchesByName[name]?.p95 ?? 0),
        mostSearchMs,
      ),
    ),
  ]
}

export function soakText(record: SoakRecord, bounds: readonly Bound[]): string {
  const { sent, seen, kills, lines, spans } = record
  const mb = (bytes: number): string => (bytes / mib).toFixed(0)
  const share = (values: readonly number[], shares: readonly number[]): string =>
    shares.map((one) => mb(percentile(values, one))).join(' / ')
  const { acknowledged, refused, cut } = sent.requests
  return [
    `sent        ${sent.lines} lines and ${sent.spans} spans acknowledged in ${seen.seconds.toFixed(0)} s, ` +
      `${Math.round(sent.lines / seen.seconds)} lines/s; requests: ${acknowledged} acknowledged, ${refused} refused, ${cut} cut`,
    `stored      ${lines.stored} lines, ${spans.stored} spans; ${lines.unanswered + spans.unanswered} records of requests without an answer`,
    `RSS         p50 / p95 / p99 / most: ${share(seen.rssBytes, [50, 95, 99, 100])} MiB, by eighths of the time ${eighths(seen.rssBytes).map(mb).join(', ')}`,
    `CPU         ${(seen.cpuSeconds / seen.seconds).toFixed(2)} cores of the desk, ` +
      `${((seen.cpuSeconds * 1e6) / (sent.lines + sent.spans)).toFixed(1)} µs a record with all searches and tabs`,
    `kills       ${kills.length}; listened again after ${kills.map(({ startedMs }) => startedMs.toFixed(0)).join(', ')} ms`,
    ...record.tabs.map(
      (tab, index) =>
        `tab ${tab.padEnd(9)}fresh after ${kills.map(({ tabsFreshMs }) => tabsFreshMs[index]?.toFixed(0)).join(', ')} ms; ` +
        `heap ${record.heapBytes.map((heap) => mb(heap[index] ?? 0)).join(', ')} MiB`,
    ),
    'searches    ms: half, 95 %, the longest; ms of CPU: half, 95 %',
    ...Object.entries({ all: record.searches, ...record.searchesByName }).map(searchText),
    ...Object.entries(record.searchProblems).map(([problem, times]) => `  ${times} times: ${problem}`),
    ...record.tabProblems.map((problem) => `  ${problem}`),
    'bounds',
    ...bounds.map(
      ({ name, found, atMost, isKept }) =>
        `  ${isKept ? 'kept  ' : 'BROKEN'} ${name}: ${found}, at most ${atMost}`,
    ),
  ].join('\n')
}

function searchText([name, figures]: [string, SearchFigures]): string {
  const { times, p50, p95, most, cpuP50, cpuP95 } = figures
  const columns = [p50, p95, most, cpuP50, cpuP95].map((figure) => figure.toFixed(0).padStart(6)).join(' ')
  return `  ${name.padEnd(30)}${columns}   ${times} times`
}

/** The most of each eighth of the time: what grows is seen here. */
function eighths(values: readonly number[]): number[] {
  const each = Math.ceil(values.length / 8)
  return Array.from({ length: 8 }, (_, part) => values.slice(part * each, (part + 1) * each))
    .filter((some) => some.length > 0)
    .map((some) => Math.max(...some))
}
