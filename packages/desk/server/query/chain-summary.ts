import type { ChainData } from '../../api/chain.ts'
import type { ChainSummary } from '../../api/chains.ts'
import { timeChain } from '../../chain/build-chain.ts'
import { statusError } from '../../chain/model.ts'
import { nanosText } from '../schema/row.ts'
import { readChain } from './chain.ts'
import { joinedTraces, type KnownTraces } from './chain-traces.ts'
import { maxBars, roughSummary, type SummaryRow } from './rough-summary.ts'
import { createTexts } from './texts.ts'

/** What a list may look at: of one chain, and of all that it shows. Chains beyond are told from what was summed up as they came. */
export type SummaryBudget = { records: number }
const maxRecords = 2000
export const startBudget = (): SummaryBudget => ({ records: 20_000 })

const nameLength = 300

/** What a list shows of the chain of a trace that is stored; `placeUs`: when the trace began. */
export function summarizeChain(
  known: KnownTraces,
  traceId: string,
  placeUs: number,
  budget: SummaryBudget,
): ChainSummary {
  const { traces, more } = joinedTraces(known, traceId)
  const places = traces.map((one) => known.placesOf(one.traceId))
  const records = places.flat().reduce((sum, { spans, logs }) => sum + spans + logs, 0)
  const isSmall = records <= Math.min(maxRecords, budget.records)
  if (isSmall) budget.records -= records
  const row = isSmall ? summaryOf(readChain(known, traceId)) : roughSummary(places)
  const placeUnixNano = nanosText(placeUs, 0)
  return { traceId, traces: traces.map((one) => one.traceId), moreTraces: more, placeUnixNano, ...row }
}

/** What the page of a chain says of it, as one row. */
function summaryOf(data: ChainData): SummaryRow {
  const { spans, logs } = data
  const times = timeChain(data)
  const inOrder = [...times.spans.keys()].sort(
    (a, b) => times.spans[a]!.startNs - times.spans[b]!.startNs || a - b,
  )
  const services = createTexts()
  const serviceOf = (resource: number | undefined): string => data.resources[resource ?? -1]?.service ?? ''
  const root =
    inOrder.find((span) => times.spans[span]!.isTop && spans.parentId[span] === '') ??
    inOrder.find((span) => spans.parentId[span] === '') ??
    inOrder[0]
  const first =
    root === undefined
      ? { name: logs.text[0] ?? '', resource: logs.resource[0] }
      : { name: data.texts[spans.name[root]!] ?? '', resource: spans.resource[root] }
  const rootService = services.numberOf(serviceOf(first.resource))
  const bars = inOrder.flatMap((span, at): ChainSummary['bars'] => {
    const service = services.numberOf(serviceOf(spans.resource[span]))
    if (at >= maxBars) return []
    const { startNs, durationNs, depth } = times.spans[span]!
    const failed = spans.status[span] === statusError
    return [{ startNs: startNs - times.startNs, durationNs, depth, service, failed }]
  })
  for (const resource of logs.resource) services.numberOf(serviceOf(resource))
  const failed = inOrder.filter((span) => spans.status[span] === statusError)
  const errorLines = logs.severity.flatMap((severity, log) => (severity >= leastError ? [log] : []))
  return {
    startUnixNano: String(BigInt(data.startUnixNano) + BigInt(Math.round(times.startNs))),
    durationNs: times.endNs - times.startNs,
    name: first.name.slice(0, nameLength),
    root: rootService,
    services: services.list,
    spans: spans.ref.length,
    logs: logs.ref.length,
    errors: failed.length + errorLines.length,
    severity: logs.severity.reduce((highest, severity) => Math.max(highest, severity), 0),
    error: errorOf(data, failed, errorLines),
    bars,
  }
}

const leastError = 17

/** The last line of severity ERROR tells most; else the message of the failed span that began last. */
function errorOf({ spans, logs, texts }: ChainData, failed: number[], errorLines: number[]): string {
  const line = errorLines.at(-1)
  if (line !== undefined) return logs.text[line]!.slice(0, nameLength)
  const span = failed.at(-1)
  if (span === undefined) return ''
  const message = spans.facts.find(([of]) => of === span)?.[1].message
  return (message ?? texts[spans.name[span]!] ?? '').slice(0, nameLength)
}
