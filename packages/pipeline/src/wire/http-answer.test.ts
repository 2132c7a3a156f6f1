import { describe, expect, test } from 'vitest'
import { AnswerParser, type Progress } from './http-answer.ts'

const answers = {
  length: 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello',
  empty: 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
  noContent: 'HTTP/1.1 204 No Content\r\n\r\n',
  chunked:
    'HTTP/1.1 503 Unavailable\r\nTransfer-Encoding: chunked\r\nRetry-After: 1\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n',
  trailers:
    'HTTP/1.1 200 OK\r\ntransfer-encoding:chunked\r\n\r\n00A ;a="b"\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n',
  interim: 'HTTP/1.1 100 Continue\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
}

type Read = { status: number; headers: Record<string, string>; body: string; isLast: boolean }

/** The last word on the pieces. */
function parse(pieces: readonly Buffer[], ended = false): 'more' | 'broken' | Read {
  const parser = new AnswerParser()
  let progress: Progress = 'more'
  for (const piece of pieces) {
    progress = parser.take(piece)
    if (progress !== 'more') break
  }
  if (progress === 'more' && ended) progress = parser.end()
  return typeof progress === 'string' ? progress : { ...progress, body: progress.body.toString() }
}
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')
const parseText = (text: string, ended = false): ReturnType<typeof parse> => parse([bytes(text)], ended)

test('an answer is read whole: by length, empty, without content, in chunks, with trailers, behind an interim one', () => {
  expect(Object.values(answers).map((text) => parseText(text))).toEqual(
    [
      ...[{ status: 200, headers: { 'content-type': 'text/plain', 'content-length': '5' }, body: 'hello' }],
      ...[{ status: 200, headers: { 'content-length': '0' }, body: '' }],
      ...[{ status: 204, headers: {}, body: '' }],
      ...[{ status: 503, headers: { 'transfer-encoding': 'chunked', 'retry-after': '1' }, body: 'hello' }],
      ...[{ status: 200, headers: { 'transfer-encoding': 'chunked' }, body: '0123456789' }],
      ...[{ status: 200, headers: { 'content-length': '2' }, body: 'ok' }],
    ].map((answer) => ({ ...answer, isLast: false })),
  )
})

test('it does not matter how an answer is cut into pieces', () => {
  for (const text of Object.values(answers)) {
    const whole = parseText(text)
    expect(parse([...text].map(bytes))).toEqual(whole)
    for (let cut = 0; cut < text.length; cut++) {
      expect(parseText(text.slice(0, cut))).toBe('more')
      expect(parse([bytes(text.slice(0, cut)), bytes(text.slice(cut))])).toEqual(whole)
    }
  }
})

test('without a length the body ends with the connection', () => {
  const text = 'HTTP/1.0 200 OK\r\n\r\npart'
  const answer = { status: 200, headers: {}, body: 'part', isLast: true }
  expect([parseText(text), parseText(text, true)]).toEqual(['more', answer])
})

test('a connection is not used again when it closes, or when more came than the answer', () => {
  const texts = [
    'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n',
    `${answers.empty}HTTP/1.1 408 Request Timeout\r\n\r\n`,
  ]
  expect(texts.map((text) => parseText(text))).toMatchObject(Array(3).fill({ status: 200, isLast: true }))
})

const head = 'HTTP/1.1 200 OK\r\n'
const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n`
const length = (value: string): string => `${head}Content-Length: ${value}\r\n\r\nab`

describe('what can be read in two ways, or is too much, is no answer', () => {
  const texts: Record<string, string> = {
    'another protocol': 'SSH-2.0-x\r\n',
    'HTTP/2': 'HTTP/2 200\r\n',
    'a status of letters': 'HTTP/1.1 abc\r\n',
    'a status of two digits': 'HTTP/1.1 99 x\r\n',
    'a status of four digits': 'HTTP/1.1 2000 x\r\n',
    'a status of 999': 'HTTP/1.1 999 x\r\n',
    'a protocol that is switched': 'HTTP/1.1 101 Switching Protocols\r\n\r\n',
    'a bare line feed behind the status': 'HTTP/1.1 200 OK\n',
    'a bare line feed behind a header': `${head}A: b\n`,
    'a carriage return inside a header': `${head}A: b\rc\r\n`,
    'a NUL in the status line': 'HTTP/1.1 200 O\0K\r\n',
    'a NUL in a header': `${head}A: b\0\r\n`,
    'a header without a colon': `${head}A\r\n`,
    'a header without a name': `${head}: a\r\n`,
    'a space before the colon': `${head}Content-Length : 0\r\n`,
    'a folded header': `${head}A: b\r\n c\r\n`,
    'a negative length': length('-2'),
    'a length with a sign': length('+2'),
    'a length in hex': length('0x2'),
    'a length with an exponent': length('2e0'),
    'a length with a fraction': length('2.0'),
    'an empty length': length(''),
    'a list of lengths': length('2, 2'),
    'a length that no number holds': length('9'.repeat(16)),
    'two lengths': `${head}Content-Length: 2\r\nContent-Length: 0\r\n\r\nab`,
    'a length and chunks': `${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    'two codings': `${head}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n`,
    'another coding': `${head}Transfer-Encoding: gzip, chunked\r\n\r\n`,
    'something like chunks': `${head}Transfer-Encoding: xchunked\r\n\r\n`,
    'chunks of HTTP/1.0': 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
    'a negative chunk': `${chunked}-6\r\n`,
    'an empty chunk size': `${chunked}\r\n`,
    'a chunk size with 0x': `${chunked}0x2\r\n`,
    'a chunk size with rubbish behind it': `${chunked}2z\r\n`,
    'a chunk size that no number holds': `${chunked}${'f'.repeat(13)}\r\n`,
    'a chunk size behind a bare line feed': `${chunked}2\n`,
    'a control character in an extension': `${chunked}2;\x01\r\n`,
    'a chunk that is longer than its size': `${chunked}2\r\nabc\r\n`,
    'a trailer without a colon': `${chunked}0\r\nA\r\n`,
    'an endless status line': `HTTP/1.1 200 ${'x'.repeat(70_000)}`,
    'an endless header': `${head}A: ${'x'.repeat(70_000)}`,
    'endless headers': `${head}${'A: b\r\n'.repeat(20_000)}`,
    'endless interim answers': 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(5_000),
    'endless trailers': `${chunked}0\r\n${'A: b\r\n'.repeat(20_000)}`,
    'endless extensions': `${chunked}2;${'x'.repeat(70_000)}`,
    'endless chunks': `${chunked}${'1\r\nx\r\n'.repeat(70_000)}`,
    'a body longer than a megabyte': `${head}Content-Length: 2000000\r\n\r\n${'x'.repeat(1_500_000)}`,
    'a body without end': `${head}\r\n${'x'.repeat(1_500_000)}`,
  }
  test.for(Object.entries(texts))('%s', ([, text]) => expect(parseText(text)).toBe('broken'))

  test('a body that ends too early', () => {
    const texts = [head, `${head}Content-Length: 9\r\n\r\nab`, `${chunked}5\r\nab`, `${chunked}0\r\n`]
    expect(texts.map((text) => parseText(text, true))).toEqual(Array(4).fill('broken'))
  })
})
