import { once } from 'node:events'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import type { LogPage } from '../api/index.ts'
import { json, logsRequest, problemOf, type RunningDesk, type Sent, send, startDesk } from './running-desk.ts'

let desk: RunningDesk

afterEach(() => desk?.close())

const statusesOf = (path: string, all: Sent[]) =>
  Promise.all(all.map(async (sent) => (await send(desk.url, path, sent)).status))

test('a name that is not this desk is refused on every kind of route, before all else', async () => {
  desk = await startDesk()
  const host = 'evil.example:4318'
  const paths = [
    '/',
    '/assets/x.js',
    '/metrics',
    '/mcp',
    '/api/logs',
    '/api/live?logs=',
    '/api/nothing',
    '/v1/logs',
  ]
  const refused = await Promise.all(paths.map((path) => send(desk.url, path, { headers: { host } })))
  expect(refused.map(({ status }) => status)).toEqual(paths.map(() => 403))
  expect(problemOf(refused[0]!)).toBe(
    'this desk is not to be called as evil.example:4318; --allowed-hosts adds a name',
  )
  const own = ['localhost', 'LOCALHOST:80', '127.0.0.1:1', '[::1]:4318'].map((host) => ({
    headers: { host },
  }))
  expect(await statusesOf('/api/logs', own)).toEqual([200, 200, 200, 200])
})

test('of what a caller says its beginning is repeated, and the remedy stays', async () => {
  desk = await startDesk()
  const long = 'x'.repeat(3000)
  const host = new URL(desk.url).host
  const calls: [path: string, sent: Sent, remedy: string][] = [
    ['/', { headers: { host: long } }, '--allowed-hosts adds a name'],
    ['/api/logs', { headers: { host, origin: long } }, 'may not talk to this desk'],
    [`/${long}`, {}, ''],
    [`/api/${long}`, {}, 'see /api/openapi.json'],
    [`/api/logs?${long}=1`, {}, 'known are '],
    [`/api/logs?limit=${long}`, {}, 'write a whole number from 0 to '],
    [`/api/logs?before=${long}`, {}, 'give the "next" of the page before'],
    [`/api/chains?order=${long}`, {}, 'write recent or slow'],
    [`/api/chains/${long}`, {}, '32 hex digits'],
    [
      '/api/import',
      { method: 'POST', headers: { 'content-type': long } },
      'application/json for one document',
    ],
  ]
  for (const [path, sent, remedy] of calls) {
    const problem = problemOf(await send(desk.url, path, sent))
    expect([problem.length < 400, problem]).toEqual([true, expect.stringContaining(remedy)])
  }
})

test('a name that is allowed is fine, and so is any address where all are listened on', async () => {
  desk = await startDesk({ host: '0.0.0.0', allowedHosts: ['desk.internal'], dangerouslyNoAuth: true })
  const hosts = ['desk.internal:4318', '192.0.2.7:4318', '[fd00::7]', 'desk.example', 'desk.internal.evil']
  const all = hosts.map((host) => ({ headers: { host } }))
  expect(await statusesOf('/api/logs', all)).toEqual([200, 200, 200, 403, 403])
})

