import { expect, test } from 'vitest'
import { attribute, field, fixed32, fixed64, number } from '../../test/wire.ts'
import { decodeTracesRequest } from './message.ts'

test('every field of a span, its events, links and status has its place', () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const bytes = (hex: string) => Buffer.from(hex, 'hex')
  const anAttribute = (fieldNumber: number) => field(fieldNumber, attribute('a', field(1, 'b')))
  const event = field(11, fixed64(1, 3n), field(2, 'exception'), anAttribute(3), number(4, 1))
  const link = field(
    13,
    field(1, bytes('ff'.repeat(16))),
    field(2, bytes('ee'.repeat(8))),
    field(3, 'vendor=1'),
    anAttribute(4),
    number(5, 2),
    fixed32(6, 0x301),
  )
  const span = field(
    2,
    field(1, bytes(traceId)),
    field(2, bytes('b7ad6b7169203331')),
    field(3, 'k=v'),
    field(4, bytes('00f067aa0ba902b7')),
    field(5, 'GET /orders/:id'),
    number(6, 2),
    fixed64(7, 1_795_474_426_304_000_001n),
    fixed64(8, 1_795_474_426_304_000_002n),
    anAttribute(9),
    number(10, 4),
    event,
    number(12, 5),
    link,
    number(14, 6),
    field(15, number(3, 2)),
    field(15, field(2, 'boom')),
    fixed32(16, 0x101),
  )
  expect(decodeTracesRequest(field(1, field(2, field(3, 'https://schema'), span)))).toEqual([
    {
      resource: { attributes: {}, droppedAttributesCount: 0 },
      schemaUrl: '',
      scopeSpans: [
        {
          scope: { name: '', version: '', attributes: {}, droppedAttributesCount: 0 },
          schemaUrl: 'https://schema',
          spans: [
            {
              traceId,
              spanId: 'b7ad6b7169203331',
              traceState: 'k=v',
              parentSpanId: '00f067aa0ba902b7',
              flags: 0x101,
              name: 'GET /orders/:id',
              kind: 2,
              startTimeUnixNano: 1_795_474_426_304_000_001n,
              endTimeUnixNano: 1_795_474_426_304_000_002n,
              attributes: { a: 'b' },
              droppedAttributesCount: 4,
              events: [
                { timeUnixNano: 3n, name: 'exception', attributes: { a: 'b' }, droppedAttributesCount: 1 },
              ],
              droppedEventsCount: 5,
              links: [
                {
                  traceId: 'ff'.repeat(16),
                  spanId: 'ee'.repeat(8),
                  traceState: 'vendor=1',
                  attributes: { a: 'b' },
                  droppedAttributesCount: 2,
                  flags: 0x301,
                },
              ],
              droppedLinksCount: 6,
              status: { code: 2, message: 'boom' },
            },
          ],
        },
      ],
    },
  ])
})
