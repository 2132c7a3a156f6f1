import { expect, test } from 'vitest'
import { all, codeOf, listen, log, start, zero } from './export-rig.ts'
import { receive } from './receivers.ts'

test('a partial success that says something of each of thousands of records is counted', async () => {
  const receiver = await receive()
  receiver.behave({ rejected: 3, message: 'too old, '.repeat(20_000) })
  const { pipeline } = start(`${receiver.url}/v1/logs`)
  log(pipeline, 10)
  await pipeline.flush()
  expect(pipeline.counters().logs).toEqual({ ...zero, accepted: 10, delivered: 7, rejected: 3 })
})

test('a partial success is counted and said, and not sent again', async () => {
  const receiver = await receive()
  receiver.behave({ rejected: 3, message: 'timestamps too old' })
  const { pipeline, reports } = start(`${receiver.url}/v1/logs`)
  log(pipeline, 10)
  await pipeline.flush()
  expect({ counters: pipeline.counters().logs, requests: receiver.requests.length, reports }).toEqual({
    counters: { ...zero, accepted: 10, delivered: 7, rejected: 3 },
    requests: 1,
    reports: [
      `CLEW_EXPORT_PARTIAL ${receiver.url}/v1/logs rejected 3 of 10 logs records: timestamps too old`,
    ],
  })
})

test('a refused request is not sent again: one line names status, address and remedy', async () => {
  const receiver = await receive()
  receiver.behave({ status: 401 })
  const { pipeline, reports } = start(`${receiver.url}/v1/logs`)
  for (const _ of [1, 2]) {
    log(pipeline, 10)
    await pipeline.flush()
  }
  expect({
    counters: pipeline.counters().logs,
    requests: receiver.requests.length,
    codes: reports.map(codeOf),
  }).toEqual({
    counters: { ...zero, accepted: 20, rejected: 20 },
    requests: 2,
    codes: ['CLEW_EXPORT_REFUSED'],
  })
  expect(reports[0]).toMatch(`${receiver.url}/v1/logs refused 10 logs records with HTTP 401`)
  expect(reports[0]).toMatch('OTEL_EXPORTER_OTLP_HEADERS')
})

test('503 with Retry-After is waited for, with one request as a probe, and everything arrives', async () => {
  const receiver = await receive()
  receiver.behave({ status: 503, retryAfterSeconds: 3 })
  const { pipeline, reports } = start(`${receiver.url}/v1/logs`, { compression: 'none' })
  const begun = performance.now()
  log(pipeline, 4096 * 6)
  const flushed = pipeline.flush()
  await expect.poll(() => receiver.requests.length).toBe(4)
  receiver.behave('accept')
  const before = receiver.requests.length
  await flushed
  expect(performance.now() - begun).toBeGreaterThan(2_900)
  expect({ before, counters: pipeline.counters().logs, codes: reports.map(codeOf) }).toEqual({
    before: 4,
    counters: all(4096 * 6),
    codes: ['CLEW_EXPORT_FAILED', 'CLEW_EXPORT_RECOVERED'],
  })
})

test('a connection that the receiver resets is tried again', async () => {
  const receiver = await receive()
  receiver.behave('reset')
  const { pipeline, reports } = start(`${receiver.url}/v1/logs`)
  log(pipeline, 10)
  await pipeline.flush(300)
  await expect.poll(() => reports.map(codeOf)).toEqual(['CLEW_EXPORT_FAILED'])
  receiver.behave('accept')
  await pipeline.flush()
  expect({ counters: pipeline.counters().logs, codes: reports.map(codeOf) }).toEqual({
    counters: all(10),
    codes: ['CLEW_EXPORT_FAILED', 'CLEW_EXPORT_RECOVERED'],
  })
})

test('an answer that does not come in time is a failure that is tried again', async () => {
  const receiver = await receive()
  receiver.behave('hang')
  const { pipeline, reports } = start(`${receiver.url}/v1/logs`, { timeoutMs: 100 })
  log(pipeline, 10)
  await pipeline.flush(300)
  await expect.poll(() => reports[0]).toMatch('no answer in 100 ms')
  receiver.behave('accept')
  await pipeline.flush()
  expect(pipeline.counters().logs).toEqual(all(10))
})

test('a kept connection that the receiver closed meanwhile costs no failure', async () => {
  let requests = 0
  const { server, url } = await listen((request, response) => {
    requests++
    request.resume().on('end', () => response.writeHead(200).end())
  })
  const { pipeline, reports } = start(url)
  log(pipeline, 1)
  await pipeline.flush()
  // Closed in the same turn as the next request is sent: the client cannot know yet.
  server.closeIdleConnections()
  log(pipeline, 1)
  await pipeline.flush()
  expect({ requests, counters: pipeline.counters().logs, reports }).toEqual({
    requests: 2,
    counters: all(2),
    reports: [],
  })
})

test('a batch that the receiver never takes does not hold up the others', async () => {
  const arrived: string[] = []
  const { url } = await listen(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString('latin1')
    if (!body.includes('poison')) arrived.push(...(body.match(/fresh/g) ?? []))
    response.writeHead(body.includes('poison') ? 503 : 200).end()
  })
  const { pipeline } = start(url, { compression: 'none' })
  log(pipeline, 1, 'poison')
  await pipeline.flush(100)
  log(pipeline, 3, 'fresh')
  void pipeline.flush()
  // They are delivered when their answer has come back.
  const delivered = { ...zero, accepted: 4, delivered: 3 }
  await expect.poll(() => pipeline.counters().logs, { timeout: 15_000 }).toEqual(delivered)
  expect(arrived.length).toBe(3)
})

test('a redirect is refused with the advice to set the final address', async () => {
  const { url } = await listen((_, response) => response.writeHead(308, { location: '/elsewhere' }).end())
  const { pipeline, reports } = start(url)
  log(pipeline, 1)
  await pipeline.flush()
  expect(reports[0]).toMatch(/308.*Redirects are not followed/)
})
