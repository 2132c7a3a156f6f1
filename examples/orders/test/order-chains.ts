import { type ChainLog, type ChainSpan, formatChain } from '@clew/testing'
import { chainRows } from '../../../scripts/examples/chain-rows.ts'

/** What came of services, of any traces. */
export type Chain = { spans: readonly ChainSpan[]; logs: readonly ChainLog[] }

/** As W3C has it. */
export function newTraceId(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('hex')
}

/** Orders something, in a trace of its own or in this one. An amount of 66.13 is refused three times. */
export async function postOrder(apiUrl: string, amount: number, traceId?: string): Promise<void> {
  await fetch(`${apiUrl}/orders`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(traceId !== undefined && { traceparent: `00-${traceId}-00f067aa0ba902b7-01` }),
    },
    body: JSON.stringify({ item: 'a lantern', amount }),
  })
}

/**
 * The rows of a chain, each indented by its depth, without times and numbers that differ from run to run, sorted: the request and
 * the first attempt run at the same time in two processes.
 */
export function rowsOf(traceId: string, { spans, logs }: Chain): string[] {
  return chainRows(formatChain(traceId, spans, logs))
    .map(({ depth, text }) => {
      const same = text.replace(/\(job [\w-]+,/, '(job,').replace(/orderId=\d+/, 'orderId')
      return '   '.repeat(depth) + same
    })
    .toSorted()
}

const attempt = (number: number, more: string[]): string[] => [
  `   process payments (job, attempt ${number})  [orders-worker]  ERROR the bank does not answer`,
  '      INFO  charging the card orderId amount=66.13',
  '      POST → 500  [orders-worker]  ERROR',
  '         POST → 500  [orders-gateway]  ERROR',
  '            WARN  the bank does not answer orderId amount=66.13',
  ...more,
]
const again = (number: number): string =>
  `      WARN  payment attempt failed, trying again orderId attempt=${number}`

/** The rows of an order that is refused three times, whose jobs are in PostgreSQL or in Redis. */
export const failedOrder: readonly string[] = [
  'POST /orders → 202  [orders-api]',
  '   INFO  order received item=a lantern amount=66.13',
  '   INSERT orders  [orders-api]',
  '   INFO  order accepted orderId',
  ...attempt(1, [again(1)]),
  ...attempt(2, [again(2)]),
  ...attempt(3, [
    '      ERROR charge failed for good after 3 of 3 attempts PaymentFailed: the bank does not answer status=500',
    '      UPDATE orders  [orders-worker]',
    '      ERROR payment_failed PaymentFailed: the bank does not answer orderId status=500',
  ]),
].toSorted()
