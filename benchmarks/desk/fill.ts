import type { ChainData, DeskStatus } from '../../packages/desk/api/index.ts'
import { hugeTrace, sendSample } from '../../packages/desk/test/sample-traffic.ts'
import { askApi } from './ask-api.ts'
import type { Question, Stored } from './questions.ts'
import type { Load } from './start-load.ts'
import { ordinary } from './traces.ts'

const dayMs = 24 * 3600 * 1000
const parts = 10

/** Gives a desk so many traces of the last 24 hours, and makes sure that it has them all. */
export async function fillDesk(url: string, load: Load, traces: number): Promise<Stored> {
  const toUnixMs = Date.now()
  const stored = { traces, fromUnixMs: toUnixMs - dayMs, toUnixMs }
  const [each, stepMs] = [traces / parts, dayMs / traces]
  for (let part = 0; part < parts; part++) {
    const first = part * each
    const startUnixMs = stored.fromUnixMs + first * stepMs
    await load.prepare({ first, traces: each, shape: ordinary, startUnixMs, stepMs })
    await load.send()
  }
  const { logs, spans } = (await askApi<DeskStatus>(url, '/api/status')).answer.store
  if (logs === traces * ordinary.lines && spans === traces * ordinary.spans) return stored
  throw new Error(`the desk has ${logs} lines and ${spans} spans of ${traces} traces`)
}

const [hugeSpans, hugeLines] = [10_000, 20_000]

/** Sends a trace of 10,000 spans and 20,000 lines, and is the question for it. */
export async function sendHugeTrace(url: string): Promise<Question & { traceId: string }> {
  const traceId = await sendSample(url, hugeTrace(hugeSpans, hugeLines), Date.now())
  return {
    name: 'open-huge-chain',
    traceId,
    atMostMs: 120,
    times: 20,
    path: () => `/api/chains/${traceId}`,
    parameters: () => ({}),
    problem: ({ spans, logs }: ChainData) =>
      spans.ref.length === hugeSpans && logs.ref.length === hugeLines
        ? ''
        : `${spans.ref.length} spans and ${logs.ref.length} lines`,
  }
}
