import type { Alert } from '../alert.ts'
import { classifyStatus, foreign, ok, parseObject } from './answers.ts'
import type { Answer, Channel, Notice, Outcome, RenderContext, Request } from './channel.ts'
import { cutUnits, sizeOf } from './clean-text.ts'
import { fitMessage, type Message, type Style, summaryOf } from './message.ts'
import { isoOf } from './webhook.ts'

/** The Events API v2 of PagerDuty. `routingKey`: the integration key of the service. https://developer.pagerduty.com/docs/send-alert-event */
export type PagerdutyOptions = Style & { url: string; routingKey: string }

export const pagerdutyUrl = 'https://events.pagerduty.com/v2/enqueue'
const maxBytes = 512_000
const maxSummary = 1_024

/** One event for each alert, also of a digest: an incident is opened and closed by its key, which is the alert's id. */
export function pagerduty(options: PagerdutyOptions): Pick<Channel, 'render' | 'classify'> {
  return {
    render: (notice, context) =>
      notice.alerts.map((alert) => requestOf({ ...notice, alerts: [alert] }, alert, options, context)),
    classify,
  }
}

function requestOf(notice: Notice, alert: Alert, options: PagerdutyOptions, context: RenderContext): Request {
  const key = { routing_key: options.routingKey, dedup_key: alert.id.slice(0, 255) }
  const build = (message: Message): string =>
    JSON.stringify(
      alert.state === 'resolved'
        ? { ...key, event_action: 'resolve' }
        : { ...key, event_action: 'trigger', ...eventOf(message, alert, context) },
    )
  return {
    url: options.url,
    headers: {},
    body: fitMessage(notice, options, context, build, sizeOf, maxBytes),
  }
}

function eventOf(message: Message, alert: Alert, context: RenderContext): object {
  const service = alert.group.service ?? alert.group['service.name'] ?? alert.lines.at(-1)?.service ?? ''
  const chains = message.lines.filter(({ url }) => url !== '')
  return {
    payload: {
      summary: cutUnits(summaryOf(message), maxSummary),
      source: cutUnits(service || 'clew', 255),
      severity: alert.severity,
      timestamp: isoOf(alert.atUnixMs),
      component: cutUnits(service, 255),
      group: cutUnits(Object.values(alert.group).join(' '), 255),
      class: alert.observation.type,
      custom_details: {
        ...(message.description !== '' && { description: message.description }),
        ...Object.fromEntries(
          message.lines.map(({ head, text, traceId }, at) => [
            `line ${at + 1}`,
            `${head} ${traceId} ${text}`,
          ]),
        ),
      },
    },
    links: [
      ...message.links.map(({ text, url }) => ({ href: url, text })),
      ...chains.map(({ head, url }) => ({ href: url, text: head })),
    ],
    client: 'Clew',
    ...(context.desk !== undefined && { client_url: context.desk }),
  }
}

function classify(answer: Answer): Outcome {
  const failed = classifyStatus(answer)
  if (failed) return failed
  return parseObject(answer.body)?.status === 'success' ? ok : foreign('PagerDuty', answer)
}