test('only pages of this desk may call: no other origin, no "null", and no other page without one', async () => {
  desk = await startDesk({ corsOrigins: ['http://localhost:3000'] })
  const host = new URL(desk.url).host
  const headers: Record<string, string>[] = [
    {},
    { origin: desk.url },
    { origin: 'null' },
    { origin: 'http://evil.example' },
    { origin: 'http://localhost:3000' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
  ]
  const expected = [200, 200, 403, 403, 403, 403, 403, 200, 200]
  const all = headers.map((more) => ({ headers: { host, ...more } }))
  expect(await statusesOf('/api/logs', all)).toEqual(expected)
  expect(await statusesOf('/api/status', all)).toEqual(expected)
})

test('a link to the page may be followed from elsewhere, but the page is nothing to embed or fetch', async () => {
  desk = await startDesk()
  const from = (mode: string, dest: string) => ({
    headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': mode, 'sec-fetch-dest': dest },
  })
  const all = [from('navigate', 'document'), from('navigate', 'iframe'), from('no-cors', 'script')]
  // 404: this desk has no built page.
  expect(await statusesOf('/', all)).toEqual([404, 403, 403])
  expect(await statusesOf('/api/logs', all)).toEqual([403, 403, 403])
})

test('a page of a listed origin may send OTLP, and only that; never with *', async () => {
  const origin = 'http://localhost:3000'
  desk = await startDesk({ corsOrigins: [origin], ingestToken: 'in' })
  const preflight = (from: string) =>
    send(desk.url, '/v1/logs', {
      method: 'OPTIONS',
      headers: { origin: from, 'access-control-request-method': 'POST', 'sec-fetch-site': 'cross-site' },
    })
  const post = (headers: object) =>
    send(desk.url, '/v1/logs', {
      headers: { ...json, origin, 'sec-fetch-site': 'cross-site', ...headers },
      body: logsRequest(['x']),
    })
  const replies = [
    await preflight(origin),
    await post({ 'x-api-key': 'in' }),
    await post({}),
    await preflight('http://localhost:3001'),
    await preflight('null'),
  ]
  expect(replies.map(({ status, headers }) => [status, headers['access-control-allow-origin']])).toEqual([
    [204, origin],
    [200, origin],
    [401, origin],
    [403, undefined],
    [403, undefined],
  ])
})

test('what others can reach does not start without tokens', async () => {
  await expect(startDesk({ host: '0.0.0.0' })).rejects.toThrow(
    'host 0.0.0.0 can be reached from other machines, so it needs --token and --ingest-token; ' +
      'leave --host away to serve this machine alone, or accept the risk with --dangerously-no-auth',
  )
  await expect(startDesk({ host: '::', token: 'read' })).rejects.toThrow('so it needs --ingest-token;')
  desk = await startDesk({ host: '0.0.0.0', token: 'read', ingestToken: 'in' })
  expect(await statusesOf('/api/logs', [{}])).toEqual([401])
})

test('the token to read does not send, and the token to send does not read', async () => {
  desk = await startDesk({ token: 'read', ingestToken: 'in' })
  const body = logsRequest(['x'])
  const bearer = (token: string) => ({ headers: { ...json, authorization: `Bearer ${token}` } })
  const key = (token: string) => ({ headers: { ...json, 'x-api-key': token } })
  const tokens = [bearer('read'), bearer('in'), key('read'), key('in'), { headers: json }]
  const sends = tokens.map((sent) => ({ ...sent, body }))
  expect(await statusesOf('/api/logs', tokens)).toEqual([200, 401, 200, 401, 401])
  expect(await statusesOf('/metrics', tokens)).toEqual([200, 401, 200, 401, 401])
  expect(await statusesOf('/v1/logs', sends)).toEqual([401, 200, 401, 200, 401])
  expect(await statusesOf('/api/import', sends)).toEqual([401, 200, 401, 200, 401])
  expect(await statusesOf('/api/no-route', tokens)).toEqual([404, 401, 404, 401, 401])
})

test('the token of the printed address becomes a cookie and leaves the address', async () => {
  desk = await startDesk({ token: 'read', ingestToken: 'in' })
  const login = await send(desk.url, '/logs?q=a%20b&token=read&x=1')
  const cookie = String(login.headers['set-cookie'])
  const { port } = new URL(desk.url)
  expect([login.status, login.headers.location, login.headers['cache-control']]).toEqual([
    302,
    '/logs?q=a+b&x=1',
    'no-store',
  ])
  expect(cookie).toMatch(new RegExp(`^clew_desk_${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`))
  const session = cookie.split(';')[0]!
  const cookies = [session, `other=1; ${session}`, `clew_desk_${port}=read`, `${session}x`, '']
  const all = cookies.map((value) => ({ headers: { cookie: value } }))
  expect(await statusesOf('/api/logs', all)).toEqual([200, 200, 401, 401, 401])
  const body = logsRequest(['x'])
  expect(await statusesOf('/v1/logs', [{ headers: { ...json, cookie: session }, body }])).toEqual([401])
  const wrong = await send(desk.url, '/?token=guess')
  expect([wrong.status, wrong.headers['set-cookie']]).toEqual([401, undefined])
})

test('an address with a token cannot be used to lead elsewhere', async () => {
  desk = await startDesk({ token: 'read', ingestToken: 'in' })
  const replies = await Promise.all(
    ['//evil.example/?token=read', 'http://evil.example/?token=read', '/\\evil.example?token=read'].map(
      (path) => send(desk.url, path),
    ),
  )
  expect(replies.map(({ status, headers }) => [status, headers.location])).toEqual([
    [404, undefined],
    [400, undefined],
    [404, undefined],
  ])
})

test('a bomb is a 413, on both ways in', async () => {
  desk = await startDesk()
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '))
  const headers = { ...json, 'content-encoding': 'gzip' }
  const replies = await Promise.all(
    ['/v1/logs', '/api/import'].map((path) => send(desk.url, path, { headers, body: bomb })),
  )
  expect([bomb.length < 100_000, replies.map(({ status }) => status)]).toEqual([true, [413, 413]])
})

test('a form of another site cannot write: only JSON and protobuf are bodies', async () => {
  desk = await startDesk()
  const types = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', '']
  const all = types.map((type) => ({
    headers: type === '' ? {} : { 'content-type': type },
    body: logsRequest(['x']),
  }))
  expect([await statusesOf('/v1/logs', all), await statusesOf('/api/import', all)]).toEqual([
    [415, 415, 415, 415],
    [415, 415, 415, 415],
  ])
})

test('nesting and attributes beyond all measure are refused or cut, and the desk goes on', async () => {
  desk = await startDesk()
  const depth = 200_000
  const nested = `${'{"arrayValue":{"values":['.repeat(depth)}${']}}'.repeat(depth)}`
  const deep = `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":${nested}}]}]}]}`
  const attributes = Array.from({ length: 500_000 }, (_, i) => `{"key":"k${i}","value":{"intValue":1}}`)
  const wide = `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"wide"},"attributes":[${attributes}]}]}]}]}`
  const started = performance.now()
  const deepReply = await send(desk.url, '/v1/logs', { headers: json, body: deep })
  const wideReply = await send(desk.url, '/v1/logs', { headers: json, body: wide })
  const plain = await send(desk.url, '/api/import', {
    headers: json,
    body: `{"msg":"deep","a":${'['.repeat(depth)}${']'.repeat(depth)}}`,
  })
  const after = await send(desk.url, '/v1/logs', { headers: json, body: logsRequest(['after']) })
  expect([deepReply.status, [200, 400, 413].includes(wideReply.status), plain.status, after.status]).toEqual([
    400,
    true,
    200,
    200,
  ])
  expect(performance.now() - started).toBeLessThan(20_000)
})

test('a script in a line is served as data that nothing will run', async () => {
  desk = await startDesk()
  const script = '</script><script>alert(1)</script><img src=x onerror=alert(1)>\u001b[31m'
  await send(desk.url, '/v1/logs', { headers: json, body: logsRequest([script]) })
  const { headers, body } = await send(desk.url, '/api/logs')
  expect((JSON.parse(body) as LogPage).logs.map(({ text }) => text)).toEqual([script])
  expect([headers['content-type'], headers['x-content-type-options'], headers['cache-control']]).toEqual([
    'application/json',
    'nosniff',
    'no-store',
  ])
})

test('every answer has the headers that keep a browser from harm', async () => {
  desk = await startDesk()
  const answers: [string, Sent][] = [
    ['/', {}],
    ['/api/logs', {}],
    ['/api/nothing', {}],
    ['/api/logs', { headers: { host: 'evil.example' } }],
    ['/v1/logs', { headers: json, body: logsRequest(['x']) }],
    ['/v1/logs', { headers: json, body: '[' }],
  ]
  for (const [path, sent] of answers) {
    expect((await send(desk.url, path, sent)).headers).toMatchObject({
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
  }
})

test('requests that are no HTTP, and connections that hang, leave the desk answering', async () => {
  desk = await startDesk()
  const { port, hostname } = new URL(desk.url)
  const garbage = [
    '\0\0\0\r\n\r\n',
    'GET /api/logs HTTP/1.1\r\n\r\n',
    `GET / HTTP/1.1\r\nx: ${'y'.repeat(70_000)}\r\n\r\n`,
  ]
  const statuses = await Promise.all(
    garbage.map(async (text) => {
      const socket = connect(Number(port), hostname)
      socket.on('error', () => {})
      socket.write(text)
      const [chunk] = (await once(socket, 'data')) as [Buffer]
      socket.destroy()
      return chunk.toString().slice(9, 12)
    }),
  )
  const hanging = Array.from({ length: 200 }, () => connect(Number(port), hostname).on('error', () => {}))
  for (const socket of hanging) socket.write('POST /v1/logs HTTP/1.1\r\nhost: localhost\r\n')
  expect([statuses, await statusesOf('/api/logs', [{}])]).toEqual([['400', '400', '431'], [200]])
  for (const socket of hanging) socket.destroy()
})
