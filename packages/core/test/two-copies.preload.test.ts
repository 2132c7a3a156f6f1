import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Application, makeApplication } from './application.ts'

let app: Application
beforeEach(() => {
  app = makeApplication()
  app.installCore()
})
afterEach(() => app.remove())

test('two copies of core are one: context, fields, sink, reporter, instrumentations and wrappers', () => {
  app.installCore('nested')
  for (const [i, folder] of ['.', 'node_modules/other'].entries()) {
    app.write(`${folder}/node_modules/thing/package.json`, { name: 'thing', version: '1.0.0' })
    app.write(`${folder}/node_modules/thing/index.js`, `exports.copy = ${i + 1}`)
  }
  app.write('node_modules/other/thing.js', "require('thing')")
  app.write('nested/copy.mjs', "export * from '@clew/core'")
  app.write(
    'app.mjs',
    `
import * as a from '@clew/core'
import * as b from './nested/copy.mjs'

const span = new a.NoopSpan({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 })
const context = a.contextWithSpan(a.rootContext, span)
const records = []
const reports = []
b.setRecordSink((record) => records.push(record.body))
a.setReporter((code) => reports.push(code))
a.emitRecord({ body: 'from a', context: a.rootContext })
b.report('CLEW_CONFIG', 'from b')

const instrumentation = { name: 'x', version: '1', start: () => () => {} }
const stop = a.startInstrumentation(instrumentation)
b.startInstrumentation({ ...instrumentation, start: () => reports.push('started twice') })()

const target = { work: () => 'original' }
const wrap = (original) => () => 'wrapped ' + original()
for (const { wrapMethod } of [a, b]) wrapMethod('owner', target, 'work', wrap)

const request = {}
b.trackHttpRequest(request, { context, route: undefined })
a.setHttpRoute(request, '/orders/:id')

const heard = []
const source = { name: 'thing', versions: { from: '1.0.0', below: '2.0.0' } }
const stops = [a, b].map(({ onModuleLoad }, i) => onModuleLoad(source, (exports) => void heard.push([i, exports.copy])))
await import('thing')
stops[0]()
await import('other/thing.js')

console.log(JSON.stringify({
  heard,
  copies: a.runInContext !== b.runInContext,
  fields: a.withFields({ tenant: 'acme' }, () => {
    b.setFields({ user_id: 7 })
    return a.getFields()
  }),
  nested: a.withFields({ tenant: 'acme' }, () => b.withFields({ user_id: 7 }, a.getFields)),
  span: a.runInContext(context, () => b.spanContextOf(b.activeContext())?.traceId),
  scope: b.withFields({ x: 1 }, () => a.recordScopeOf(a.contextWithSpan(a.activeContext(), span)).attributes),
  suppressed: [b.isTracingSuppressed(a.suppressedRoot), b.spanOf(a.suppressTracing(context)) === span],
  running: b.runningInstrumentations(),
  work: target.work(),
  route: b.httpRequestOf(request).route,
  records,
  reports,
}))
stop()
`,
  )
  expect(app.run('app.mjs')).toEqual({
    printed: {
      heard: [
        [0, 1],
        [1, 1],
        [1, 2],
      ],
      copies: true,
      fields: { tenant: 'acme', user_id: 7 },
      nested: { tenant: 'acme', user_id: 7 },
      span: 'a'.repeat(32),
      scope: { x: 1 },
      suppressed: [true, true],
      running: ['x'],
      work: 'wrapped original',
      route: '/orders/:id',
      records: ['from a'],
      reports: ['CLEW_CONFIG'],
    },
    stderr: '',
  })
})

test('a copy that cannot share the state of the first says so and keeps to itself', () => {
  app.write(
    'app.mjs',
    `
const first = { layout: 99 }
Object.defineProperty(globalThis, Symbol.for('@clew/core'), { value: first })
const { getFields, withFields } = await import('@clew/core')
console.log(JSON.stringify([withFields({ a: 1 }, getFields), first]))
`,
  )
  expect(app.run('app.mjs')).toEqual({
    printed: [{ a: 1 }, { layout: 99 }],
    stderr: '[clew] CLEW_SECOND_CORE: this copy has layout 2, the first one 99\n',
  })
})

test('core starts without loading @opentelemetry/api, by require and by import, and shows nothing on globalThis', () => {
  app.write(
    'app.cjs',
    `
const before = Object.keys(globalThis)
const byRequire = require('@clew/core')
byRequire.activeContext()
import('@clew/core').then((byImport) => {
  const added = Object.keys(globalThis).filter((key) => !before.includes(key))
  console.log(JSON.stringify([byImport.activeContext === byRequire.activeContext, added]))
})
`,
  )
  expect(app.run('app.cjs')).toEqual({ printed: [true, []], stderr: '' })
})
