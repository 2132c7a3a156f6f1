import type { DeskStatus } from '../api/desk.ts'
import type { LogHistogram } from '../api/logs.ts'
import type { ServiceMap, ServiceRow } from '../api/services.ts'
import { counted, linkTo, timeOf } from './answer-text.ts'
import { instant } from './arguments.ts'
import { isRefusal, pathOf } from './desk-questions.ts'
import { type DeskTool, deskTool, type Work } from './desk-tool.ts'

const usualSinceMs = 3_600_000

const parameters = { since: instant('What arrives is counted from here; default 1h.') }

export const doctor: DeskTool = deskTool({
  name: 'doctor',
  title: 'Say what arrives and what is missing',
  description:
    'Whether the desk is there and where to send; what arrives, by service; what was refused; and what is missing, such as a service whose lines ' +
    'belong to no trace, each with what to do. Ask it when another tool finds nothing.',
  parameters,
  async run({ since }, work) {
    try {
      return await examine(Math.round(since ?? Date.now() - usualSinceMs), work)
    } catch (error) {
      if (!isRefusal(error)) throw error
      return `The desk cannot be asked: ${error.message}`
    }
  },
})

async function examine(from: number, { ask, render, page }: Work): Promise<string> {
  const status = await ask<DeskStatus>('/api/status')
  const { services } = await ask<ServiceMap>(pathOf('/api/services', { from }))
  const without = await ask<LogHistogram>(pathOf('/api/logs/histogram', { q: '-has:trace', from, steps: 1 }))
  const lines = services.reduce((sum, { logs }) => sum + logs, 0)
  const rows = services.map((service) => [rowOf(service), ...missingOf(service)])
  return render({
    head: [
      ...stateOf(status, linkTo(page, '/services', { from })),
      ...findingsOf(status),
      ...(services.length === 0 ? nothingCame(status, from) : []),
      ...(without.total > 0 && lines > 0
        ? [
            `! Lines of no trace: ${without.total} of ${lines}, as on ${linkTo(page, '/logs', { q: '-has:trace', from })}: written outside of a request or job, or by a logger that is not joined.`,
          ]
        : []),
      ...(services.length > 0 ? [`What arrived since ${timeOf(from)}:`] : []),
    ],
    data: rows,
    foot: (shown) => [
      ...(shown < rows.length ? [`${counted(rows.length - shown, 'service')} more: raise max_bytes.`] : []),
      'In the folder of an application, npx clew doctor says which packages and settings it lacks.',
    ],
  }).text
}

function stateOf({ version, otlp, store, received, alerts }: DeskStatus, page: string): string[] {
  const grpc = otlp.grpc === null ? '' : `, ${otlp.grpc} (gRPC)`
  const oldest = store.oldestUnixMs === null ? '' : ` since ${timeOf(store.oldestUnixMs)}`
  return [
    `The desk runs: version ${version}, page ${page}, OTLP to ${otlp.http} (HTTP)${grpc}.`,
    `Stored: ${counted(store.logs, 'line')} and ${counted(store.spans, 'span')}${oldest}, ${megabytes(store.bytes)} of ${megabytes(store.maxBytes)}.`,
    `Received since its start: ${counted(received.requests, 'request')} with ${counted(received.logs, 'line')} and ${counted(received.spans, 'span')}.`,
    alerts === null
      ? 'It has no rule file (--alerts).'
      : `Alerts that go on: ${alerts.firing} (list_alerts).`,
  ]
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

/** What an operator has to look at. */
function findingsOf({ received, store, forward, alerts }: DeskStatus): string[] {
  const { refused, rejected } = received
  return [
    ...(refused > 0
      ? [
          `! ${counted(refused, 'request')} had something that was not kept, ${counted(rejected, 'record')} of them for themselves: the log of the sender says why.`,
        ]
      : ['Nothing was refused.']),
    ...(store.damaged > 0
      ? [`! ${counted(store.damaged, 'file')} could not be read and were set aside (*.damaged).`]
      : []),
    ...(store.textSearch === 'scan'
      ? ['! This Node.js has no full-text index: searches read every line.']
      : []),
    ...(forward !== null && forward.dropped > 0
      ? [`! ${forward.dropped} records could not be passed on.`]
      : []),
    ...(alerts !== null && alerts.notJudged > 0
      ? [`! ${alerts.notJudged} lines were not judged, as too many waited.`]
      : []),
  ]
}

function nothingCame({ otlp }: DeskStatus, from: number): string[] {
  return [
    `! Nothing arrived since ${timeOf(from)}. Start an application with:`,
    `  OTEL_EXPORTER_OTLP_ENDPOINT=${otlp.http} node --require @clew/node/register app.js`,
  ]
}

function rowOf({ name, spans, failedSpans, logs, failedLogs, instances, p95Ms }: ServiceRow): string {
  const p95 = p95Ms === null ? '' : `, p95 ${Math.round(p95Ms)} ms`
  return `${name}: ${counted(spans, 'span')} (${failedSpans} failed${p95}), ${counted(logs, 'line')} (${failedLogs} of errors), instances: ${instances}`
}

function missingOf({ spans, logs }: ServiceRow): string[] {
  if (spans > 0 && logs === 0) return ['  ! spans and no lines: its logger is not joined, or writes nothing']
  if (logs > 0 && spans === 0)
    return ['  ! lines and no spans: it runs without the preload (--require @clew/node/register)']
  return []
}
