import { expect, test } from 'vitest'
import { parseHttpAnswer } from './http-answer.ts'

const answers = {
  length: 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello',
  empty: 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
  noContent: 'HTTP/1.1 204 No Content\r\n\r\n',
  chunked:
    'HTTP/1.1 503 Unavailable\r\nTransfer-Encoding: chunked\r\nRetry-After: 1\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n',
  interim: 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
}
const parse = (text: string, ended = false): unknown => {
  const answer = parseHttpAnswer(Buffer.from(text, 'latin1'), ended)
  return answer && { ...answer, body: answer.body.toString() }
}

test('an answer is read whole: by length, empty, without content, in chunks, behind an interim one', () => {
  expect(Object.values(answers).map((text) => parse(text))).toEqual([
    { status: 200, headers: { 'content-type': 'text/plain', 'content-length': '5' }, body: 'hello' },
    { status: 200, headers: { 'content-length': '0' }, body: '' },
    { status: 204, headers: {}, body: '' },
    { status: 503, headers: { 'transfer-encoding': 'chunked', 'retry-after': '1' }, body: 'hello' },
    { status: 200, headers: { 'content-length': '2' }, body: 'ok' },
  ])
})

test('an answer cut at any place is not complete yet', () => {
  for (const text of Object.values(answers)) {
    for (let cut = 0; cut < text.length; cut++) expect(parse(text.slice(0, cut))).toBeUndefined()
  }
})

test('without a length the body ends with the connection', () => {
  const text = 'HTTP/1.0 200 OK\r\n\r\npart'
  expect([parse(text), parse(text, true)]).toEqual([undefined, { status: 200, headers: {}, body: 'part' }])
})

test('what is not HTTP is no answer', () => {
  expect(
    ['SSH-2.0-x\r\n\r\n', '\x15\x03\x01', 'HTTP/1.1 abc\r\n\r\n'].map((text) => parse(text, true)),
  ).toEqual([undefined, undefined, undefined])
})
