import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import http, { type IncomingMessage } from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import { type AddressInfo, connect, type Server } from 'node:net'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { expect, test } from 'vitest'
import { fixtures, runChild } from './child.ts'

const pemPath = (name: string): string => join(fixtures, 'tls', `${name}.pem`)
const readPem = (name: string): string => readFileSync(pemPath(name), 'utf8')
const tls = { cert: readPem('server'), key: readPem('server-key') }

type Kind = 'HTTP' | 'HTTPS' | 'gRPC' | 'gRPC over TLS'
/** What a receiver sees of a request, but for its body. */
type Seen = { path: string; headers: Record<string, unknown>; client?: string }

type Description = {
  name: string
  kind: Kind
  /** Before the host: user and password. */
  user?: string
  path?: string
  headers?: Record<string, string>
  env?: Record<string, string>
  flags?: string[]
  expected?: Partial<Seen>
}

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
const extraCa = { NODE_EXTRA_CA_CERTS: pemPath('ca') }
const anyCa = { NODE_TLS_REJECT_UNAUTHORIZED: '0' }
const opensslCa = { SSL_CERT_FILE: pemPath('ca') }
const manyNames = {
  'X-Key': 'a',
  'x-key': 'b',
  'Content-Type': 'text/plain',
  'Content-Length': '1',
  'Transfer-Encoding': 'chunked',
  Connection: 'close',
  Host: 'shop.example',
  'USER-AGENT': 'ours',
}

const descriptions: readonly Description[] = [
  { name: 'nothing but an address', kind: 'HTTP' },
  {
    name: 'a path and a query',
    kind: 'HTTP',
    path: '/a%20b/v1/logs?key=1&x',
    expected: { path: '/a%20b/v1/logs?key=1&x' },
  },
  {
    name: 'a user and a password in the address',
    kind: 'HTTP',
    user: 'm%40e:p%C3%A4ss:w%25rd@',
    expected: { headers: { authorization: basic('m@e:päss:w%rd') } },
  },
  {
    name: 'a user without a password',
    kind: 'HTTP',
    user: 'key@',
    expected: { headers: { authorization: basic('key:') } },
  },
  {
    name: 'a header that goes before the user in the address',
    kind: 'HTTP',
    user: 'me:secret@',
    headers: { Authorization: 'Bearer token' },
    expected: { headers: { authorization: 'Bearer token' } },
  },
  {
    name: 'headers in any case, twice, and those that are not to be set',
    kind: 'HTTP',
    headers: manyNames,
    expected: { headers: { 'x-key': 'b', host: 'shop.example', 'user-agent': 'ours' } },
  },
  { name: 'a CA of its own', kind: 'HTTPS', env: { TLS: 'ca' } },
  {
    name: 'a certificate of the client',
    kind: 'HTTPS',
    env: { TLS: 'client' },
    expected: { client: 'client' },
  },
  { name: 'NODE_EXTRA_CA_CERTS', kind: 'HTTPS', env: extraCa },
  { name: 'NODE_TLS_REJECT_UNAUTHORIZED=0', kind: 'HTTPS', env: anyCa },
  { name: '--use-openssl-ca', kind: 'HTTPS', env: opensslCa, flags: ['--use-openssl-ca'] },
  { name: '--use-system-ca', kind: 'HTTPS', env: opensslCa, flags: ['--use-system-ca'] },
  { name: 'NODE_USE_SYSTEM_CA=1', kind: 'HTTPS', env: { ...opensslCa, NODE_USE_SYSTEM_CA: '1' } },
  {
    name: 'a user and a password in the address',
    kind: 'HTTPS',
    user: 'me:secret@',
    env: extraCa,
    expected: { headers: { authorization: basic('me:secret') } },
  },
  {
    name: 'a user in the address, headers in any case and those that are not to be set',
    kind: 'gRPC',
    user: 'me:secret@',
    headers: manyNames,
    expected: {
      headers: {
        'x-key': 'b',
        ':authority': 'shop.example',
        'user-agent': 'ours',
        authorization: basic('me:secret'),
      },
    },
  },
  { name: 'NODE_EXTRA_CA_CERTS', kind: 'gRPC over TLS', env: extraCa },
  { name: 'NODE_TLS_REJECT_UNAUTHORIZED=0', kind: 'gRPC over TLS', env: anyCa },
  {
    name: 'a certificate of the client',
    kind: 'gRPC over TLS',
    env: { TLS: 'client' },
    expected: { client: 'client' },
  },
]

