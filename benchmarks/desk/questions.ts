import type {
  ChainData,
  ChainPage,
  LogHistogram,
  LogPage,
  PatternPage,
  ServiceMap,
} from '../../packages/desk/api/index.ts'
import { users, words } from './lines.ts'
import { ordinary, services, traceIdOf } from './traces.ts'

/** What the store holds: traces by their numbers, and since when. */
export type Stored = { traces: number; fromUnixMs: number; toUnixMs: number }

/** Something to ask the API, a little different each time. */
export type Question = {
  /** Name of its result, behind `desk-`. */
  name: string
  /** Goal of the 95th percentile. */
  atMostMs?: number
  times: number
  path(time: number, stored: Stored): string
  parameters(time: number, stored: Stored): Record<string, string>
  /** What is wrong with an answer, or "". */
  problem(answer: never): string
}

const searchMs = 20

export const openChain: Question = {
  name: 'open-chain',
  atMostMs: 5,
  times: 200,
  path: (time, { traces }) => `/api/chains/${traceIdOf((time * 7919) % traces)}`,
  parameters: () => ({}),
  problem: ({ spans, logs }: ChainData) =>
    spans.ref.length === ordinary.spans && logs.ref.length === ordinary.lines
      ? ''
      : `${spans.ref.length} spans and ${logs.ref.length} lines`,
}

export const searchCommon: Question = search('search-common', () => words.common, searchMs)

export const questions: readonly Question[] = [
  openChain,
  search('search-rare', () => words.rare, searchMs),
  search('search-middle', () => words.middle, searchMs),
  searchCommon,
  search('search-phrase', () => '"handed over to the relay"', searchMs),
  search('search-prefix', () => 'warehou*', searchMs),
  search('search-attribute', (time) => `user.id:u-${(time * 7919) % users}`),
  search('search-level', () => 'level>=warn'),
  histogram('histogram', '', 10, 200),
  histogram('histogram-filtered', words.common, 400, 20),
  {
    ...list('chains', '/api/chains'),
    problem: ({ chains }: ChainPage) => (chains.length === 50 ? '' : `${chains.length} chains`),
  },
  {
    ...list('patterns', '/api/patterns'),
    problem: ({ patterns }: PatternPage) => (patterns.length >= 12 ? '' : `${patterns.length} patterns`),
  },
  {
    ...list('services', '/api/services'),
    problem: (map: ServiceMap) =>
      map.services.length >= services.length ? '' : `${map.services.length} services`,
  },
]

function search(name: string, q: (time: number) => string, atMostMs?: number): Question {
  return {
    name,
    ...(atMostMs !== undefined && { atMostMs }),
    times: 100,
    path: () => '/api/logs',
    parameters: (time) => ({ q: q(time), limit: '200' }),
    problem: ({ logs }: LogPage) => (logs.length > 0 ? '' : 'no line'),
  }
}

function histogram(name: string, q: string, atMostMs: number, times: number): Question {
  return {
    name,
    atMostMs,
    times,
    path: () => '/api/logs/histogram',
    parameters: (_, stored) => ({ q, ...timeOf(stored) }),
    problem: ({ total }: LogHistogram) => (total > 0 ? '' : 'no line'),
  }
}

function list(name: string, path: string): Omit<Question, 'problem'> {
  return { name, times: 20, path: () => path, parameters: (_, stored) => timeOf(stored) }
}

const timeOf = ({ fromUnixMs, toUnixMs }: Stored) => ({ from: String(fromUnixMs), to: String(toUnixMs) })
