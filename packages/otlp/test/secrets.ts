/** A corpus of secrets, and clean texts that look like some, the same for a seed. */

export type Secret = { kind: 'card' | 'token' | 'email' | 'phone' | 'cn-id' | 'password'; text: string }

export type Random = {
  below(limit: number): number
  of<T>(values: readonly T[] | string): T
  text(length: number, characters: string): string
}

/** mulberry32: the corpus must be the same everywhere. */
export function createRandom(seed: number): Random {
  let state = seed
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  const of = <T>(values: readonly T[] | string): T => values[below(values.length)] as T
  const text: Random['text'] = (length, characters) => {
    let made = ''
    while (made.length < length) made += of(characters)
    return made
  }
  return { below, of, text }
}

const digits = '0123456789'
const lower = 'abcdefghijklmnopqrstuvwxyz'
const word = `${lower}${lower.toUpperCase()}${digits}`
const hex = `${digits}abcdef`

const makers: Readonly<Record<Secret['kind'], (random: Random) => string>> = {
  card: (random) => {
    const [prefix, length] = random.of([
      ...[['4', 16] as const, ['51', 16] as const, ['55', 16] as const, ['2223', 16] as const],
      ...[['34', 15] as const, ['37', 15] as const, ['6011', 16] as const, ['3530', 16] as const],
      ...[['62', 16] as const, ['62', 19] as const, ['36', 14] as const],
    ])
    const body = prefix + random.text(length - prefix.length - 1, digits)
    const card = body + [...digits].find((last) => luhn(body + last))
    if (length !== 16) return card
    return random.of([card, card.match(/.{4}/g)!.join(' '), card.match(/.{4}/g)!.join('-')])
  },
  token: (random) => {
    const jwt = ['{"alg":"HS256"}', `{"sub":"${random.text(9, lower)}"}`].map((part) =>
      Buffer.from(part).toString('base64url'),
    )
    return random.of([
      `${jwt.join('.')}.${random.text(43, word)}`,
      `ghp_${random.text(36, word)}`,
      `xoxb-${random.text(12, digits)}-${random.text(24, word)}`,
      `sk_live_${random.text(24, word)}`,
      `AKIA${random.text(16, `${lower.toUpperCase()}${digits}`)}`,
      `glpat-${random.text(20, word)}`,
      `Bearer ${random.text(31, word)}7`,
      `Basic ${Buffer.from(`${random.text(8, lower)}:${random.text(12, word)}`).toString('base64')}`,
    ])
  },
  email: (random) =>
    `${random.text(7, lower)}${random.of(['.', '_', '+', ''])}${random.text(4, word)}@${random.text(8, lower)}.${random.of(['com', 'cn', 'co.uk', 'example'])}`,
  phone: (random) => {
    const [first, second] = [random.text(4, digits), random.text(4, digits)]
    const mobile = `1${random.of(['38', '39', '50', '77', '86', '99'])}`
    return random.of([
      `${mobile}${first}${second}`,
      `${mobile}-${first}-${second}`,
      `+86 ${mobile} ${first} ${second}`,
      `+1 (415) 555-${first}`,
      `+4915${first}${second}`,
      `(212) 555-${second}`,
    ])
  },
  'cn-id': (random) => {
    const body = `${random.of(['110101', '310104', '440305', '510107'])}19${60 + random.below(40)}0${1 + random.below(9)}1${random.below(10)}${random.text(3, digits)}`
    const sum = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2].reduce(
      (total, weight, index) => total + weight * Number(body[index]),
      0,
    )
    return body + '10X98765432'[sum % 11]
  },
  password: (random) => `${random.text(6, word)}${random.of('!#%^*+-_$')}${random.text(7, word)}9`,
}

function luhn(card: string): boolean {
  const sum = [...card]
    .toReversed()
    .map((digit, index) => Number(digit) * (1 + (index % 2)))
    .reduce((total, value) => total + (value > 9 ? value - 9 : value), 0)
  return sum % 10 === 0
}

export const secretKinds = Object.keys(makers) as Secret['kind'][]

export function makeSecrets(count: number, seed: number): Secret[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, (_, index) => {
    const kind = secretKinds[index % secretKinds.length]!
    return { kind, text: makers[kind](random) }
  })
}

const uuid = (random: Random): string => [8, 4, 4, 4, 12].map((length) => random.text(length, hex)).join('-')

