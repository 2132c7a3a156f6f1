import { createHmac } from 'node:crypto'
import { severityName } from '@clew/otlp/severity'
import type { Alert } from '../alert.ts'
import { classifyStatus, ok } from './answers.ts'
import type { Channel, RenderContext } from './channel.ts'
import { chainUrl } from './clean-alert.ts'
import { cutBytes, sizeOf } from './clean-text.ts'
import { type Detail, fitDetail } from './detail.ts'
import { createComposer, type Message, type Style, summaryOf } from './message.ts'

/**
 * Any address that takes JSON. With a secret each request is signed as https://www.standardwebhooks.com says: a secret that
 * begins with `whsec_` is the base64 of the key.
 */
export type WebhookOptions = Style & {
  url: string
  secret?: string | undefined
  headers: Readonly<Record<string, string>>
}

const maxBytes = 262_144
const maxAlerts = 50

export function webhook(options: WebhookOptions): Pick<Channel, 'render' | 'classify'> {
  return {
    render: (notice, context) =>
      portions(notice.alerts).map((alerts) => {
        const told = alerts.map((alert) => {
          const compose = createComposer({ ...notice, alerts: [alert] }, options, context)
          return (detail: Detail) => alertJson(alert, compose(detail), context, detail)
        })
        const build = (detail: Detail): string =>
          JSON.stringify({ version: 1, alerts: told.map((tell) => tell(detail)) })
        const body = fitDetail(build, sizeOf, maxBytes, context)
        const id = alerts.length === 1 ? messageId(alerts[0]!) : `${messageId(alerts[0]!)}.${alerts.length}`
        return {
          url: options.url,
          headers: { ...options.headers, ...signature(options, id, body, context) },
          body,
        }
      }),
    classify: (answer) => classifyStatus(answer) ?? ok,
  }
}

function portions(alerts: readonly Alert[]): (readonly Alert[])[] {
  const count = Math.ceil(alerts.length / maxAlerts)
  return Array.from({ length: count }, (_, at) => alerts.slice(at * maxAlerts, (at + 1) * maxAlerts))
}

/** Of the first message of an alert its id; reminders and the end have an id of their own, so that nobody takes them for doubles. */
export function messageId({ id, state, times }: Alert): string {
  if (state === 'resolved') return `${id}.resolved`
  return times > 1 ? `${id}.${times}` : id
}

function alertJson(alert: Alert, message: Message, context: RenderContext, detail: Detail): object {
  const { id, rule, severity, state, times, group, observation, runbook } = alert
  const short = (text: string): string => cutBytes(text, detail.wordBytes)
  const { seen, before } = observation
  return {
    ...{ id, rule: short(rule), severity, state, times },
    at: isoOf(alert.atUnixMs),
    since: isoOf(alert.sinceUnixMs),
    group: Object.fromEntries(Object.entries(group).map(([field, value]) => [short(field), short(value)])),
    observation: {
      ...observation,
      ...(seen !== undefined && { seen: short(seen) }),
      ...(before !== undefined && { before: short(before) }),
    },
    summary: summaryOf(message),
    ...{ description: message.description, runbook: short(runbook) },
    lines: (detail.lines === 0 ? [] : alert.lines.slice(-detail.lines)).map((line) => ({
      time: isoOf(line.unixMs),
      level: severityName(line.severityNumber),
      service: short(line.service),
      text: cutBytes(line.text, detail.lineBytes),
      traceId: line.traceId,
      spanId: line.spanId,
      url: chainUrl(context.desk, line.traceId),
    })),
  }
}

/** What is no time, such as that of a record with nonsense in it, is 1970. */
export function isoOf(unixMs: number): string {
  const date = new Date(unixMs)
  return Number.isNaN(date.getTime()) ? new Date(0).toISOString() : date.toISOString()
}

function signature(
  { secret }: WebhookOptions,
  id: string,
  body: string,
  { nowMs }: RenderContext,
): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1_000))
  const unsigned = { 'webhook-id': id, 'webhook-timestamp': timestamp }
  if (secret === undefined) return unsigned
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { ...unsigned, 'webhook-signature': `v1,${mac}` }
}
