import fc from 'fast-check'
import { expect, test } from 'vitest'
import { englishMistakes } from './mistakes.ts'
import { parseSearch } from './parse-search.ts'
import { printSearch } from './print-search.ts'
import { parseTraceId } from './term.ts'

const trace = '4bf92f3577b34da6a3ce929d0e0e4736'

// The text as it is written, and as it is printed from its tree.
test.each([
  ['', ''],
  ['  ', ''],
  ['*', ''],
  ['a *', 'a'],
  ['a OR *', 'a OR *'],
  ['timeout', 'timeout'],
  ['connection refused', 'connection refused'],
  ['"connection refused"', '"connection refused"'],
  ['"a \\"b\\" \\\\ \\n"', '"a \\"b\\" \\\\ \\\\n"'],
  ['conn*', 'conn*'],
  ['"connection ref"*', '"connection ref"*'],
  ['a*b', '"a*b"'],
  ['-health', '-health'],
  ['NOT health', '-health'],
  ['NOT (a b)', '-(a b)'],
  ['-(-a)', '-(-a)'],
  ['-"a b" -level:info', '-"a b" -level:info'],
  ['a - b', 'a "-" b'],
  ['--verbose', '"--verbose"'],
  ['a b OR c d', 'a b OR c d'],
  ['a AND b', 'a b'],
  ['a (b OR c)', 'a (b OR c)'],
  ['a (b (c d))', 'a b c d'],
  ['(a OR (b OR c))', 'a OR b OR c'],
  ['a or b and not c', 'a or b and not c'],
  ['"OR"', '"OR"'],
  ['level:error', 'level:error'],
  ['level:ERROR', 'level:error'],
  ['level>=warn level<fatal', 'level>=warn level<fatal'],
  ['service:api service:"my api" service:web*', 'service:api service:"my api" service:web*'],
  ['order.id:42 order.id>10 order.id>=-1.5', 'order.id:42 order.id>10 order.id>=-1.5'],
  ['http.route:/orders/:id', 'http.route:/orders/:id'],
  ['user:*', 'user:*'],
  ['user:""', 'user:""'],
  ['-user:anna', '-user:anna'],
  ['(level:error OR service:x)', 'level:error OR service:x'],
  ['"level":x', '"level":x'],
  ['"a key":"b \\"c\\""', '"a key":"b \\"c\\""'],
  ['"a":b "c">1', 'a:b c>1'],
  ['dur>200ms', 'dur>200ms'],
  ['dur>=1.5s dur<2m dur<=1h dur>5us', 'dur>=1.5s dur<2m dur<=1h dur>5us'],
  ['dur>1000us', 'dur>1ms'],
  ['dur>1.5MS dur<7d', 'dur>1.5ms dur<7d'],
  ['has:error has:trace has:exception', 'has:error has:trace has:exception'],
  [
    'pattern:12 event:login queue:mails name:"GET /orders"',
    'pattern:12 event:login queue:mails name:"GET /orders"',
  ],
  [trace, `trace:${trace}`],
  [trace.toUpperCase(), `trace:${trace}`],
  [`00-${trace}-00f067aa0ba902b7-01`, `trace:${trace}`],
  [`trace:00-${trace}-00f067aa0ba902b7-01`, `trace:${trace}`],
  [`"${trace}"`, `"${trace}"`],
  ['0'.repeat(32), '0'.repeat(32)],
  ['span:00F067AA0BA902B7', 'span:00f067aa0ba902b7'],
  ['00f067aa0ba902b7', '00f067aa0ba902b7'],
  // What people paste.
  ['Error: connect ECONNREFUSED 127.0.0.1:5432', '"Error:" connect ECONNREFUSED "127.0.0.1:5432"'],
  ['https://example.org/a', '"https://example.org/a"'],
  ['12:30:05', '"12:30:05"'],
  ['a->b std::vector', '"a->b" "std::vector"'],
  ['order_id=42', 'order_id=42'],
  ['f(x)', 'f x'],
  ['订单 失败', '订单 失败'],
])('%s is read as %s', (text, printed) => {
  const { tree } = parseSearch(text)
  expect(tree && printSearch(tree)).toBe(printed)
})

