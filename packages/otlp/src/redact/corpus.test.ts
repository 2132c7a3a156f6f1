import { describe, expect, test } from 'vitest'
import { createRandom, makeCleanText, makeSecrets, type Random, type Secret } from '../../test/secrets.ts'
import { createByteWriter } from '../encode/byte-writer.ts'
import type { LogInput, SpanInput } from '../encode/input.ts'
import { defaultLimits, type EncodeLimits, lookAhead } from '../encode/limits.ts'
import { writeLogRecord } from '../encode/log-record.ts'
import { encodeResource } from '../encode/request.ts'
import { writeSpan } from '../encode/span.ts'
import { type Redactor, redactPatternNames } from './redaction.ts'
import { createRedactor } from './redactor.ts'

const secrets = makeSecrets(500, 20_261_129)
const log = { timeUnixMs: 1, severityNumber: 9, severityText: 'info', body: 'b' }
const span: SpanInput = {
  ...{ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 },
  ...{ name: 'GET /', kind: 1, startUnixMs: 1, endUnixMs: 2, statusCode: 0 },
}

/** As a text has it: what has no shape of its own stands behind its name. */
const said = ({ kind, text }: Secret): string =>
  kind === 'password' ? `login with password=${text} failed` : `seen ${text}, then more`
const keyOf = ({ kind }: Secret): string => (kind === 'password' ? 'userPassword' : 'note')
const thrown = (message: string): Error => new TypeError(message, { cause: new Error(`inner: ${message}`) })

const logPlaces: Record<string, (secret: Secret) => Partial<LogInput>> = {
  body: (secret) => ({ body: said(secret) }),
  'a nested value of the body': (secret) => ({ body: { at: [{ [keyOf(secret)]: secret.text }] } }),
  'an attribute': (secret) => ({ attributes: { [keyOf(secret)]: secret.text } }),
  'a text attribute': (secret) => ({ attributes: { text: said(secret) } }),
  'a nested attribute': (secret) => ({ attributes: { user: { deep: [{ [keyOf(secret)]: secret.text }] } } }),
  'a list': (secret) => ({ attributes: { list: [1, said(secret)] } }),
  'a Map': (secret) => ({ attributes: { map: new Map([[keyOf(secret), secret.text]]) } }),
  'a Set': (secret) => ({ attributes: { set: new Set([said(secret)]) } }),
  'a class with toJSON': (secret) => ({
    attributes: { own: { toJSON: () => ({ [keyOf(secret)]: secret.text }) } },
  }),
  'what was printed of it': (secret) => ({
    attributes: { own: { toJSON: () => 'never called' } },
    printedJson: () => ({ [keyOf(secret)]: secret.text }),
  }),
  'a key': (secret) => ({ attributes: { [said(secret)]: 1, deep: { [said(secret)]: 1 } } }),
  bytes: (secret) => ({ attributes: { raw: Buffer.from(said(secret)) } }),
  'an exception': (secret) => ({ exception: thrown(said(secret)) }),
  'an error among the attributes': (secret) => ({
    attributes: { error: Object.assign(thrown(said(secret)), { [keyOf(secret)]: secret.text }) },
  }),
  'a nested error': (secret) => ({ attributes: { result: { error: thrown(said(secret)) } } }),
  'something thrown': (secret) => ({ exception: { [keyOf(secret)]: secret.text } }),
  'a getter that throws': (secret) => ({
    attributes: {
      get own() {
        throw new Error(said(secret))
      },
    },
  }),
  'the context': (secret) => ({ contextAttributes: { [keyOf(secret)]: secret.text } }),
  'the name of the event': (secret) => ({ eventName: said(secret) }),
  'JSON in a text': (secret) => ({ body: JSON.stringify({ a: 1, [keyOf(secret)]: secret.text, z: 2 }) }),
  'JSON in JSON': (secret) => ({
    body: JSON.stringify({ body: JSON.stringify({ [keyOf(secret)]: secret.text, z: 2 }) }),
  }),
  'job data': (secret) => ({ attributes: { 'job.data': { payload: { [keyOf(secret)]: secret.text } } } }),
}

const attributePlaces: Record<string, (secret: Secret) => Record<string, unknown>> = {
  'an attribute': (secret) => ({ [keyOf(secret)]: secret.text }),
  'a header': (secret) => ({ 'http.request.header.authorization': [secret.text] }),
  'the query text': (secret) => ({
    'db.query.text': `SELECT * FROM users WHERE ${keyOf(secret)} = '${secret.text}' AND id = 7`,
  }),
  'a URL': (secret) => ({
    'url.full': `https://shop.example/pay?id=7&${keyOf(secret)}=${encodeURIComponent(secret.text)}&page=2`,
  }),
  'a form': (secret) => ({ form: new URLSearchParams({ [keyOf(secret)]: secret.text, z: '2' }) }),
  'the login of a URL': ({ text }) => ({
    'server.address': `redis://default:${encodeURIComponent(text)}@cache.example:6379/0`,
  }),
}

const spanPlaces: Record<string, (secret: Secret) => Partial<SpanInput>> = {
  ...Object.fromEntries(
    Object.entries(attributePlaces).map(([place, of]) => [
      `${place} of a span`,
      (secret: Secret) => ({ attributes: of(secret) }),
    ]),
  ),
  'its name': (secret) => ({ name: said(secret) }),
  'its status': (secret) => ({ statusCode: 2, statusMessage: said(secret) }),
  'an event': (secret) => ({
    events: [{ timeUnixMs: 1, name: said(secret), attributes: { 'exception.message': said(secret) } }],
  }),
  'a link': (secret) => ({ links: [{ ...span, attributes: { [keyOf(secret)]: secret.text } }] }),
}

