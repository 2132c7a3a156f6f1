import { expect, test } from 'vitest'
import { textOf } from '../group.ts'
import { scanLine, scanTemplate } from './scan-line.ts'
import { createTokens } from './tokens.ts'

function templates(lines: readonly string[]): string[] {
  const tokens = createTokens()
  return lines.map((line) => {
    scanLine(line, tokens)
    return textOf(line, tokens)
  })
}

function expectTemplates(expected: Readonly<Record<string, string>>): void {
  expect(templates(Object.keys(expected))).toEqual(Object.values(expected))
}

test('numbers, ids, addresses, paths and times are values', () => {
  expectTemplates({
    'retry 3 in -2.5': 'retry <*> in <*>',
    'mask 0x0b85eee0 of ffff0001': 'mask <*> of <*>',
    'order 123e4567-e89b-12d3-a456-426614174000 paid': 'order <*> paid',
    'from 10.0.0.1:50010 or [fe80::1]': 'from <*> or [<*>]',
    'read /var/log/app.log and C:\\temp\\x.txt': 'read <*> and <*>',
    'GET /orders/7?page=2&sort=asc done': 'GET <*> done',
    'see https://example.com/a/b for more': 'see <*> for more',
    'mail to eve@example.com via mx.example.com': 'mail to <*> via <*>',
    'at 2026-11-26T01:02:03.004Z exactly': 'at <*> exactly',
    'since Thu, Nov 26 01:02:03 2026 up': 'since <*> up',
    'is true, was null': 'is <*>, was <*>',
    'MAC=ff:1a:ab:0c:dd:ee SRC ab:cd': 'MAC=<*> SRC ab:cd',
    'key SHA1:a1:ff:ab:cd accepted': 'key SHA1:<*> accepted',
  })
})

test('words of the message stay, with their punctuation', () => {
  expectTemplates({
    "can't open jk2_init() on eth0": "can't open jk2_init() on eth0",
    'java.io.IOException: broken pipe': 'java.io.IOException: broken pipe',
    'IdoMgr::Send failed - giving up.': 'IdoMgr::Send failed - giving up.',
    'read/write on <main> (retry)': 'read/write on <main> (retry)',
    'you may stop': 'you may stop',
  })
})

test('values behind keys are masked, but not a message behind msg or message', () => {
  expectTemplates({
    'uid=root tty= rhost=': 'uid=<*> tty= rhost=',
    'size = big, name="a b"': 'size = <*>, name="<*>"',
    'level=info msg="cache warm" id=7': 'level=info msg="cache warm" id=<*>',
    '{"level":30,"pid":7,"host":"a","msg":"cache warm"}':
      '{"level":<*>,"pid":<*>,"host":"<*>","msg":"cache warm"}',
    "service 'orders' says 'not now'": "service '<*>' says 'not now'",
    '"GET /a HTTP/1.1" 200 5 "-" "Mozilla/5.0 (X11; Linux)"': '"GET <*>"',
    'overlap:false ret:main': 'overlap:<*> ret:main',
  })
})

test('values with only glue between them, and their units, are one', () => {
  expectTemplates({
    'sent 403 bytes, lifetime 00:01': 'sent <*>, lifetime <*>',
    'sent 1165 bytes (1.13 KB) to it': 'sent <*> to it',
    'at Rect(0, 0 - 720, 1280), ok': 'at Rect(<*>), ok',
    'blocks [1, 2, 3] lost': 'blocks [<*>] lost',
    'from 10.0.0.1 () at 5': 'from <*> at <*>',
  })
})

test('only the first line that is not blank counts, and blanks are one', () => {
  expectTemplates({
    '\r\n \tfirst\tline  here \r\n  second': 'first line here',
    'Error: no\n    at f (x.js:1:2)': 'Error: no',
    '': '',
    ' \n\0\n ': '',
    'a\0\u0001b': 'a b',
  })
})

test('runs of Chinese, Japanese or Korean are words beside values', () => {
  expectTemplates({
    '用户123登录成功，耗时45毫秒': '用户<*>登录成功，耗时<*>毫秒',
    '주문 7 완료': '주문 <*> 완료',
    'größe 5 µs übrig': 'größe <*> µs übrig',
  })
})

test('what lies behind 128 words or 2,048 characters is one value', () => {
  const words = Array.from({ length: 200 }, () => 'word')
  expectTemplates({
    [words.join(' ')]: `${words.slice(0, 128).join(' ')} <*>`,
    [`${'x'.repeat(5000)} end`]: '<*>',
    [`begin ${'-'.repeat(5000)}`]: `begin ${'-'.repeat(2042)}<*>`,
  })
})

test('a template parts into the same words as the line that made it', () => {
  const lines = [
    'a:b::c d-e=5 "k":1 (x) 用户1登录。',
    'level=x msg="say 1 thing" /a/b?c <*>',
    'x::1 y:-2 z::q ...',
  ]
  const [ofLine, ofText] = [createTokens(), createTokens()]
  for (const line of lines) {
    scanLine(line, ofLine)
    scanTemplate(textOf(line, ofLine), ofText)
    const hashes = ({ count, hashes, glueHashes }: typeof ofLine) => [
      hashes.slice(0, count),
      glueHashes.slice(0, count),
    ]
    expect(hashes(ofText)).toEqual(hashes(ofLine))
  }
})
