import { expect, test } from 'vitest'
import { blockWithout, valueIn, valueInBlock, withoutName } from './outgoing-headers.ts'

const list = ['Baggage', 'a=1', 'x', 'baggage', 'BAGGAGE', ['b=2', 'c=3'], 'baggage2', 'no', 'baggag', 'no']
const line = 'GET /baggage:1 HTTP/1.1\r\n'
const block = 'Baggage: a=1\r\nx: baggage\r\nBAGGAGE:b=2, c=3\r\nbaggage2: no\r\nbaggag: no\r\n'

test.each([
  ['a list', valueIn(list, 'baggage'), valueIn(list, 'tracestate')],
  [
    'a block',
    valueInBlock(`${line}${block}\r\n`, 'baggage'),
    valueInBlock(`${line}${block}\r\n`, 'tracestate'),
  ],
  ['a block of undici 5', valueInBlock(block, 'baggage'), valueInBlock(block, 'tracestate')],
])('%s gives all values of a name as one, as a server reads them', (_, found, missing) => {
  expect([found, missing]).toEqual(['a=1, b=2, c=3', undefined])
})

test('a name is taken out of a list and of a block, and nothing else', () => {
  const rest = 'x: baggage\r\nbaggage2: no\r\nbaggag: no\r\n'
  expect([
    withoutName(list, 'baggage'),
    blockWithout(`${line}${block}\r\n`, 'baggage'),
    blockWithout(block, 'baggage'),
  ]).toEqual([['x', 'baggage', 'baggage2', 'no', 'baggag', 'no'], `${line}${rest}\r\n`, rest])
})
