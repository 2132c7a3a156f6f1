import { expect, test } from 'vitest'
import { describeMessage, describeSending, describeSent, identifyMessage } from './attributes.ts'

const partition = 'messaging.destination.partition.id'
const offset = 'messaging.kafka.offset'

test.each([
  ['no answer', [], 1, {}],
  ['one message', [{ partition: 3, offset: '7' }], 1, { [partition]: '3', [offset]: 7 }],
  ['several messages in one partition', [{ partition: 3, offset: 7n }], 2, { [partition]: '3' }],
  ['several partitions', [{ partition: 3 }, { partition: 4 }], 2, {}],
  ['an answer without an offset', [{ partition: 0 }], 1, { [partition]: '0' }],
])('where what was sent lies: %s', (_, places, messages, attributes) => {
  expect(describeSent(places, messages)).toEqual(attributes)
})

test.each([
  ['0', 0],
  [9_007_199_254_740_991n, 9_007_199_254_740_991],
  // Beyond what a number has exactly.
  [9_007_199_254_740_993n, undefined],
  ['-1', undefined],
  ['', undefined],
  ['x', undefined],
  [undefined, undefined],
])('an offset of %s is %s', (given, shown) => {
  const place = { topic: 'orders' }
  expect([
    describeMessage(place, { offset: given, isTombstone: false }).attributes[offset],
    identifyMessage(place, given)[offset],
  ]).toEqual([shown, shown])
})

test('a send names its topic when that is one, and a message what is known of it', () => {
  const sends = [['orders'], ['orders', 'mails']].map((topics) => describeSending({ topics, messages: 2 }))
  expect(sends.map(({ name, attributes }) => [name, attributes['messaging.destination.name']])).toEqual([
    ['send orders', 'orders'],
    ['send', undefined],
  ])
  const place = { topic: 'orders', partition: 1, group: 'g', clientId: 'c', clusterId: 'k' }
  expect(describeMessage(place, { offset: 5, isTombstone: true })).toEqual({
    name: 'process orders',
    kind: 4,
    attributes: {
      'messaging.system': 'kafka',
      'messaging.operation.type': 'process',
      'messaging.operation.name': 'process',
      'messaging.destination.name': 'orders',
      [partition]: '1',
      'messaging.consumer.group.name': 'g',
      'messaging.client.id': 'c',
      'messaging.kafka.cluster.id': 'k',
      [offset]: 5,
      'messaging.kafka.message.tombstone': true,
    },
  })
})