/** Over the loop; over the connection for the end, where there is one; from a worker. */
const ways = [
  { way: 'drain', code: 0 },
  { way: 'exitLater', code: 7 },
  { way: 'exitAtOnce', code: 0 },
]

const isGrpc = (kind: Kind): boolean => kind.startsWith('gRPC')

test.for(descriptions)(
  'every way of sending makes the same request of $kind by $name',
  async (description) => {
    const { kind, user = '', path = isGrpc(kind) ? '' : '/v1/logs', headers, env, flags = [] } = description
    const seen: Seen[] = []
    const server = createReceiver(kind, (request) => seen.push(request))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const scheme = kind === 'HTTP' || kind === 'gRPC' ? 'http' : 'https'
    const host = `127.0.0.1:${port}`
    const common = {
      ENDPOINT: `${scheme}://${user}${host}${path}`,
      PROTOCOL: isGrpc(kind) ? 'grpc' : 'http/protobuf',
      HEADERS: JSON.stringify(headers ?? {}),
    }
    for (const { way, code } of ways) {
      const end = await runChild({ args: [...flags, 'ending.mjs', way], env: { ...common, ...env } })
      expect({ way, code: end.code }).toEqual({ way, code })
    }
    server.close()

    const { headers: more, ...rest } = description.expected ?? {}
    const fixed = isGrpc(kind) ? grpcHeaders(scheme, host) : { ...httpHeaders, host }
    const request = { path: isGrpc(kind) ? grpcPath : path, headers: { ...fixed, ...more }, ...rest }
    expect(seen).toEqual(ways.map(() => request))
  },
)

const httpHeaders = {
  connection: 'keep-alive',
  'content-encoding': 'gzip',
  'content-type': 'application/x-protobuf',
  'user-agent': 'OTel-OTLP-Exporter-JavaScript/clew',
}
const grpcPath = '/opentelemetry.proto.collector.logs.v1.LogsService/Export'
const grpcHeaders = (scheme: string, authority: string): Record<string, string> => ({
  ':method': 'POST',
  ':path': grpcPath,
  ':scheme': scheme,
  ':authority': authority,
  'content-type': 'application/grpc',
  'grpc-encoding': 'gzip',
  'grpc-timeout': '10000m',
  te: 'trailers',
  'user-agent': 'OTel-OTLP-Exporter-JavaScript/clew',
})

function createReceiver(kind: Kind, note: (seen: Seen) => void): Server {
  if (kind === 'HTTP' || kind === 'HTTPS') {
    const answer = (request: IncomingMessage, response: http.ServerResponse): void => {
      const { 'content-length': _, ...headers } = request.headers
      note({ path: request.url ?? '', headers, ...clientOf(request.socket as TLSSocket) })
      request.resume().on('end', () => response.end())
    }
    if (kind === 'HTTP') return http.createServer(answer)
    return https.createServer({ ...tls, requestCert: true, rejectUnauthorized: false }, answer)
  }
  const server =
    kind === 'gRPC'
      ? http2.createServer()
      : http2.createSecureServer({ ...tls, requestCert: true, rejectUnauthorized: false })
  server.on('stream', (stream, headers) => {
    const socket = stream.session?.socket as TLSSocket
    note({ path: String(headers[':path']), headers: textHeaders(headers), ...clientOf(socket) })
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.resume().on('end', () => stream.end(Buffer.alloc(5)))
  })
  return server
}

/** Without what Node adds. */
const textHeaders = (headers: object): Record<string, unknown> => Object.fromEntries(Object.entries(headers))

