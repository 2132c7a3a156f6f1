import { expect, test } from 'vitest'
import { maxAnswerBytes } from './exchange.ts'
import { AnswerParser, type Progress } from './http-answer.ts'

/** More of them: `CLEW_FUZZ_ANSWERS=1000000`. */
const count = Number(process.env.CLEW_FUZZ_ANSWERS ?? 30_000)

/** Mulberry32: the same answers in every run. */
function createRandom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const lengths = ['0', '2', '-1', '+2', '2, 2', '0x2', '1e9', '99999999999999', '9'.repeat(30), ' 2 ', '', 'x']
const sizes = [
  '0',
  '2',
  '-6',
  'a',
  'FF',
  '00000002',
  '7fffffff',
  'ffffffffffff',
  '2;x=y',
  '2 ',
  '',
  'NaN',
  '1g',
]
const badEnds = ['\n', '\r', '\0\r\n', ' \r\n ']
const splices = [
  '\r\n',
  '\r\n\r\n',
  '\0',
  '\n',
  ':',
  ' ',
  '0\r\n\r\n',
  '-',
  '\xff',
  'HTTP/1.1 100 C\r\n\r\n',
  'chunked',
]

function makeAnswer(random: (below: number) => number): string {
  const pick = (from: readonly string[]): string => from[random(from.length)] ?? ''
  const end = (): string => (random(60) === 0 ? pick(badEnds) : '\r\n')
  const repeat = (most: number, make: () => string): string =>
    Array.from({ length: random(most) }, make).join('')
  const headers = repeat(5, () => {
    const kind = random(6)
    if (kind === 0) return `Content-Length: ${pick(lengths)}${end()}`
    if (kind === 1)
      return `Transfer-Encoding: ${pick(['chunked', 'CHUNKED', 'gzip', 'identity', ''])}${end()}`
    if (kind === 2) return `Connection: ${pick(['close', 'keep-alive', 'upgrade'])}${end()}`
    if (kind === 3) return `Retry-After: ${pick(['1', '-1', '1e9', 'soon'])}${end()}`
    if (kind === 4)
      return `${pick([' X', '', 'A ', '__proto__'])}:${pick([' b', '', '\tc\t', 'd\0'])}${end()}`
    return `${pick(['A', 'content-type', 'grpc-status'])}:${pick([' b', '', '\tc\t', '\xe4'])}${end()}`
  })
  const chunks = repeat(6, () => `${pick(sizes)}${end()}${'x'.repeat(random(4))}${end()}`)
  const interim = repeat(3, () => `HTTP/1.1 ${100 + random(4)} Interim${end()}${end()}`)
  return `${interim}HTTP/1.${random(20) === 0 ? 2 : random(2)} ${random(10) === 0 ? random(1000) : 100 + random(500)} ${pick(['OK', '', 'Not Found'])}${end()}${headers}${end()}${chunks}${'y'.repeat(random(20))}`
}

function mutate(text: string, random: (below: number) => number): string {
  let mutated = text
  for (let times = random(2) * random(4); times > 0; times--) {
    const at = random(mutated.length + 1)
    const splice = splices[random(splices.length)] ?? ''
    mutated = mutated.slice(0, at) + splice + mutated.slice(at + random(3) * random(8))
  }
  return mutated
}

/** In pieces cut at random, and whether it took no more than there was. */
function parse(bytes: Buffer, random: (below: number) => number): Progress {
  const parser = new AnswerParser()
  for (let at = 0; at < bytes.length; ) {
    const next = at + 1 + random(bytes.length)
    const progress = parser.take(bytes.subarray(at, next))
    if (progress !== 'more') return progress
    at = next
  }
  return parser.end()
}

test('of a mutated answer the parser makes one with a status and a bounded body, or none, however it is cut', () => {
  const random = createRandom(20261129)
  const statuses = new Set<number>()
  let read = 0
  for (let index = 0; index < count; index++) {
    const bytes = Buffer.from(mutate(makeAnswer(random), random), 'latin1')
    const once = new AnswerParser()
    const first = once.take(bytes)
    const whole = first === 'more' ? once.end() : first
    const cut = parse(bytes, random)
    if (typeof whole === 'string' || typeof cut === 'string') {
      if (whole !== cut) throw new Error(JSON.stringify({ answer: bytes.toString('latin1'), whole, cut }))
      continue
    }
    const isSame = whole.status === cut.status && whole.body.equals(cut.body)
    const isSane = whole.status >= 200 && whole.status <= 599 && whole.body.length <= maxAnswerBytes
    if (!isSame || !isSane) throw new Error(JSON.stringify({ answer: bytes.toString('latin1'), whole, cut }))
    statuses.add(whole.status)
    read++
  }
  expect(read).toBeGreaterThan(count / 10)
  expect(statuses.size).toBeGreaterThan(350)
})
