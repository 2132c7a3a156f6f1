import { once } from 'node:events'
import { createServer, get } from 'node:http'
import { contextWithSpan, rootContext, runInContext, startInstrumentation } from '@clew/core'
import { recordSpans } from '@clew/testing'
import { trace } from '@opentelemetry/api'
import { request } from 'undici'
import { expect, test } from 'vitest'
import { httpInstrumentation } from '../src/index.ts'
import { localServers } from './local-servers.ts'

test('no user and password of a request through a proxy comes into a span, on either side', async () => {
  const spans = recordSpans()
  const servers = localServers()
  const stop = startInstrumentation(httpInstrumentation)
  const port = await servers.listen(createServer((_, res) => res.end()))
  const target = 'http://me:secret@shop.test/a?sig=secret&page=2'
  const span = trace.getTracer('app').startSpan('work', {}, rootContext)
  await runInContext(contextWithSpan(rootContext, span), async () => {
    const [response] = await once(get({ port, host: '127.0.0.1', path: target }), 'response')
    response.resume()
    await once(response, 'end')
    const { body } = await request(`http://me:secret@127.0.0.1:${port}/to/${target}`)
    await body.text()
  })
  span.end()
  const ended = await spans.waitFor((all) => all.length === 5)
  servers.close()
  stop()
  spans.stop()
  expect(JSON.stringify(ended)).not.toContain('secret')
  const urls = ended.map(({ attributes: { 'url.full': full, 'url.path': path, 'url.query': query } }) => [
    full,
    path,
    query,
  ])
  const none = undefined
  const hidden = 'http://REDACTED:REDACTED@shop.test/a'
  expect(urls.filter((url) => url.some(Boolean)).sort()).toEqual(
    [
      [`${hidden}?sig=REDACTED&page=2`, none, none],
      [`http://127.0.0.1:${port}/to/${hidden}?sig=REDACTED&page=2`, none, none],
      [none, '/a', 'sig=REDACTED&page=2'],
      [none, `/to/${hidden}`, 'sig=REDACTED&page=2'],
    ].sort(),
  )
})
