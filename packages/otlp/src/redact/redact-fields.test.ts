import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeLogsRequest } from '../decode/message.ts'
import { createByteWriter } from '../encode/byte-writer.ts'
import { defaultLimits } from '../encode/limits.ts'
import { writeLogRecord } from '../encode/log-record.ts'
import { frameRequest } from '../encode/request.ts'
import { type JsonValue, redactFields, redactValue } from './redact-fields.ts'
import { redactPatternNames } from './redaction.ts'
import { createRedactor } from './redactor.ts'

const redactor = (keys: string[] = []) => createRedactor({ keys, patterns: redactPatternNames, cuts: true })

test.for<[JsonValue, JsonValue]>([
  [
    { password: 'hunter2', 'user.id': 7 },
    { password: '[redacted]', 'user.id': 7 },
  ],
  [{ a: [{ token: 'x' }, 'to bob@example.com'] }, { a: [{ token: '[redacted]' }, 'to [redacted]'] }],
  [{ 'bob@example.com': true }, { '[redacted]': true }],
  [
    { card: 4111111111111111, order_id: 4111111111111111 },
    { card: '[redacted]', order_id: 4111111111111111 },
  ],
  [
    { password: null, token: false },
    { password: null, token: false },
  ],
  ['paid by 4111111111111111', 'paid by [redacted]'],
  [
    [1, null, true],
    [1, null, true],
  ],
  [JSON.parse('{"__proto__":{"password":"x"}}'), JSON.parse('{"__proto__":{"password":"[redacted]"}}')],
])('%j becomes %j', ([given, clean]) => {
  expect(redactValue(redactor(), given)).toEqual(clean)
})

test('a path of denied keys is found through objects and lists', () => {
  const given = { order: { user: { card: 'a', name: 'b' } }, users: [{ card: 'c' }], card: 'd' }
  expect(redactFields(redactor(['user.card']), given)).toEqual({
    order: { user: { card: '[redacted]', name: 'b' } },
    users: [{ card: 'c' }],
    card: 'd',
  })
})

const keys = fc.constantFrom('password', 'user', 'card', 'order_id', 'token', 'a', 'bob@example.com', 'n')
const leaf = fc.oneof(
  fc.constantFrom('hunter2', '4111111111111111', 'to bob@example.com', 'password=x1 ok', 'plain', ''),
  fc.constantFrom(4111111111111111, 7, 1.5, true, false),
)
const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(keys, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}))

function sent(attributes: Record<string, JsonValue>): unknown {
  const writer = createByteWriter(64)
  const log = { timeUnixMs: 1, severityNumber: 9, severityText: 'info', body: '', attributes }
  writeLogRecord(writer, log, { ...defaultLimits, redactor: redactor(['user.card']) })
  const nothing = Buffer.alloc(0)
  const records = [{ scope: nothing, records: [writer.buffer.subarray(0, writer.position)] }]
  const [resource] = decodeLogsRequest(Buffer.concat(frameRequest(nothing, records)))
  return resource?.scopeLogs[0]?.logRecords[0]?.attributes
}

test('what was stored is cleaned as the encoder would have cleaned it', () => {
  fc.assert(
    fc.property(fc.dictionary(keys, value, { maxKeys: 4, noNullPrototype: true }), (attributes) => {
      expect(redactFields(redactor(['user.card']), attributes)).toEqual(sent(attributes))
    }),
  )
})