test.each([
  ['(a', 0, 1, 'this parenthesis does not close; add ) at the end'],
  ['a)', 1, 1, 'this parenthesis closes nothing; remove it or add ( before'],
  ['a ()', 3, 1, 'there is nothing before this parenthesis; write a word or remove it'],
  ['a (', 2, 1, 'this parenthesis does not close; write words and ) behind it'],
  ['a "b', 2, 2, 'this quote does not end; add a " behind the last word'],
  ['""', 0, 2, 'there is nothing between the quotes; write words or remove them'],
  ['OR a', 0, 2, 'OR needs something before it; to search for the word write "OR"'],
  ['a OR', 2, 2, 'there is nothing after OR; write a word, or "OR" to search for the word'],
  ['a NOT', 2, 3, 'there is nothing after NOT; write a word, or "NOT" to search for the word'],
  [
    'a level:wran',
    2,
    10,
    'level "wran" is unknown; did you mean "warn"? Levels are trace, debug, info, warn, error, fatal',
  ],
  [
    'level:err',
    0,
    9,
    'level "err" is unknown; did you mean "error"? Levels are trace, debug, info, warn, error, fatal',
  ],
  ['level:loud', 0, 10, 'level "loud" is unknown; levels are trace, debug, info, warn, error, fatal'],
  ['has:x', 0, 5, 'has:x is unknown; there are has:error, has:exception, has:trace'],
  ['dur>1000000d', 0, 12, '"1000000d" is too long; write a shorter duration'],
  ['level>=', 0, 7, 'level>= has no value; write level>=warn'],
  ['service:', 0, 8, 'service: has no value; write service:value'],
  ['service>a', 0, 9, 'service cannot be compared with >; write service:a'],
  [
    'has:errors',
    0,
    10,
    'has:errors is unknown; did you mean has:error? There are has:error, has:exception, has:trace',
  ],
  ['dur>200', 0, 7, '"200" has no unit; write 200ms or 200s'],
  ['dur>200min', 0, 10, 'unit "min" is unknown; write ns, us, ms, s, m, h or d, as in 200ms'],
  ['dur>fast', 0, 8, '"fast" is no duration; write 200ms or 1.5s'],
  ['dur:2s', 0, 6, 'dur: needs a comparison; write dur>2s or dur<2s'],
  [
    'order>many',
    0,
    10,
    '"many" is no number; write order>10, or put it all in quotes to search for the text',
  ],
  ['trace:abc', 0, 9, '"abc" is no trace id; write its 32 hex digits'],
  ['span:abc', 0, 8, '"abc" is no span id; write its 16 hex digits'],
  ['pattern:x', 0, 9, '"x" is no pattern; write its number, as in pattern:12'],
  ['('.repeat(9999), 4000, 5999, 'a search has at most 4000 characters; shorten it'],
  ['('.repeat(99), 30, 1, 'this is more than 30 levels deep; use fewer parentheses'],
  ['NOT '.repeat(99), 120, 3, 'this is more than 30 levels deep; use fewer parentheses'],
  ['a '.repeat(101), 200, 1, 'a search has at most 100 terms; leave some out'],
])('%s has a problem with its place and remedy: %#', (text, at, length, message) => {
  const { problem } = parseSearch(text)
  expect([problem?.at, problem?.length, problem?.mistake(englishMistakes)]).toEqual([at, length, message])
})

test.each([
  'level:TEXT',
  'has:TEXT',
  'dur>TEXT',
  'dur>5TEXT',
  'dur:TEXT',
  'status>TEXT',
  'trace:TEXT',
  'pattern:TEXT',
])('of a long text in %s its beginning is repeated, and the remedy stays', (form) => {
  const said = (text: string): string =>
    parseSearch(form.replace('TEXT', text)).problem!.mistake(englishMistakes)
  const long = 'x'.repeat(3000)
  expect(said(long).length).toBeLessThan(700)
  expect(said(long).replaceAll(/x{3,}…/g, 'xxx')).toBe(said('xxx'))
})

test('a pasted trace id or traceparent is recognised, a longer or shorter text is a search', () => {
  expect(
    [
      ` ${trace}\n`,
      `00-${trace}-00f067aa0ba902b7-01`,
      trace.toUpperCase(),
      `${trace}0`,
      `trace:${trace}`,
      '0'.repeat(32),
    ].map(parseTraceId),
  ).toEqual([trace, trace, trace, undefined, undefined, undefined])
})

const pieces = [
  'a',
  '(',
  ')',
  '"',
  '-',
  '*',
  ' ',
  'OR ',
  'NOT ',
  'level',
  ':',
  '>=',
  '<',
  'dur',
  '5ms',
  '\\',
  '\0',
  '订',
  '😀',
  trace,
]

test('any text gives a tree or a problem inside the text, and a tree prints as a text of the same tree', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(fc.constantFrom(...pieces), { maxLength: 25 }).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(text, (source) => {
      const { tree, problem } = parseSearch(source)
      if (tree) expect(parseSearch(printSearch(tree))).toEqual({ tree })
      else expect(problem.at + problem.length).toBeLessThanOrEqual(source.length)
    }),
    { numRuns: 5000 },
  )
})
