import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { attributesOf, encodeLog, encodeSpan, textsOf } from '../../test/encode-once.ts'
import { makeSecrets } from '../../test/secrets.ts'
import { type Redactor, type RedactPattern, redactPatternNames } from './redaction.ts'
import { createRedactor } from './redactor.ts'

const redactorOf = (keys: string[] = [], patterns: readonly RedactPattern[] = redactPatternNames): Redactor =>
  createRedactor({ keys, patterns, cuts: true })

test.for([
  // Cards: an issuer's length and beginning, and the digit of Luhn.
  ['paid by 4111111111111111.', 'paid by [redacted].'],
  ['paid by 4111 1111 1111 1111 123 today', 'paid by [redacted] today'],
  ['paid by 3782-822463-10005', 'paid by [redacted]'],
  ['1234 4111 1111 1111 1111', '1234 [redacted]'],
  ['paid by 4111111111111112', 'paid by 4111111111111112'],
  ['order 4111111111111111', 'order 4111111111111111'],
  ['card_order: 4111111111111111', 'card_order: [redacted]'],
  ['ORD-4111111111111111', 'ORD-4111111111111111'],
  ['0.4111111111111111', '0.4111111111111111'],
  ['read 4111111111111111 bytes', 'read 4111111111111111 bytes'],
  // Tokens.
  ['Authorization: Bearer abcdefgh1', 'Authorization: [redacted]'],
  ['sent Bearer abcdefgh1 to it', 'sent [redacted] to it'],
  ['bearer authentication', 'bearer authentication'],
  ['Basic aW5mbzphYg==', '[redacted]'],
  ['sk_live_abcdefghij1234567890+86 138 1234 5678', '[redacted]+86 [redacted]'],
  ['Basic functionality', 'Basic functionality'],
  ['x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln y', 'x [redacted] y'],
  ['-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY----- x', '[redacted] x'],
  ['postgres://me:p%40ss@db.example/shop', 'postgres://[redacted]@db.example/shop'],
  ['postgres://me:p@ss@db.example/shop', 'postgres://[redacted]@db.example/shop'],
  ['https://shop.example:8443/a@b', 'https://shop.example:8443/a@b'],
  // E-mail addresses.
  ['to alice.b+c@mail.example.com, done', 'to [redacted], done'],
  ['/users/alice%40example.com/orders', '/users/[redacted]/orders'],
  ['wang@163.com', '[redacted]'],
  ['from 13812345678@163.com, 13812345678%40qq.com', 'from [redacted], [redacted]'],
  ['router@2.2.0-beta.rc', 'router@2.2.0-beta.rc'],
  ['git@github.com:shop/api.git', 'git@github.com:shop/api.git'],
  // Telephone numbers.
  ['call +49 (151) 2345-6789 now', 'call [redacted] now'],
  ['tel:13812345678', 'tel:[redacted]'],
  ['phone=%2B8613812345678&x=1', 'phone=[redacted]&x=1'],
  ['手机号13812345678已注册', '手机号[redacted]已注册'],
  ['(415) 555-2671', '[redacted]'],
  ['order 13812345678', 'order 13812345678'],
  ['took 13812345678 ns', 'took 13812345678 ns'],
  ['at 2026-11-29 13:08:17 +0800', 'at 2026-11-29 13:08:17 +0800'],
  // Numbers of Chinese citizens: a province, a day of birth and the check digit.
  ['id 11010519491231002X ok', 'id [redacted] ok'],
  ['id 110105194912310021 ok', 'id 110105194912310021 ok'],
  // Values behind a denied name.
  ['GET /a?page=2&access_token=a1b2&sort=asc', 'GET /a?page=2&access_token=[redacted]&sort=asc'],
  ['{"password":"a\\"b","next":1}', '{"password":"[redacted]","next":1}'],
  ['{\\"password\\":\\"a\\\\\\"b\\",\\"next\\":1}', '{\\"password\\":\\"[redacted]\\",\\"next\\":1}'],
  ["{ password: 'a b', next: 1 }", "{ password: '[redacted]', next: 1 }"],
  ["WHERE password = 'it''s' AND x = 1", "WHERE password = '[redacted]' AND x = 1"],
  ['WHERE password = $1 AND token = ?', 'WHERE password = $1 AND token = ?'],
  ['password: hunter2, next', 'password: [redacted], next'],
  ['password: must be longer', 'password: must be longer'],
  ['Unexpected token: } in JSON', 'Unexpected token: } in JSON'],
  ['Server=db;Password=a;b&c!;Database=x', 'Server=db;Password=[redacted];Database=x'],
  ['Cookie: sid=abc; theme=dark\nHost: x', 'Cookie: [redacted]\nHost: x'],
  ['password=null token=', 'password=null token='],
] as const)('%j is sent as %j', ([given, sent]) => {
  expect(redactorOf().text(given)).toBe(sent)
})