const redactor = (cuts = true): Redactor => createRedactor({ keys: [], patterns: redactPatternNames, cuts })

const writer = createByteWriter()

function encode(inputs: Partial<LogInput>[], used?: Redactor, given: Partial<EncodeLimits> = {}): Buffer {
  writer.position = 0
  const limits = { ...defaultLimits, ...given, redactor: used }
  for (const one of inputs) writeLogRecord(writer, { ...log, ...one }, limits)
  return Buffer.from(writer.buffer.subarray(0, writer.position))
}

function encodeSpan(input: Partial<SpanInput>, used: Redactor): Buffer {
  writer.position = 0
  writeSpan(writer, { ...span, ...input }, { ...defaultLimits, redactor: used })
  return Buffer.from(writer.buffer.subarray(0, writer.position))
}

/** The secrets that the bytes made of them have, also as a URL has it. */
function leaks(bytesOf: (secret: Secret) => Buffer): Secret[] {
  return secrets.filter((secret) => {
    const bytes = bytesOf(secret)
    return bytes.includes(secret.text) || bytes.includes(encodeURIComponent(secret.text))
  })
}

describe('500 secrets leave in no byte', () => {
  test.for(Object.keys(logPlaces))('of a log record: %s', (place) => {
    const used = redactor()
    const write = (one?: Redactor) => (secret: Secret) => encode([logPlaces[place]!(secret)], one)
    expect([leaks(write(used)), leaks(write()).length > 490]).toEqual([[], true])
  })

  test.for(Object.keys(spanPlaces))('of a span: %s', (place) => {
    const used = redactor()
    expect(leaks((secret) => encodeSpan(spanPlaces[place]!(secret), used))).toEqual([])
  })

  test.for(Object.keys(attributePlaces))('of the resource: %s', (place) => {
    const used = redactor()
    expect(leaks((secret) => encodeResource(attributePlaces[place]!(secret), used))).toEqual([])
  })

  test('of a record that cannot be encoded', () => {
    const used = redactor()
    const bytesOf = (secret: Secret): Buffer => {
      const attributes = new Proxy({}, { ownKeys: () => [said(secret)] })
      return encode([{ body: said(secret), attributes, eventName: thrower(said(secret)) }], used)
    }
    expect([leaks(bytesOf), bytesOf(secrets[0]!).includes('clew.replaced')]).toEqual([[], true])
  })

  const cut: Record<string, (secret: Secret, limit: number, used: Redactor) => Buffer> = {
    body: (secret, limit, used) => encode([{ body: said(secret) }], used, { bodyLength: limit }),
    'an attribute': (secret, limit, used) =>
      encode([{ attributes: { deep: [{ text: said(secret) }] } }], used, { attributeValueLength: limit }),
    'what a getter threw': (secret, limit, used) => {
      const own = {
        get text() {
          throw new Error(said(secret))
        },
      }
      return encode([{ attributes: { own } }], used, { attributeValueLength: '[Threw: '.length + limit })
    },
    'an object that was thrown': (secret, limit, used) => {
      const exception = { text: `${'-'.repeat(900)} ${said(secret)}` }
      return encode([{ exception }], used, { attributeValueLength: "{ text: '".length + 901 + limit })
    },
    'a text whose secrets before were longer than what is sent of them': (secret, limit, used) => {
      const keys = `-----BEGIN PRIVATE KEY-----${'M'.repeat(4000)}-----END PRIVATE KEY----- `.repeat(4)
      const body = `${keys}${said(secret)}${'-'.repeat(9000)}`
      // What the redactor sees ends in the middle of the secret.
      return encode([{ body }], used, { bodyLength: keys.length + limit - lookAhead })
    },
  }
  test.for(Object.keys(cut))('of which a limit cuts in the middle: %s', (place) => {
    const used = redactor()
    const halves = secrets.filter((secret) => {
      const limit = said(secret).indexOf(secret.text) + 12
      return cut[place]!(secret, limit, used).includes(secret.text.slice(0, 12))
    })
    expect(halves).toEqual([])
  })
})

/** A text that is none, and throws when it is asked for one. */
const thrower = (message: string): string =>
  ({
    toString: () => {
      throw new Error(message)
    },
  }) as unknown as string

function cleanRecord(random: Random): Partial<LogInput> {
  const [first, second] = [makeCleanText(random), makeCleanText(random)]
  const id = random.text(16, '0123456789')
  return { body: `${first} ${second}`, attributes: { order_id: id, deep: { at: second } } }
}

test('100,000 clean records lose nothing', { timeout: 120_000 }, () => {
  const random = createRandom(7)
  const used = redactor()
  const cut: string[] = []
  for (let index = 0; index < 100_000; index++) {
    const record = cleanRecord(random)
    if (!encode([record], used).equals(encode([record]))) cut.push(JSON.stringify(record))
  }
  expect(cut).toEqual([])
  expect(used.counts()).toEqual({ key: 0, card: 0, token: 0, email: 0, phone: 0, 'cn-id': 0 })
})

test('a redactor that only counts changes no byte, and counts what one that cuts does', () => {
  const inputs = Object.values(logPlaces).flatMap((place) => secrets.map((secret) => place(secret)))
  const [counting, cutting] = [redactor(false), redactor()]
  expect(encode(inputs, counting).equals(encode(inputs, undefined))).toBe(true)
  encode(inputs, cutting)
  expect(counting.counts()).toEqual(cutting.counts())
})