function clientOf(socket: TLSSocket): { client?: string } {
  const subject = socket.getPeerCertificate?.().subject as { CN: string } | undefined
  return subject === undefined ? {} : { client: subject.CN }
}

const toldTo = [
  { env: { NODE_USE_ENV_PROXY: '1' }, flags: [] },
  { env: {}, flags: ['--use-env-proxy'] },
]

test.for(toldTo)(
  'every way of sending uses the proxy that Node is told to use, by %j',
  async ({ env, flags }) => {
    const asked: string[] = []
    const receiver = createReceiver('HTTPS', ({ path }) => asked.push(path))
    await once(receiver.listen(0, '127.0.0.1'), 'listening')
    const proxy = createProxy((request) => asked.push(request))
    await once(proxy.listen(0, '127.0.0.1'), 'listening')
    const { port } = receiver.address() as AddressInfo
    const address = `http://me:secret@127.0.0.1:${(proxy.address() as AddressInfo).port}`
    const proxies = { HTTP_PROXY: address, https_proxy: address, NO_PROXY: '127.0.0.1' }
    const run = async (endpoint: string): Promise<string[]> => {
      for (const { way } of ways) {
        const common = { ...env, ...proxies, ...extraCa, ENDPOINT: endpoint }
        await runChild({ args: [...flags, 'ending.mjs', way], env: common })
      }
      return asked.splice(0)
    }
    const thrice = <T>(...each: T[]): T[] => ways.flatMap(() => each)
    expect({
      http: await run('http://collector.example/v1/logs'),
      https: await run(`https://localhost:${port}/v1/logs`),
      excepted: await run(`https://127.0.0.1:${port}/v1/logs`),
    }).toEqual({
      http: thrice(`POST http://collector.example/v1/logs by ${basic('me:secret')}`),
      https: thrice(`CONNECT localhost:${port} by ${basic('me:secret')}`, '/v1/logs'),
      excepted: thrice('/v1/logs'),
    })
    proxy.close()
    receiver.close()
  },
)

const badProxies = [
  {
    proxy: 'http://me:secret@host:99999',
    why: 'the variable of the proxy has no address of one',
    remedy: 'Write NAME as http://host:port',
  },
  {
    proxy: `http://me:se cret@[::${'x'.repeat(3000)}`,
    why: 'the variable of the proxy has no address of one',
    remedy: 'Write NAME as http://host:port',
  },
  {
    proxy: 'http://me:secret@127.0.0.1:1',
    why: 'connect ECONNREFUSED 127.0.0.1:1',
    remedy: 'Check the receiver and the proxy in NAME, or name the receiver in NO_PROXY',
  },
]

test.for(badProxies.flatMap((bad) => ['http_proxy', 'HTTPS_PROXY'].map((name) => ({ ...bad, name }))))(
  'a proxy that cannot be used is told by its variable $name, and not by its value: $proxy',
  async ({ proxy, why, remedy, name }) => {
    const scheme = name === 'http_proxy' ? 'http' : 'https'
    const env = {
      ENDPOINT: `${scheme}://collector.example/v1/logs`,
      REPORTS: '1',
      BAD_PROXY: `${name}=${proxy}`,
    }
    const { stderr } = await runChild({ args: ['bad-proxy.mjs'], env })
    const [line] = stderr.split('\n')
    expect(line).toBe(
      `CLEW_EXPORT_FAILED cannot send logs to the receiver: ${why}; they wait and are sent again. ${remedy.replace('NAME', name)}`,
    )
  },
)

function createProxy(note: (request: string) => void): Server {
  const noteRequest = ({ method, url, headers }: IncomingMessage): void =>
    note(`${method} ${url} by ${headers['proxy-authorization']}`)
  const proxy = http.createServer((request, response) => {
    noteRequest(request)
    request.resume().on('end', () => response.end())
  })
  return proxy.on('connect', (request, socket) => {
    noteRequest(request)
    const [, port] = (request.url ?? '').split(':')
    const there = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      socket.pipe(there).pipe(socket)
    })
    for (const end of [socket, there]) end.on('error', () => there.destroy())
  })
}