describe('denied keys', () => {
  const attributes = {
    'http.request.header.authorization': ['a', 'b'],
    userPassword: 7,
    hasPassword: true,
    token: null,
    user: { card: 'c', name: 'n', api_key: { any: 1 } },
    'order.user.card': 'c',
    card: 'kept',
    'x-api-key': Symbol('s'),
  }
  const cut = { text: '[redacted]' }

  test('cut whole values of the default list and of paths, compared from their end', () => {
    expect(attributesOf(encodeLog({ attributes }, { redactor: redactorOf(['user.card']) }))).toEqual({
      'http.request.header.authorization': cut,
      userPassword: cut,
      hasPassword: { bool: true },
      token: { empty: true },
      user: {
        map: [
          ['card', cut],
          ['name', { text: 'n' }],
          ['api_key', cut],
        ],
      },
      'order.user.card': cut,
      card: { text: 'kept' },
      'x-api-key': cut,
    })
  })

  test.for([
    [['*.name'], { name: 1, deep: { name: 1 } }, { name: cut, deep: { map: [['name', cut]] } }],
    [['*name'], { firstName: true }, { firstName: cut }],
    [
      ['a.*.c'],
      { a: { b: { c: 1 }, c: 'k' } },
      {
        a: {
          map: [
            ['b', { map: [['c', cut]] }],
            ['c', { text: 'k' }],
          ],
        },
      },
    ],
    [['!token'], { token: 'k' }, { token: { text: 'k' } }],
    [['a.b'], { a: [{ b: 1 }] }, { a: { list: [{ map: [['b', cut]] }] } }],
    [['(a+)+$'], { '(a+)+$': 1, aaaa: 'k' }, { '(a+)+$': cut, aaaa: { text: 'k' } }],
  ] as const)('%j', ([keys, given, sent]) => {
    expect(attributesOf(encodeLog({ attributes: given }, { redactor: redactorOf([...keys]) }))).toEqual(sent)
  })
})

test('a number is looked at for cards and citizens, where its key does not name a thing', () => {
  const attributes = {
    note: 4_111_111_111_111_111,
    order_id: 4_111_111_111_111_111,
    citizen: 110101199003070070n,
    list: [4_111_111_111_111_111, 7],
    at: 1_760_000_000_000,
  }
  const record = encodeLog({ attributes }, { redactor: redactorOf() })
  expect(textsOf(record)).toEqual({ note: '[redacted]', citizen: '[redacted]' })
})

test('only the chosen patterns are looked for, and each is counted', () => {
  const redactor = redactorOf([], ['email'])
  expect(redactor.text('a@example.com 4111111111111111')).toBe('[redacted] 4111111111111111')
  redactor.text('b@example.com or c@example.com, password=x')
  expect(redactor.counts()).toEqual({ key: 1, card: 0, token: 0, email: 3, phone: 0, 'cn-id': 0 })
})

test('own patterns are looked for in texts behind the others, and counted by their names', () => {
  const own = [
    { name: 'staff', source: 'emp-\\d{6}', flags: 'i' },
    { name: 'word', source: '[a-z]{8,}', flags: '' },
  ]
  const redactor = createRedactor({ keys: [], patterns: ['email'], own, cuts: true })
  const attributes = { by: 'EMP-123456', 'emp-123456': 'a@example.com', deep: [new Error('emp-1234567')] }
  const record = encodeLog({ body: 'EMP-123456, emp-654321: redacted', attributes }, { redactor })
  expect(inspect(record, { depth: 9 })).not.toMatch(/emp-\d{6}/i)
  expect(redactor.text('EMP-123456 or emp-654321, not EMP-12345; x@example.com redacted')).toBe(
    '[redacted] or [redacted], not EMP-12345; [redacted] [redacted]',
  )
  const before = redactor.counts()
  redactor.text('EMP-123456')
  expect(redactor.counts()).toEqual({ ...before, staff: before.staff! + 1 })
})

test('what is cut already is not cut and counted again', () => {
  const redactor = redactorOf()
  const once = redactor.text('password=a&token=b {"secret":"c"} redis://me:d@host')
  const counts = redactor.counts()
  encodeLog({ body: once, attributes: { password: '[redacted]' } }, { redactor })
  expect([redactor.text(once), redactor.counts()]).toEqual([once, counts])
})

test('frames that were clean once are not read again, what stands before them is', () => {
  const frames = Array.from(
    { length: 12 },
    (_, line) => `\n    at next (/app/node_modules/@a/b@1.2.3/c.js:${line}:7)`,
  )
  const redactor = redactorOf()
  const sent = ['a@example.com', 'nothing', 'b@example.com', 'c@example.com'].map((said) =>
    redactor.text(`Error: ${said}${frames.join('')}`),
  )
  expect(sent).toEqual(
    ['[redacted]', 'nothing', '[redacted]', '[redacted]'].map((said) => `Error: ${said}${frames.join('')}`),
  )
  expect(redactor.counts().email).toBe(3)
  const other = `Error${frames.join('')} card 4111111111111111`
  expect([redactor.text(other), redactor.text(other)]).toEqual(
    Array(2).fill(`Error${frames.join('')} card [redacted]`),
  )
})

test('ids of a span and its times are no texts', () => {
  const span = { traceId: '41111111111111114111111111111111', spanId: '4111111111111111' }
  expect(encodeSpan(span, { redactor: redactorOf() })).toEqual(encodeSpan(span))
})

test('of any text with secrets in it all is cut, what stands around them stays, and what is left has none', () => {
  const secrets = makeSecrets(300, 3).filter(({ kind }) => kind !== 'password')
  const redactor = redactorOf()
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...secrets)),
      fc.array(fc.string({ unit: 'grapheme' })),
      (some, rest) => {
        const text = some.map(({ text: secret }, at) => `${rest[at] ?? ''} ${secret} `).join('\n')
        const sent = redactor.text(text)
        for (const { text: secret } of some) expect(sent).not.toContain(secret)
        expect(redactor.text(sent)).toBe(sent)
      },
    ),
  )
})

test('values of queries are cut by their names and by their looks', () => {
  const attributes = {
    'db.query.parameter.password': 'hunter2',
    'db.query.parameter.user': 'ann',
    'db.query.parameter.0': '4111 1111 1111 1111',
  }
  expect(attributesOf(encodeSpan({ attributes }, { redactor: redactorOf() }))).toMatchObject({
    'db.query.parameter.password': { text: '[redacted]' },
    'db.query.parameter.user': { text: 'ann' },
    'db.query.parameter.0': { text: '[redacted]' },
  })
})
