import { describe, expect, test } from 'vitest'
import { metadataOf } from './library.ts'
import { metadataOption, optionsToAdd } from './producer.ts'

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const ours = `{"traceparent":"${traceparent}"}`

describe('optionsToAdd', () => {
  test('puts the metadata into a copy, where the version of BullMQ looks for it', () => {
    const given = Object.freeze({ delay: 5 })
    expect(optionsToAdd(given, undefined, 'telemetry', ours)).toEqual({
      delay: 5,
      telemetry: { metadata: ours },
    })
    expect(optionsToAdd(given, undefined, 'tm', ours)).toEqual({ delay: 5, tm: ours })
    expect(optionsToAdd(undefined, undefined, 'tm', ours)).toEqual({ tm: ours })
    expect(given).toEqual({ delay: 5 })
  })

  test.each([
    ['wants no context', { telemetry: { omitContext: true } }, undefined],
    ['wants no context, as older versions say it', { omitContext: true }, undefined],
    ['wants no context by default', { delay: 1 }, { telemetry: { omitContext: true } }],
    ['has a traceparent', { telemetry: { metadata: ours } }, undefined],
    ['has a traceparent by default', { delay: 1 }, { telemetry: { metadata: ours } }],
    ['has metadata of another form', { telemetry: { metadata: 'opaque' } }, undefined],
    ['has dd-trace’s traceparent', { tm: `{"_datadog":${ours}}` }, undefined],
  ])('leaves options alone when the user %s', (_, given, defaults) => {
    expect(optionsToAdd(given, defaults, 'telemetry', ours)).toBe(given)
  })

  test('adds to metadata of others that has no traceparent', () => {
    const given = { telemetry: { metadata: '{"x-b3":"1"}' } }
    expect(optionsToAdd(given, undefined, 'telemetry', ours)).toEqual({
      telemetry: { metadata: `{"traceparent":"${traceparent}","x-b3":"1"}` },
    })
  })
})

test('metadata is found under each name that BullMQ has given it', () => {
  expect(
    [{ telemetry: { metadata: 'a' } }, { telemetryMetadata: 'b' }, { tm: 'c' }, { delay: 1 }].map(metadataOf),
  ).toEqual(['a', 'b', 'c', undefined])
})

test('versions before 6 get the metadata under the name of Redis', () => {
  expect(['5.21.2', '5.81.5', '6.0.0', '6.7.0'].map(metadataOption)).toEqual([
    'tm',
    'tm',
    'telemetry',
    'telemetry',
  ])
})
