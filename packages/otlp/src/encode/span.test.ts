import { expect, test } from 'vitest'
import { encodeSpan } from '../../test/encode-once.ts'

const parentSpanId = '00f067aa0ba902b7'

test('the remote flags say what is known of the parent', () => {
  const flags = [
    encodeSpan({}),
    encodeSpan({ parentSpanId }),
    encodeSpan({ parentSpanId, parentIsRemote: false }),
    encodeSpan({ parentSpanId, parentIsRemote: true }),
  ].map((span) => span.flags)
  expect(flags).toEqual([0x101, 0x001, 0x101, 0x301])
})

test('an error among span attributes stays a value', () => {
  const err = Object.assign(new TypeError('m'), { stack: 's' })
  expect(encodeSpan({ attributes: { err } }).attributes).toEqual([
    [
      'err',
      {
        map: [
          ['type', { text: 'TypeError' }],
          ['message', { text: 'm' }],
          ['stacktrace', { text: 's' }],
        ],
      },
    ],
  ])
})

test('attributes beyond the limit are counted where they were dropped, on top of what was dropped before', () => {
  const attributes = { a: 1, b: 2, c: 3 }
  const span = encodeSpan(
    {
      attributes,
      droppedAttributesCount: 4,
      events: [{ timeUnixMs: 1, name: 'e', attributes }],
      links: [{ traceId: 'f'.repeat(32), spanId: parentSpanId, traceFlags: 0, attributes: { a: 1 } }],
    },
    { attributeCount: 1 },
  )
  const dropped = [span.dropped, span.events[0]?.dropped, span.links[0]?.dropped]
  expect(dropped).toEqual([6, 2, 0])
})

test('a span that cannot be encoded keeps its ids, name and status, and says why', () => {
  const events = new Proxy([], {
    get() {
      throw new Error('no events')
    },
  })
  const { name, status, attributes, traceId } = encodeSpan({ events, statusCode: 2, statusMessage: 'm' })
  expect({ name, status, attributes, traceId }).toEqual({
    name: 'GET /',
    status: { code: 2, message: 'm' },
    attributes: [['clew.replaced', { text: 'no events' }]],
    traceId: '0af7651916cd43dd8448eb211c80319c',
  })
})
