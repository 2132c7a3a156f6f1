import { randomBytes } from 'node:crypto'

/** A log record of the benchmark, before either encoder's own shape. */
export type PlainRecord = {
  timeUnixMs: number
  severityNumber: number
  severityText: string
  body: string
  traceId: string
  spanId: string
  attributes: Readonly<Record<string, string | number | boolean>>
}

const paths = ['/orders', '/orders/:id', '/users', '/health', '/cart/checkout']
const messages = [
  'order created',
  'payment accepted by the provider after a retry',
  'cache miss',
  'user logged in',
  'request completed',
]

/** Varied records with five attributes each, four in each trace and two in each span. */
export function makeRecords(count: number): PlainRecord[] {
  let traceId = ''
  let spanId = ''
  return Array.from({ length: count }, (_, index) => {
    if (index % 4 === 0) traceId = randomBytes(16).toString('hex')
    if (index % 2 === 0) spanId = randomBytes(8).toString('hex')
    const isError = index % 10 === 0
    return {
      timeUnixMs: 1_760_000_000_000 + index * 7,
      severityNumber: isError ? 17 : 9,
      severityText: isError ? 'error' : 'info',
      body: `${messages[index % messages.length]} ${index}`,
      traceId,
      spanId,
      attributes: {
        'order.id': `ord_${(index * 7919).toString(36)}`,
        'http.route': paths[index % paths.length]!,
        amount: index % 3 ? index * 10 : index * 1.25,
        retry: index % 2 === 0,
        id: index,
      },
    }
  })
}
