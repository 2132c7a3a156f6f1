/** What a line says: the same for the same number, so that whoever searches knows what there is to find. */
export type Line = {
  severityNumber: number
  severityText: string
  body: string
  attributes: Record<string, string | number>
}

export type Vary = (salt: number, values: number) => number
/** What the lines of a trace have in common. */
type Subject = { order: number; user: number; product: number }

/** Ten lines of a trace; line 10 takes the place of the first one now and then, line 11 that of the eighth. */
const templates: readonly ((vary: Vary, subject: Subject) => string)[] = [
  (vary, { user }) =>
    `request POST /orders of user ${user} from 10.0.${vary(1, 256)}.${vary(2, 256)}, the basket is not empty`,
  (vary, { order, user }) =>
    `order ${order} created for customer ${user}, ${vary(1, 900)} EUR, waiting for its payment`,
  (vary, { order }) =>
    `payment of order ${order} accepted by the provider after ${vary(1, 900)} ms at the first attempt`,
  (vary) =>
    `query SELECT orders returned ${vary(1, 500)} rows in ${vary(2, 90)} ms from a replica of the pool`,
  (vary, { product }) =>
    `cache miss for product ${product}, loading it from the catalog took ${vary(1, 90)} ms this time`,
  (vary, { product }) =>
    `stock of product ${product} reserved in warehouse ${vary(1, 9)}, ${vary(2, 700)} pieces left`,
  (vary, { user }) =>
    `session of user ${user} renewed for ${vary(1, 90)} minutes after the last click on the page`,
  (vary, { order }) =>
    `job for order ${order} taken from the queue mails after waiting ${vary(1, 900)} ms for a worker`,
  (vary, { user }) =>
    `mail ${hex(vary(1, 2 ** 32))} to customer ${user} handed over to the relay with its attachment`,
  (vary, { user }) =>
    `request POST /orders answered 201 to user ${user} in ${vary(1, 900)} ms with ${vary(2, 9000)} bytes`,
  (vary, { order }) =>
    `provider timed out for order ${order}, retrying in ${vary(1, 900)} ms, attempt ${vary(2, 5)} of 5`,
  (vary, { order }) =>
    `order ${order} quarantined: the checksum of its basket ${hex(vary(1, 2 ** 32))} does not match`,
]
const routes = ['/orders', '/orders/:id', '/users', '/basket', '/checkout']

/** Words of lines by how many say them: one of twenty thousand, one of a hundred, three of ten. See {@link lineOf}. */
export const words = { rare: 'quarantined', middle: 'retrying', common: 'order' } as const

/** Users that a trace can be of, as values of the attribute `user.id`. */
export const users = 5000

/** A line by its number; of ten in turn one each. One of a hundred is a warning, one of twenty thousand an error. */
export function lineOf(number: number, trace: number): Line {
  const vary = variation(number)
  const subject = { order: mix(trace) % 1e7, user: trace % users, product: mix(trace) % 1e5 }
  const [template, severityNumber, severityText] = kindOf(number)
  return {
    severityNumber,
    severityText,
    body: templates[template]!(vary, subject),
    attributes: {
      'http.route': routes[trace % routes.length]!,
      'user.id': `u-${subject.user}`,
      'order.id': `ord_${subject.order}`,
      durationMs: vary(7, 9000) / 10,
    },
  }
}

/** Values that depend on a number and a salt below 16. */
export function variation(number: number): Vary {
  return (salt, values) => mix(number * 16 + salt) % values
}

function kindOf(number: number): [template: number, severityNumber: number, severityText: string] {
  if (number % 20_000 === 7) return [11, 17, 'error']
  if (number % 100 === 50) return [10, 13, 'warn']
  return number % 10 === 3 ? [3, 5, 'debug'] : [number % 10, 9, 'info']
}

const hex = (value: number): string => value.toString(16).padStart(8, '0')

/** The finalizer of MurmurHash3: neighbouring numbers get values that have nothing in common. */
function mix(number: number): number {
  let mixed = number | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