/** What services write that is no secret, of shapes that are near to one. */
const clean: readonly ((random: Random) => string)[] = [
  uuid,
  (random) => random.text(32, hex),
  (random) => random.text(16, hex),
  (random) => random.text(40, hex),
  (random) => random.text(64, hex),
  (random) => `00-${random.text(32, hex)}-${random.text(16, hex)}-01`,
  (random) => `sha256:${random.text(64, hex)}`,
  (random) => `sha512-${random.text(86, word)}==`,
  (random) => new Date(1.6e12 + random.below(3e11)).toISOString(),
  (random) => String(1.6e12 + random.below(3e11)),
  (random) => String(1.6e9 + random.below(3e8)),
  (random) => `${1.6e12 + random.below(3e11)}${random.text(6, digits)}`,
  (random) => `2026-11-29 13:0${random.below(9)}:17,${random.text(3, digits)} +0800`,
  (random) => `$${random.below(99_999)}.${random.text(2, digits)}`,
  (random) => `¥${1 + random.below(999)},${random.text(3, digits)},${random.text(3, digits)}.00`,
  (random) => `v${random.below(30)}.${random.below(99)}.${random.below(999)}-rc.${random.below(9)}`,
  (random) => `express@${random.below(9)}.${random.below(30)}.${random.below(9)}`,
  (random) => `@scope/logger@${random.below(9)}.${random.below(30)}.0-beta.next`,
  (random) => `ORD-${random.text(16, digits)}`,
  (random) => `order ${random.text(11, digits)} shipped`,
  (random) => `order_id=${random.text(16, digits)} state=paid`,
  (random) => `ord_${random.text(24, word)}`,
  (random) => `2026112913${random.text(10, digits)}`,
  (random) =>
    `10.${random.below(255)}.${random.below(255)}.${random.below(255)}:${1024 + random.below(60_000)}`,
  (random) => `fe80::${random.text(4, hex)}:${random.text(4, hex)}`,
  (random) => `GET /orders/${uuid(random)}/items/${random.below(1e6)}?page=${random.below(99)}&sort=asc`,
  (random) => `https://api.example.com:8443/v1/orders/${random.text(9, digits)}?expand=lines`,
  (random) => `SELECT * FROM orders WHERE id = $1 AND password = ? LIMIT ${random.below(999)}`,
  (random) => `took ${random.text(11, digits).replace(/^0/, '1')} ns, read ${1e10 + random.below(9e9)} bytes`,
  (random) => `Unexpected token: } in JSON at position ${random.below(99_999)}`,
  (random) => `password: must be longer than ${random.below(20)}`,
  (random) =>
    `TypeError: x is not a function\n    at Layer.handle (/app/node_modules/.pnpm/router@2.2.0/node_modules/router/lib/layer.js:${random.below(999)}:17)`,
  (random) => `basic authentication is off, bearer authentication is on (${random.below(9)})`,
  (random) => `image registry.example.com/shop/api@sha256:${random.text(64, hex)}`,
  (random) => `logo@2x.png ${random.below(1e6)} bytes`,
  (random) => `cloned git@github.com:shop/api-${random.below(99)}.git`,
  (random) => `incoming-payment-request-handler-${random.text(5, lower)}`,
  (random) => `commit ${random.text(7, hex)} by deploy ${random.text(10, hex)}`,
  (random) =>
    `pod api-${random.text(10, hex)}-${random.text(5, lower)} on node-${random.below(99)} port ${random.below(65_535)}`,
  (random) => `snowflake_id=${1e17 + random.below(9e8)} shard=${random.below(64)}`,
  (random) =>
    `listening on [::1]:${random.below(65_535)}, mac 0a:${random.text(2, hex)}:${random.text(2, hex)}:5e:0f:01`,
  (random) => `at 39.${random.text(6, digits)}, 116.${random.text(6, digits)}`,
  (random) =>
    `took ${random.below(999)}.${random.text(12, digits)} ms, ${random.below(100)}.${random.text(2, digits)} %`,
  (random) => `rows ${Array.from({ length: 12 }, () => random.below(99)).join(' ')}`,
  (random) => `totals [${Array.from({ length: 6 }, () => random.below(99_999)).join(', ')}]`,
  (random) => `isbn 978-3-16-${random.text(6, digits)}-${random.below(9)}`,
  (random) => `ean ${random.of(['400', '590', '690'])}${random.text(10, digits)}`,
  (random) => `tracking 1Z999AA${random.text(10, digits)}`,
  (random) => `from 2026-11-${10 + random.below(19)} to 2026-12-${10 + random.below(19)} 08:00-12:00`,
  (random) => `20261129-${random.text(6, digits)}-${random.text(4, digits)}`,
  (random) => `s3://logs-2026/11/29/${random.text(12, digits)}.gz?versionId=${random.text(32, word)}`,
  (random) =>
    `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${random.below(199)}.0.0.0 Safari/537.36`,
  (random) => `GET /assets/index-${random.text(8, word)}.js HTTP/1.1 304 ${random.below(99)} "-" "-"`,
  (random) => `token bucket has ${random.below(99)} left, password reset requested, cookie banner shown`,
  (random) =>
    `retry ${random.below(9)} of 5 in ${random.below(9999)}ms; author=ci, keyboard: none, monkey = ${random.below(9)}`,
  (random) => `node:internal/process/task_queues:${random.below(999)}:5`,
  (random) => `redis://cache-${random.below(9)}.example:6379/0, kafka broker-${random.below(9)}.example:9092`,
  (random) => `partition ${random.below(99)} offset ${1e10 + random.below(9e9)} lag ${random.below(9999)}`,
  (random) =>
    `{"amount":${random.below(99_999)}.${random.text(2, digits)},"currency":"CNY","qty":${random.below(99)},"at":${1.7e12 + random.below(3e10)}}`,
]

export function makeCleanText(random: Random): string {
  return random.of(clean)(random)
}
