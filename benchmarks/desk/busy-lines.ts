import { type Line, users, type Vary, variation } from './lines.ts'

type Say = (vary: Vary, order: number, user: number) => string
type Kind = { severityNumber: number; severityText: string; says: readonly Say[] }

/** Words that many lines say, and that no error says both of; two that errors say as well. */
export const busyWords = { apart: 'slow query', together: 'order failed' } as const

const debug: readonly Say[] = [
  (vary) =>
    `query SELECT orders returned ${vary(1, 500)} rows in ${vary(2, 90)} ms from a replica of the pool`,
  (vary) => `cache miss for product ${vary(1, 1e5)}, loading it from the catalog took ${vary(2, 90)} ms`,
]
const info: readonly Say[] = [
  (vary, order, user) =>
    `order ${order} created for customer ${user}, ${vary(1, 900)} EUR, waiting for its payment`,
  (vary, order) =>
    `payment of order ${order} accepted by the provider after ${vary(1, 900)} ms at the first attempt`,
  (vary) => `slow query: SELECT orders with ${vary(1, 500)} rows took ${vary(2, 900) + 100} ms on a replica`,
  (vary, _, user) =>
    `session of user ${user} renewed for ${vary(1, 90)} minutes after the last click on the page`,
  (vary, order) =>
    `job for order ${order} taken from the queue mails after waiting ${vary(1, 900)} ms for a worker`,
  (vary, _, user) =>
    `request POST /orders answered 201 to user ${user} in ${vary(1, 900)} ms with ${vary(2, 9000)} bytes`,
  (vary) =>
    `stock of product ${vary(1, 1e5)} reserved in warehouse ${vary(2, 9)}, ${vary(3, 700)} pieces left`,
]
const warn: readonly Say[] = [
  (vary, order) =>
    `provider timed out for order ${order}, retrying in ${vary(1, 900)} ms, attempt ${vary(2, 5)} of 5`,
  (vary) => `the pool has no connection free, a query waits for ${vary(1, 900)} ms already`,
]
const error: readonly Say[] = [
  (vary, order) => `order ${order} failed: the provider answered 502 after ${vary(1, 900)} ms`,
  (vary) => `query failed: deadlock detected on relation orders, process ${vary(1, 60_000)} waits for a lock`,
  (vary) => `connection reset by 10.0.${vary(1, 256)}.${vary(2, 256)} in the middle of an answer`,
]
const kinds = {
  debug: { severityNumber: 5, severityText: 'debug', says: debug },
  info: { severityNumber: 9, severityText: 'info', says: info },
  warn: { severityNumber: 13, severityText: 'warn', says: warn },
  error: { severityNumber: 17, severityText: 'error', says: error },
} satisfies Record<string, Kind>
const routes = ['/orders', '/orders/:id', '/users', '/basket', '/checkout']

/** A line by its number: of a thousand 5 are errors, 25 warnings, 150 of level debug. */
export function busyLineOf(number: number, trace: number): Line {
  const vary = variation(number)
  const { says, severityNumber, severityText } = kindOf(vary(0, 1000))
  const [order, user] = [(trace * 7919) % 1e7, trace % users]
  return {
    severityNumber,
    severityText,
    body: says[vary(4, says.length)]!(vary, order, user),
    attributes: {
      'http.route': routes[trace % routes.length]!,
      'user.id': `u-${user}`,
      'order.id': `ord_${order}`,
      durationMs: vary(7, 9000) / 10,
    },
  }
}

function kindOf(share: number): Kind {
  if (share < 5) return kinds.error
  if (share < 30) return kinds.warn
  return share < 180 ? kinds.debug : kinds.info
}
