import { ROOT_CONTEXT as API_ROOT, createContextKey, trace } from '@opentelemetry/api'
import * as otel from '@opentelemetry/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NoopSpan } from '../api/span.ts'
import {
  contextWithRecordScope,
  contextWithSpan,
  isTracingSuppressed,
  RecordScope,
  recordScopeOf,
  rootContext,
  spanContextOf,
  spanOf,
  suppressedRoot,
  suppressTracing,
} from './request-context.ts'

const ids = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }
const span = new NoopSpan(ids)
const scope = new RecordScope({ tenant: 'acme' })
const otherKey = createContextKey('other')

describe.each([
  ['our root', rootContext],
  ["the API's root", API_ROOT],
])('over %s', (_, root) => {
  test('span, record scope and the keys of others do not touch each other', () => {
    const full = contextWithRecordScope(contextWithSpan(root.setValue(otherKey, 1), span), scope)
    const withoutKey = full.deleteValue(otherKey)
    const changed = contextWithSpan(full, new NoopSpan()).setValue(otherKey, 2)
    expect([spanOf(full), recordScopeOf(full), full.getValue(otherKey)]).toEqual([span, scope, 1])
    expect([spanOf(withoutKey), recordScopeOf(withoutKey), withoutKey.getValue(otherKey)]).toEqual([
      span,
      scope,
      undefined,
    ])
    expect([recordScopeOf(changed), changed.getValue(otherKey), full.getValue(otherKey)]).toEqual([
      scope,
      2,
      1,
    ])
    expect([spanOf(root), recordScopeOf(root), root.getValue(otherKey)]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  test('the API sets, reads and deletes the same span', () => {
    const ours = contextWithSpan(root, span)
    const theirs = trace.setSpan(root, span)
    expect([trace.getSpan(ours), spanOf(theirs), trace.getSpanContext(ours)]).toEqual([span, span, ids])
    expect([spanOf(trace.deleteSpan(ours)), trace.getSpan(contextWithRecordScope(theirs, scope))]).toEqual([
      undefined,
      span,
    ])
  })

  test('@opentelemetry/core suppresses tracing for us, and we for it', () => {
    expect([
      isTracingSuppressed(otel.suppressTracing(root)),
      otel.isTracingSuppressed(suppressTracing(root)),
      isTracingSuppressed(otel.unsuppressTracing(suppressTracing(root))),
      isTracingSuppressed(contextWithSpan(suppressTracing(root), span)),
      isTracingSuppressed(root),
    ]).toEqual([true, true, false, true, false])
  })
})

test('the suppressed root has no span, no scope, and is suppressed', () => {
  expect([
    spanOf(suppressedRoot),
    recordScopeOf(suppressedRoot),
    isTracingSuppressed(suppressedRoot),
  ]).toEqual([undefined, undefined, true])
})

test('a span with ids of zeros has no ids', () => {
  expect([
    spanContextOf(contextWithSpan(rootContext, span)),
    spanContextOf(contextWithSpan(rootContext, new NoopSpan())),
    spanContextOf(rootContext),
  ]).toEqual([ids, undefined, undefined])
})

test("any order of setting and deleting gives what the API's own context gives", () => {
  const keys = [
    createContextKey('a'),
    createContextKey('b'),
    Symbol.for('OpenTelemetry Context Key SPAN'),
    Symbol.for('@clew/core record scope'),
  ]
  const step = fc.record({
    key: fc.constantFrom(...keys),
    value: fc.option(fc.integer(), { nil: undefined }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let [ours, theirs] = [contextWithSpan(rootContext, span), trace.setSpan(API_ROOT, span)]
      for (const { key, value } of steps) {
        ours = value === undefined ? ours.deleteValue(key) : ours.setValue(key, value)
        theirs = value === undefined ? theirs.deleteValue(key) : theirs.setValue(key, value)
      }
      expect(keys.map((key) => ours.getValue(key))).toEqual(keys.map((key) => theirs.getValue(key)))
    }),
  )
})
