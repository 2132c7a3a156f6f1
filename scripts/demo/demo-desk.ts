import { fileURLToPath } from 'node:url'
import { type DeskOptions, startDesk } from '@clew/desk'
import type { ChainData, LogHistogram, LogRow } from '../../packages/desk/api/index.ts'
import { until } from './until.ts'

/** A desk that keeps nothing, and what the demo asks of it. */
export type DemoDesk = {
  url: string
  /** Resolves with the trace in which the payment failed for good, once all its lines and their spans have come. */
  failedChain(): Promise<string>
  /** Resolves with the trace of the newest line that a search finds, once there is one and its chain has all that is waited for. */
  chainOf(search: string, isWhole: (chain: ChainData) => boolean): Promise<string>
  chainAsText(traceId: string): Promise<string>
  /** Lines that a search finds. */
  countLines(search: string): Promise<number>
  stop(): Promise<void>
}

const usualPort = 4318
const refusedAttempts = 3

/**
 * On the usual port of OTLP where that is free, so that the link looks as it does at home. With `chatUrl` the example's rules run
 * in it, and their alerts go there.
 */
export async function startDemoDesk(
  chatUrl?: string,
  more: Pick<DeskOptions, 'alertTime'> = {},
): Promise<DemoDesk> {
  if (chatUrl !== undefined) process.env.WECOM_URL = chatUrl
  const all = { ...options, ...more, ...(chatUrl !== undefined && { alerts: ruleFile }) }
  const desk = await startDesk({ ...all, port: usualPort }).catch(() => startDesk({ ...all, port: 0 }))
  const ask = async <T>(path: string): Promise<T> => (await (await fetch(desk.url + path)).json()) as T
  const linesFor = async (search: string): Promise<LogRow[]> =>
    (await ask<{ logs: LogRow[] }>(`/api/logs?q=${encodeURIComponent(search)}`)).logs
  const chainOf: DemoDesk['chainOf'] = async (search, isWhole) => {
    let traceId = ''
    await until(async () => {
      traceId = (await linesFor(search))[0]?.traceId ?? ''
      return traceId !== '' && isWhole(await ask<ChainData>(`/api/chains/${traceId}`))
    })
    return traceId
  }
  return {
    ...{ url: desk.url, chainOf },
    failedChain: () => chainOf('payment_failed', isRefused),
    chainAsText: async (traceId) => (await fetch(`${desk.url}/api/chains/${traceId}/export?as=text`)).text(),
    countLines: async (search) =>
      (await ask<LogHistogram>(`/api/logs/histogram?q=${encodeURIComponent(search)}`)).total,
    stop: () => desk.close(),
  }
}

/** The rules of the example. */
export const ruleFile: string = fileURLToPath(new URL('../../examples/orders/alerts.yaml', import.meta.url))

const options = {
  grpcPort: null,
  directory: undefined,
  maxBytes: 512_000_000,
  maxAgeMs: undefined,
  report: (message: string) => console.error(`[desk] ${message}`),
}

function isRefused({ logs }: ChainData): boolean {
  const refusals = logs.text.filter((text) => text === 'the bank does not answer')
  const isOfAll = logs.text.includes('order received')
  return isOfAll && refusals.length === refusedAttempts && logs.lostSpans.length === 0
}
