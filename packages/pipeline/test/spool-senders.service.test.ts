import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, renameSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Pipeline, startPipeline } from '@clew/pipeline'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { expect, test, vi } from 'vitest'
import { describeSender, type SpoolSender } from '../src/spool/sender.ts'
import { drain, leave, newFolder, open, self, url } from './spool-rig.ts'

const senders: { other: string; sender: SpoolSender; isSaid: boolean }[] = [
  ...[
    { other: 'password', url: 'http://a:other@h/v1/logs' },
    { other: 'user', url: 'http://other:b@h/v1/logs' },
    { other: 'query', url: 'http://a:b@h/v1/logs?key=other' },
    { other: 'header', headers: { authorization: 'other' } },
    { other: 'client certificate', tls: { cert: 'other' } },
    { other: 'address', url: 'http://a:b@h/other', isSaid: false },
    { other: 'service', resource: { 'service.name': 'other' }, isSaid: false },
    { other: 'namespace', resource: { 'service.name': 's', 'service.namespace': 'other' }, isSaid: false },
  ].map(({ other, resource = { 'service.name': 's' }, isSaid = true, ...endpoint }) => ({
    other,
    sender: describeSender({ url: 'http://a:b@h/v1/logs', headers: {}, ...endpoint }, resource),
    isSaid,
  })),
]
const first = describeSender({ url: 'http://a:b@h/v1/logs', headers: {} }, { 'service.name': 's' })

test.for(senders)('records are not sent by a process with another $other', ({ sender, isSaid }) => {
  const directory = newFolder()
  const { root } = leave(directory, ['one'], first)
  const other = open(directory, sender)
  const said = `CLEW_SPOOL_LEFT ${root} holds logs of this service that were kept to be sent with other credentials, and stay there. Move what lies in it to ${other.place.root} to send it with those of now, or delete it`
  expect({ texts: drain(other.spool), reports: other.reports }).toEqual({
    texts: [],
    reports: isSaid ? [said] : [],
  })
  expect(drain(open(directory, first).spool)).toEqual(['one'])
})

test('the same headers in other letters and order are the same sender, also in another process of the service', () => {
  const of = (headers: Record<string, string>): SpoolSender =>
    describeSender({ url, headers }, { 'service.name': 's', 'process.pid': Math.random() })
  expect(of({ Authorization: 'x', 'x-tenant': 'y' })).toEqual(of({ 'X-Tenant': 'y', authorization: 'x' }))
})

test('no name below the spool directory tells a credential', () => {
  const directory = newFolder()
  const secret = Buffer.from('a:secret').toString('base64')
  const sender = describeSender(
    { url: 'http://a:secret@h/?key=secret', headers: { authorization: secret } },
    {},
  )
  leave(directory, ['one'], sender)
  const names = readdirSync(directory, { recursive: true }).join(' ')
  expect(names).toMatch(/^logs-[0-9a-f]{32}-[0-9a-f]{32} /)
  expect(names).not.toMatch(/secret|YTpz/)
})

test('a folder of the former format, which tells no credentials, is left and named', () => {
  const directory = newFolder()
  const { root } = leave(directory, ['one'])
  const former = join(directory, `logs-${self.former}`)
  renameSync(root, former)
  const { spool, place, reports } = open(directory)
  expect({ texts: drain(spool), reports }).toEqual({
    texts: [],
    reports: [expect.stringContaining(`CLEW_SPOOL_LEFT ${former} holds logs of this service`)],
  })
  mkdirSync(place.root)
  execFileSync('sh', ['-c', `mv ${former}/* ${place.root}`])
  expect(drain(open(directory).spool)).toEqual(['one'])
})

type Started = { pipeline: Pipeline; reports: string[] }

function start(
  receiver: Pick<OtlpReceiver, 'url'>,
  protocol: 'http/protobuf' | 'grpc',
  spoolDirectory: string,
): Started {
  const reports: string[] = []
  const pipeline = startPipeline({
    logs: {
      ...{ protocol, headers: { authorization: 'key' }, compression: 'none', timeoutMs: 30_000 },
      url: protocol === 'grpc' ? receiver.url : `${receiver.url}/v1/logs`,
    },
    ...{ resource: { 'service.name': 'shop' }, exit: 'off', scheduleDelayMs: 0, spoolDirectory },
    report: (code, message) => reports.push(`${code} ${message}`),
  })
  return { pipeline, reports }
}

const log = ({ pipeline }: Started, body: string): void =>
  pipeline.log(
    { name: 'test', version: '1' },
    { timeUnixMs: 1, severityNumber: 9, severityText: 'INFO', body },
  )

test.for([
  { protocol: 'http/protobuf', status: 401, name: 'HTTP 401' },
  { protocol: 'http/protobuf', status: 403, name: 'HTTP 403' },
  { protocol: 'grpc', status: 401, name: 'gRPC UNAUTHENTICATED' },
  { protocol: 'grpc', status: 403, name: 'gRPC PERMISSION_DENIED' },
] as const)('records that are refused with $name wait in the spool until the key is valid', async (kind) => {
  const protocol = kind.protocol === 'grpc' ? 'grpc' : 'http'
  const receiver = await startOtlpReceiver({ protocol })
  receiver.behave({ status: kind.status })
  const directory = newFolder()
  const first = start(receiver, kind.protocol, directory)
  log(first, 'one')
  await vi.waitFor(() => expect(first.reports).toHaveLength(1), { timeout: 10_000 })
  await first.pipeline.stop(0)
  const second = start(receiver, kind.protocol, directory)
  await vi.waitFor(() => expect(second.reports).toHaveLength(1), { timeout: 10_000 })
  await receiver.close()
  await second.pipeline.stop(0)
  const repaired = await startOtlpReceiver({ protocol, port: receiver.port })
  const third = start(repaired, kind.protocol, directory)
  await repaired.waitForLogs(1, 30_000)
  await third.pipeline.stop()
  const failed = expect.stringMatching(
    new RegExp(
      `^CLEW_EXPORT_FAILED .*${kind.name}.*they wait and are sent again. Check the credentials in OTEL_EXPORTER_OTLP_HEADERS`,
    ),
  )
  const none = { accepted: 0, delivered: 0, rejected: 0, dropped: 0, spooled: 0, replayed: 0, expired: 0 }
  expect([first, second, third].map(({ pipeline, reports }) => [pipeline.counters().logs, reports])).toEqual([
    [{ ...none, accepted: 1, spooled: 1 }, [failed]],
    [none, [failed]],
    [{ ...none, replayed: 1 }, []],
  ])
  await repaired.close()
})

test('what is refused with 403 while others are taken is not refused for the credentials, and is gone', async () => {
  const server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece) => pieces.push(piece))
    request.on('end', () => {
      response.statusCode = Buffer.concat(pieces).includes('DROP TABLE') ? 403 : 200
      response.end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const started = start({ url: address }, 'http/protobuf', newFolder())
  log(started, 'DROP TABLE')
  await vi.waitFor(() => expect(started.reports).toHaveLength(1), { timeout: 10_000 })
  log(started, 'harmless')
  await started.pipeline.flush(20_000)
  const { counters } = started.pipeline
  expect(counters().logs).toMatchObject({ accepted: 2, delivered: 1, rejected: 1, spooled: 0 })
  expect(started.reports.map((line) => line.split(' ')[0])).toEqual([
    'CLEW_EXPORT_FAILED',
    'CLEW_EXPORT_RECOVERED',
    'CLEW_EXPORT_REFUSED',
  ])
  await started.pipeline.stop(0)
  server.close()
})
