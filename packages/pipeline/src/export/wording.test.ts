import { expect, test } from 'vitest'
import { outcomeOfGrpcStatus } from '../wire/grpc-status.ts'
import { outcomeOfHttp } from '../wire/outcome.ts'
import { describeTarget } from '../wire/target.ts'
import { createWording } from './wording.ts'

const print = (address: string): string => `<${new URL(address).host}>`

const wordingOf = (url: string, headers: Record<string, string> = {}): ReturnType<typeof createWording> => {
  const endpoint = { protocol: 'http/protobuf', url, headers, compression: 'none', timeoutMs: 1 } as const
  return createWording(describeTarget(endpoint, 'logs'), print)
}

test('an address is printed by the one function, and stands in a text only so', () => {
  const { address, repeat } = wordingOf('http://me:secret@c:1/v1/logs?key=k')
  expect([
    address,
    repeat('tunnel to c:443 via http://me:other@proxy:3128/x?y: 407'),
    repeat('see "https://help.example/401?u=me" and (grpc://a@b)'),
  ]).toEqual(['<c:1>', 'tunnel to c:443 via <proxy:3128> 407', 'see "<help.example>" and (<b)>'])
})

test.for([
  ['http://me:p4ssw0rd@c', {}, 'wrong password p4ssw0rd for me'],
  ['http://c', { authorization: 'Bearer tok-123456' }, 'token tok-123456 of "Bearer tok-123456" is unknown'],
  ['http://c', { Authorization: `Basic ${btoa('me:p4ssw0rd')}` }, `me:p4ssw0rd (${btoa('me:p4ssw0rd')})`],
  ['http://c', { 'x-api-key': 'abc=def12345' }, 'key abc=def12345 is over its quota, key def12345 too'],
] as const)('what a receiver repeats of %s with %j has no secret in it', ([url, headers, text]) => {
  expect(wordingOf(url, headers).repeat(text)).not.toMatch(/p4ssw0rd|123456|12345|bWU6/)
})

test('the scheme of a header is no secret', () => {
  const { repeat } = wordingOf('http://c', { authorization: 'Bearer tok-123456' })
  expect(repeat('send authorization: Bearer <token>, not tok-123456')).toBe(
    'send authorization: Bearer <token>, not ***',
  )
})

test('a secret that a long answer ends with is not shown in part', () => {
  const secret = 's3cr3t'.repeat(20)
  const { repeat } = wordingOf('http://c', { 'x-api-key': secret })
  for (const before of [10, 150, 190, 199, 200, 900]) {
    const said = `${'x'.repeat(before)}${secret} is wrong`
    const http = outcomeOfHttp(400, {}, Buffer.from(said), 0)
    const grpc = outcomeOfGrpcStatus({ code: 3, message: said, details: undefined })
    for (const outcome of [http, grpc]) {
      const { message } = outcome as { message: string }
      expect(repeat(message)).not.toContain('s3c')
    }
  }
})

test('an address is no longer than a text', () => {
  expect(
    createWording({ url: `http://${'c'.repeat(3000)}`, headers: {} }, (text) => text).address.length,
  ).toBe(201)
})

test('a text is one line, without what moves a cursor or turns its direction, and not long', () => {
  const { repeat } = wordingOf('http://c')
  expect([
    repeat('a\r\nb\t\x1b[2Jc\0'),
    repeat('\u202ea\u2028b\u200bc\ufffd'),
    repeat('x'.repeat(500)).length,
    repeat('größer 数 🙂'),
  ]).toEqual(['a b [2Jc', 'a b c', 201, 'größer 数 🙂'])
})
