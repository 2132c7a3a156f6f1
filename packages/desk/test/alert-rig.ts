import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Desk, type DeskOptions, startDesk } from '@clew/desk'
import { encodeLogsRequest, parseLogsJson } from '@clew/otlp'
import { onTestFinished } from 'vitest'
import { type Bot, type Reply, startBot } from '../../alert/test/bot.ts'
import type { AlertDecisions } from '../api/index.ts'
import { json, send } from './running-desk.ts'
import { type Sample, sampleRequests } from './sample-traffic.ts'

/** A folder with a rule file, and a group bot that takes each message, as WeCom answers. */
export type AlertRig = {
  /** Of the rule file; a desk may keep its data there. */
  directory: string
  path: string
  bot: Bot
  /** What the desk reported. */
  reports: string[]
  write(text: string): void
  /** A desk by the rule file; all are closed at the end. */
  start(options?: Partial<DeskOptions>): Promise<Desk>
  close(): Promise<void>
}

const fine = { headers: { 'content-type': 'application/json' }, body: '{"errcode":0,"errmsg":"ok"}' }

/** `replies`: what the bot says first. */
export async function startAlertRig(
  text: (botUrl: string) => string,
  replies: readonly Reply[] = [],
): Promise<AlertRig> {
  const bot = await startBot(replies, fine)
  const directory = mkdtempSync(join(tmpdir(), 'clew-desk-alerts-'))
  const path = join(directory, 'alerts.yaml')
  const reports: string[] = []
  const desks: Desk[] = []
  const write = (changed: string): void => writeFileSync(path, changed)
  write(text(bot.url))
  return {
    ...{ directory, path, bot, reports, write },
    async start(options) {
      const desk = await startDesk({
        ...{ directory: undefined, maxBytes: 512e6, maxAgeMs: undefined, port: 0, grpcPort: 0 },
        ...{ alerts: path, report: (message) => reports.push(message), ...options },
      })
      desks.push(desk)
      return desk
    },
    async close() {
      await Promise.all(desks.map((desk) => desk.close()))
      await bot.stop()
      rmSync(directory, { recursive: true })
    },
  }
}

/** A rig for this test alone. */
export async function openAlertRig(
  text: (botUrl: string) => string,
  replies?: readonly Reply[],
): Promise<AlertRig> {
  const started = await startAlertRig(text, replies)
  onTestFinished(started.close)
  return started
}

/** How long what a rule does is waited for. */
export const eventually = { timeout: 20_000, interval: 20 }

/** What the bot was told, the first first. */
export function messagesOf({ bot }: AlertRig): string[] {
  return bot.received.map(({ body }) => (JSON.parse(body) as WeComMessage).markdown_v2.content)
}
type WeComMessage = { markdown_v2: { content: string } }

export async function read<T>(url: string, path: string): Promise<T> {
  return JSON.parse((await send(url, path)).body) as T
}

/** Why the rules did what they did, the last first. */
export async function reasons(url: string): Promise<string[]> {
  return (await read<AlertDecisions>(url, '/api/alerts/explain')).decisions.map(({ reason }) => reason)
}

export function silence(url: string, body: object): ReturnType<typeof send> {
  return send(url, '/api/alerts/silences', { headers: json, body: JSON.stringify(body) })
}

/** The rule that this project began with. */
export const paymentRule = (botUrl: string, more = ''): string => `
channels:
  wecom-pay: { type: wecom, url: '${botUrl}/cgi-bin/webhook/send?key=k', format: markdown_v2 }
rules:
  - id: payment-failed-500
    type: frequency
    where: 'payment_failed status:500'
    threshold: 3
    window: 5m
    severity: critical
    description: Payments fail at the provider.
    notify: wecom-pay
${more}`

/** An order whose payment fails, and a line that no rule looks for. */
export const failedOrder = (order: number): Sample => ({
  spans: [
    { id: 'req', name: 'POST /orders', service: 'checkout', kind: 2, at: 0, ms: 40, error: 'payment failed' },
  ],
  logs: [
    { span: 'req', service: 'checkout', at: 10, text: `order ${order} received` },
    {
      ...{ span: 'req', service: 'checkout', at: 30, severity: 17 },
      text: `payment_failed order=${order}`,
      attributes: { status: 500, order_id: order },
    },
  ],
})

export type Way = 'JSON' | 'protobuf' | 'gRPC'

/** Sends an order that fails; the id of its trace. */
export async function fail(
  desk: Desk,
  order: number,
  way: Way = 'JSON',
  startMs = Date.now(),
): Promise<string> {
  const { traceId, traces, logs } = sampleRequests(failedOrder(order), startMs)
  await post(desk, '/v1/traces', 'application/json', JSON.stringify(traces))
  const text = JSON.stringify(logs)
  const bytes = (): Buffer => encodeLogsRequest(parseLogsJson(text))
  if (way === 'gRPC') await call(desk.grpc!, bytes())
  else if (way === 'protobuf') await post(desk, '/v1/logs', 'application/x-protobuf', bytes())
  else await post(desk, '/v1/logs', 'application/json', text)
  return traceId
}

async function post(desk: Desk, path: string, type: string, body: string | Buffer): Promise<void> {
  const init = { method: 'POST', headers: { 'content-type': type }, body: new Blob([body as BlobPart]) }
  const { status } = await fetch(desk.url + path, init)
  if (status !== 200) throw new Error(`${path} answered ${status}`)
}

async function call(url: string, message: Buffer): Promise<void> {
  const session = connect(url)
  const stream = session.request({
    ':method': 'POST',
    ':path': '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
    'content-type': 'application/grpc',
  })
  const prefix = Buffer.alloc(5)
  prefix.writeUInt32BE(message.length, 1)
  stream.end(Buffer.concat([prefix, message]))
  stream.resume()
  const status = await new Promise((resolve) =>
    stream.on('trailers', (trailers) => resolve(trailers['grpc-status'])),
  )
  session.close()
  if (status !== '0') throw new Error(`gRPC status ${status}`)
}
