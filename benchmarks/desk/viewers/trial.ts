import { setTimeout as delay } from 'node:timers/promises'
import { hugeTrace, sampleRequests } from '../../../packages/desk/test/sample-traffic.ts'
import { startLoad } from '../start-load.ts'
import { ordinary, type Shape, traceIdOf } from '../traces.ts'
import { askChain, type Painted, paint } from './painted.ts'
import type { Viewer } from './viewer.ts'

const mib = 2 ** 20
const pollMs = 500
/** After that long without another record no more are coming: they were dropped. */
const patienceMs = 30_000
const settleMs = 5000
const checkedTraces = 20

/** `spans`: what those take that know no lines. */
export type Signals = 'all' | 'spans'

/** What a viewer takes for so many traces, and for one of 30,000 records among them. */
export type Trial = {
  records: number
  stored: number | undefined
  /** From the first request until all can be found. */
  perSecond: number
  cpuUs: number
  rssMb: number
  /** Undefined where there is no such page, or where nothing appeared. */
  list: Painted | undefined
  chain: Painted | undefined
  api: Painted | undefined
  problems: string[]
}

const shapes: Record<Signals, Shape> = { all: ordinary, spans: { ...ordinary, lines: 0 } }
const chains: Record<Signals, [spans: number, lines: number]> = { all: [10_000, 20_000], spans: [30_000, 0] }

/** Sends, waits until everything can be found, then opens its pages. `start` gives one that is empty. */
export async function tryViewer(
  start: () => Promise<Viewer>,
  signals: Signals,
  traces: number,
): Promise<Trial> {
  const viewer = await start()
  try {
    const filled = await fill(viewer, shapes[signals], traces)
    await delay(settleMs)
    const rssMb = viewer.rssBytes() / mib
    const traceId = await sendChain(viewer, signals)
    const { problems } = filled
    const look = <T>(what: string, work: Promise<T> | undefined): Promise<T | undefined> =>
      Promise.resolve(work).catch((error: Error) => {
        problems.push(`${what}: ${error.message.split('\n')[0]}`)
        return undefined
      })
    const api = await look('the chain by the API', askChain(viewer, traceId))
    const list = await look('the list', viewer.list && paint(viewer, viewer.list))
    const chain = await look('the chain', viewer.chain && paint(viewer, viewer.chain(traceId)))
    return { ...filled, rssMb, list, chain, api }
  } finally {
    await viewer.stop()
  }
}

type Filled = Pick<Trial, 'records' | 'stored' | 'perSecond' | 'cpuUs' | 'problems'>

async function fill(viewer: Viewer, shape: Shape, traces: number): Promise<Filled> {
  const load = startLoad(viewer.otlp)
  try {
    const startUnixMs = Date.now()
    await load.prepare({ first: 0, traces: Math.ceil(traces / 10), shape, startUnixMs, stepMs: 0.2 })
    const warm = await load.send()
    await untilStored(viewer, warm.records)
    const first = Math.ceil(traces / 10)
    await load.prepare({ first, traces, shape, startUnixMs: Date.now(), stepMs: 0.2 })
    const [cpuBefore, beganMs] = [viewer.cpuSeconds(), performance.now()]
    const { records, refused } = await load.send()
    const stored = await untilStored(viewer, warm.records + records)
    const seconds = (performance.now() - beganMs) / 1000
    const all = warm.records + records
    const wrong =
      stored === undefined
        ? await missing(viewer, traces)
        : stored === all
          ? ''
          : `${stored} of ${all} are there`
    return {
      ...{ records, stored, perSecond: records / seconds },
      cpuUs: ((viewer.cpuSeconds() - cpuBefore) * 1e6) / records,
      problems: [
        ...(wrong === '' ? [] : [wrong]),
        ...(refused === 0 ? [] : [`${refused} requests were refused`]),
      ],
    }
  } finally {
    await load.stop()
  }
}

/** What there is when all of it is there, or when nothing more has come for a while. */
async function untilStored(viewer: Viewer, records: number): Promise<number | undefined> {
  let [stored, changedMs] = [await viewer.stored(), performance.now()]
  while (stored !== undefined && stored < records && performance.now() - changedMs < patienceMs) {
    await delay(pollMs)
    const now = await viewer.stored()
    if (now !== stored) changedMs = performance.now()
    stored = now
  }
  return stored
}

/** Of one that does not count: whether some of its chains can be had. */
async function missing(viewer: Viewer, traces: number): Promise<string> {
  for (let one = 0; one < checkedTraces; one++) {
    const traceId = traceIdOf(Math.floor((one * traces) / checkedTraces))
    if (
      await askChain(viewer, traceId).then(
        () => false,
        () => true,
      )
    )
      return `the chain ${traceId} is not there`
  }
  return ''
}

async function sendChain(viewer: Viewer, signals: Signals): Promise<string> {
  const [spans, lines] = chains[signals]
  const before = await viewer.stored()
  const { traceId, traces, logs } = sampleRequests(hugeTrace(spans, lines), Date.now())
  for (const [path, body] of [
    ['/v1/traces', traces] as const,
    ...(lines > 0 ? [['/v1/logs', logs] as const] : []),
  ]) {
    const response = await fetch(viewer.otlp + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    await response.body?.cancel()
    if (!response.ok) throw new Error(`${path} answered ${response.status}`)
  }
  if (before !== undefined) await untilStored(viewer, before + spans + lines)
  return traceId
}
