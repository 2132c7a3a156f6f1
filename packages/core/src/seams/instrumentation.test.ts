import { trace } from '@opentelemetry/api'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runInContext } from '../context/context-manager.ts'
import { contextWithSpan, rootContext, spanContextOf } from '../context/request-context.ts'
import { setReporter } from '../process/report.ts'
import type { Instrumentation, OptionSpecs } from './instrumentation.ts'
import { optionValues, runningInstrumentations, startInstrumentation } from './instrumentation.ts'

const options = {
  lookup: { kind: 'boolean', default: false, about: 'Looks.' },
  slowMs: { kind: 'number', default: 500, about: 'Slow.' },
  relation: { kind: 'choice', default: 'auto', values: ['auto', 'parent'], about: 'Relation.' },
} as const satisfies OptionSpecs

let log: unknown[] = []
let reports: string[] = []
let restore = (): void => {}
beforeEach(() => {
  log = []
  reports = []
  restore = setReporter((code, message) => reports.push(`${code}: ${message}`))
})
afterEach(() => restore())

const example: Instrumentation<typeof options> = {
  name: 'example',
  version: '1.0.0',
  options,
  start: (runtime) => {
    log.push(runtime.options)
    return () => log.push('stopped')
  },
}

test('it starts once, with the defaults under what is given, and can start again after stop', () => {
  const stop = startInstrumentation(example, { slowMs: 10 })
  const second = startInstrumentation(example)
  second()
  const running = runningInstrumentations()
  stop()
  stop()
  const again = startInstrumentation(example)
  again()
  expect([log, running, runningInstrumentations()]).toEqual([
    [
      { lookup: false, slowMs: 10, relation: 'auto' },
      'stopped',
      { lookup: false, slowMs: 500, relation: 'auto' },
      'stopped',
    ],
    ['example'],
    [],
  ])
})

test('a start or a stop that throws is reported, and the application runs on', () => {
  const failing = (name: string, part: Partial<Instrumentation>): Instrumentation => ({
    name,
    version: '1',
    start: () => () => {},
    ...part,
  })
  const broken = (): never => {
    throw new Error('broken')
  }
  startInstrumentation(failing('a', { start: broken }))()
  startInstrumentation(failing('b', { start: () => broken }))()
  expect([reports.map((line) => line.split('\n')[0]), runningInstrumentations()]).toEqual([
    ['CLEW_INSTRUMENTATION: a could not start: broken', 'CLEW_INTERNAL: stopping b: Error: broken'],
    [],
  ])
})

test('its Tracer is that of whichever SDK is registered at the time of a span; before, spans do nothing', () => {
  const exporter = new InMemorySpanExporter()
  let tracer = trace.getTracer('unused')
  const stop = startInstrumentation({
    name: 'traced',
    version: '2.0.0',
    start: (runtime) => {
      tracer = runtime.tracer
      return () => {}
    },
  })
  const before = tracer.startSpan('before')
  before.end()
  trace.setGlobalTracerProvider(
    new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
  )
  const outer = tracer.startSpan('outer', {}, rootContext)

  const inner = runInContext(contextWithSpan(rootContext, outer), () =>
    tracer.startActiveSpan('inner', (span) => {
      span.end()
      return span.spanContext().traceId
    }),
  )
  outer.end()
  trace.disable()
  stop()
  expect([
    before.isRecording(),
    spanContextOf(contextWithSpan(rootContext, before)),
    exporter.getFinishedSpans().map(({ name, instrumentationScope }) => [name, instrumentationScope.name]),
    inner === outer.spanContext().traceId,
    tracer.startSpan('after').isRecording(),
  ]).toEqual([
    false,
    undefined,
    [
      ['inner', '@clew/traced'],
      ['outer', '@clew/traced'],
    ],
    true,
    false,
  ])
})

test.each(['constructor', 'toString', 'hasOwnProperty', '__proto__'])(
  'a map of names has no %s that nobody has given',
  (name) => {
    const specs = { relations: { kind: 'map', default: {}, about: 'By name.' } } as const
    expect(Reflect.has(optionValues(specs).relations, name)).toBe(false)
    const relations = Object.fromEntries([[name, 'link']])
    expect(Object.entries(optionValues(specs, { relations }).relations)).toEqual([[name, 'link']])
  },
)
