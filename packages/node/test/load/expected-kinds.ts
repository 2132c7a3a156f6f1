import { isAborted } from './order-trace.ts'

/** How often the applications in `fixtures/load` say each kind for an order. */
export function expectedKinds(order: number): Record<string, number> {
  const attempts = order % 4 === 1 ? 2 : 1
  const paid = isPaid(order)
  const hasNotice = paid && order % 2 === 0
  return withoutNone({
    ...times(1, ['api start', 'api close', 'api end', ...storeKinds('api'), 'api query failed']),
    ...times(isAborted(order) ? 0 : 1, ['api finish']),
    ...times(isAborted(order) ? 1 : 0, ['api aborted']),
    ...fetchKinds(order, 'api', 1),
    ...times(attempts, ['job active', 'job start', ...storeKinds('job')]),
    ...times(paid ? 1 : 0, ['job completed', 'job end']),
    ...times(paid ? attempts - 1 : 1, ['job failed']),
    ...fetchKinds(order, 'job', paid ? 1 : 0),
    ...times(hasNotice ? 1 : 0, ['notice active', 'notice start', 'notice end', 'notice completed']),
  })
}

/** Whether its payment succeeds, at the second attempt at last. */
export function isPaid(order: number): boolean {
  return order % 16 !== 2
}

/** Kinds of records that belong to no order; none of them may have a trace. */
export const kindsOfNobody: readonly string[] = ['drained', 'pool connect', 'redis ready', 'tick']

/** How many payments and notices are made for an order. */
export function countJobs(order: number): number {
  return order % 2 === 0 && isPaid(order) ? 2 : 1
}

function storeKinds(prefix: string): string[] {
  const kinds = ['connect callback', 'client callback', 'query callback', 'row event', 'row end']
  const rest = ['redis callback', 'redis command', 'redis pipeline', 'event']
  return [...kinds, ...rest].map((kind) => `${prefix} ${kind}`)
}

function fetchKinds(order: number, prefix: string, fetches: number): Record<string, number> {
  const refused = order % 7 === 0 ? fetches : 0
  return {
    ...times(fetches, [`${prefix} fetch 200`, `second ${prefix} 200`]),
    ...times(refused, [`${prefix} fetch 503`, `second ${prefix} 503`]),
  }
}

function times(count: number, kinds: readonly string[]): Record<string, number> {
  return Object.fromEntries(kinds.map((kind) => [kind, count]))
}

function withoutNone(counts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
}
