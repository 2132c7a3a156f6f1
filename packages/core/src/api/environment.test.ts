import { type Context, isSpanContextValid, type TextMapPropagator, trace } from '@opentelemetry/api'
import { W3CBaggagePropagator } from '@opentelemetry/core'
import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3'
import { afterEach, expect, test } from 'vitest'
import { runInContext } from '../context/context-manager.ts'
import { contextWithSpan, rootContext, spanContextOf } from '../context/request-context.ts'
import { contextOfEnvironment, traceEnvironment } from './environment.ts'
import { requireApiGlobal } from './registered-api.ts'

const ids = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 }
const here = contextWithSpan(rootContext, trace.wrapSpanContext(ids))
const register = (propagator: TextMapPropagator | undefined): void => {
  Object.assign(requireApiGlobal('1.10.0'), { propagation: propagator })
}
const readIn = (env: NodeJS.ProcessEnv): Context => contextOfEnvironment(env) ?? rootContext

afterEach(() => register(undefined))

test.each([
  ['one', B3InjectEncoding.SINGLE_HEADER, { B3: `${ids.traceId}-${ids.spanId}-1` }],
  [
    'several',
    B3InjectEncoding.MULTI_HEADER,
    { X_B3_TRACEID: ids.traceId, X_B3_SPANID: ids.spanId, X_B3_SAMPLED: '1' },
  ],
])('what a process is given in %s variables is what another one reads', (_, encoding, env) => {
  register(new B3Propagator({ injectEncoding: encoding }))
  const written = runInContext(here, traceEnvironment)
  const read = spanContextOf(readIn(written))
  expect([written, read?.traceId, read?.spanId]).toEqual([env, ids.traceId, ids.spanId])
})

test('outside of a trace nothing is written, and nothing is read from what is not there', () => {
  register(new B3Propagator())
  expect([traceEnvironment(), contextOfEnvironment({ PATH: '/bin', b3: 'x' })]).toEqual([{}, undefined])
})

test('without an SDK nothing is written and nothing is read', () => {
  expect([runInContext(here, traceEnvironment), contextOfEnvironment({ TRACEPARENT: 'x' })]).toEqual([
    {},
    undefined,
  ])
})

test('what is no trace leaves the root context', () => {
  register(new B3Propagator())
  expect(isSpanContextValid(spanContextOf(readIn({ B3: '%' })) ?? ({} as never))).toBe(false)
})

test('baggage alone is read as well', () => {
  register(new W3CBaggagePropagator())
  expect(contextOfEnvironment({ BAGGAGE: 'tenant=acme' })).toBeDefined()
})
