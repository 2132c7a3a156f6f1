import type { ChainPage, LogFacets, LogHistogram, LogPage } from '../../packages/desk/api/index.ts'
import { busyWords } from './busy-lines.ts'
import { users } from './lines.ts'
import { services } from './traces.ts'

/** A question for a desk with busy traffic, a little different each time. */
export type BusyQuestion = {
  name: string
  path: string
  parameters(round: number): Record<string, string>
  /** What is wrong with an answer, or "". */
  problem(answer: never): string
}

const serviceOf = (round: number): string => services[round % (services.length - 1)]!

export const busyQuestions: readonly BusyQuestion[] = [
  lines('list', () => ''),
  lines('common-word', () => 'order'),
  lines('rare-word', (round) => `ord_${(round * 7919) % 1e6}`),
  lines(
    'words-together-error-service',
    (round) => `${busyWords.together} level>=error service:${serviceOf(round)}`,
  ),
  // Nothing has both words and is an error: every error of the service is looked at.
  lines(
    'words-apart-error-service',
    (round) => `${busyWords.apart} level>=error service:${serviceOf(round)}`,
  ),
  lines('words-apart-error', () => `${busyWords.apart} level>=error`),
  lines('error', () => 'level>=error'),
  lines('rare-service', () => `service:${services.at(-1)}`),
  lines('common-word-rare-service', () => `order service:${services.at(-1)}`),
  lines('attribute', (round) => `user.id:u-${1000 + ((round * 7919) % (users - 1000))}`),
  {
    name: 'chains-attribute',
    path: '/api/chains',
    parameters: (round) => ({ q: `user.id:u-${1000 + ((round * 7919) % (users - 1000))}` }),
    problem: ({ chains }: ChainPage) => (chains.length > 0 ? '' : 'no chain'),
  },
  {
    name: 'histogram-words-error',
    path: '/api/logs/histogram',
    parameters: (round) => ({ q: `${busyWords.together} level>=error service:${serviceOf(round)}` }),
    problem: ({ total }: LogHistogram) => (total > 0 ? '' : 'no line'),
  },
  {
    name: 'facets-words-error',
    path: '/api/logs/facets',
    parameters: (round) => ({ q: `${busyWords.together} level>=error service:${serviceOf(round)}` }),
    problem: ({ sampled }: LogFacets) => (sampled > 0 ? '' : 'no line'),
  },
  { name: 'services', path: '/api/services', parameters: () => ({}), problem: () => '' },
  { name: 'patterns', path: '/api/patterns', parameters: () => ({}), problem: () => '' },
]

function lines(name: string, q: (round: number) => string): BusyQuestion {
  return {
    name,
    path: '/api/logs',
    parameters: (round) => ({ q: q(round), limit: '200' }),
    problem: ({ searchedToUnixMs }: LogPage) => (searchedToUnixMs === null ? '' : 'the time ran out'),
  }
}
