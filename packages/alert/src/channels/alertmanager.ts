import type { Alert } from '../alert.ts'
import { classifyStatus, foreign, ok, parseObject } from './answers.ts'
import type { Answer, Channel, Outcome, RenderContext } from './channel.ts'
import { cutBytes, sizeOf } from './clean-text.ts'
import { type Detail, fitDetail } from './detail.ts'
import { createComposer, type Message, type Style, summaryOf } from './message.ts'
import { isoOf } from './webhook.ts'

/**
 * Prometheus Alertmanager, API v2; it groups, silences and routes by itself. `lastsMs`: how long it keeps
 * an alert that nobody ends or repeats. https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
 */
export type AlertmanagerOptions = Style & {
  url: string
  headers: Readonly<Record<string, string>>
  lastsMs: number
}

const maxBytes = 1_000_000

export function alertmanager(options: AlertmanagerOptions): Pick<Channel, 'render' | 'classify'> {
  return {
    render: (notice, context) => {
      const told = notice.alerts.map((alert) => {
        const compose = createComposer({ ...notice, alerts: [alert] }, options, context)
        return (detail: Detail) => alertOf(compose(detail), alert, options, context)
      })
      const build = (detail: Detail): string => JSON.stringify(told.map((tell) => tell(detail)))
      const body = fitDetail(build, sizeOf, maxBytes, context)
      return [{ url: postUrl(options.url), headers: options.headers, body }]
    },
    classify,
  }
}

/** The address of Alertmanager itself, or of its API. */
function postUrl(url: string): string {
  const address = new URL(url)
  if (!address.pathname.endsWith('/api/v2/alerts'))
    address.pathname = `${address.pathname.replace(/\/+$/, '')}/api/v2/alerts`
  return address.href
}

function alertOf(
  message: Message,
  alert: Alert,
  options: AlertmanagerOptions,
  context: RenderContext,
): object {
  const chains = message.lines.map(({ url, traceId }) => url || traceId).filter((chain) => chain !== '')
  const isResolved = alert.state === 'resolved'
  return {
    labels: labelsOf(alert),
    annotations: {
      summary: summaryOf(message),
      ...(message.description !== '' && { description: message.description }),
      ...(alert.runbook !== '' && message.links[0] && { runbook_url: message.links[0].url }),
      ...(message.lines.length > 0 && {
        lines: message.lines.map(({ head, text }) => `${head} ${text}`).join('\n'),
      }),
      ...(chains.length > 0 && { trace_ids: [...new Set(chains)].join('\n') }),
      alert_id: alert.id,
    },
    startsAt: isoOf(alert.sinceUnixMs),
    endsAt: isoOf(isResolved ? alert.atUnixMs : Math.max(alert.atUnixMs, context.nowMs) + options.lastsMs),
    ...(message.lines.at(-1)?.url && { generatorURL: message.lines.at(-1)!.url }),
  }
}

/** What makes an alert the same one: nothing that changes while it fires, such as a trace id. */
function labelsOf({ rule, severity, group }: Alert): Readonly<Record<string, string>> {
  const own = Object.entries(group).map(([field, value]) => [labelName(field), cutBytes(value, 256)])
  return { ...Object.fromEntries(own), alertname: cutBytes(rule, 256), rule: cutBytes(rule, 256), severity }
}

/** https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels */
function labelName(field: string): string {
  const name = field.replace(/[^a-zA-Z0-9_]/g, '_')
  return /^[a-zA-Z_]/.test(name) ? name : `_${name}`
}

function classify(answer: Answer): Outcome {
  const failed = classifyStatus(answer)
  if (failed) return failed
  return answer.body.trim() === '' || parseObject(answer.body) ? ok : foreign('Alertmanager', answer)
}
