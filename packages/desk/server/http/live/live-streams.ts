import type { IncomingMessage, ServerResponse } from 'node:http'
import type { LiveEvents } from '../../../api/index.ts'
import type { Alerts } from '../../threads/alerts.ts'
import type { Store } from '../../threads/store.ts'
import { sendFailure } from '../reply/reply.ts'
import { LiveClient, type Searches } from './live-client.ts'
import { addCommit, endOf, noRanges, parseCursor, rangesBehind } from './pending-ranges.ts'

const maxClients = 32
const heartbeatMs = 15_000

/** Everybody who watches live. */
export type LiveStreams = {
  answer(request: IncomingMessage, response: ServerResponse, searches: Searches): Promise<void>
  close(): void
}

/** Sends what each commit of the store brings to those who search for it, and word of the alerts to those who watch them. */
export function createLiveStreams(
  store: Pick<Store, 'query' | 'onCommit' | 'onClear'>,
  alerts: Alerts | undefined,
  onError: (error: unknown) => void,
): LiveStreams {
  const clients = new Set<LiveClient>()
  const seen = noRanges()
  let joining = 0
  const stop = store.onCommit((commit) => {
    addCommit(seen, commit)
    for (const client of clients) client.add(commit)
  })
  const stopClears = store.onClear(() => {
    for (const client of clients) client.tellCleared()
  })
  const alertNews = (): LiveEvents['alerts'] => ({ firing: alerts?.state().firing ?? 0 })
  const stopAlerts = alerts?.onChange(() => {
    for (const client of clients) client.tellAlerts(alertNews())
  })
  const heartbeat = setInterval(() => {
    for (const client of clients) client.beat()
  }, heartbeatMs)
  heartbeat.unref()

  const join = (request: IncomingMessage, response: ServerResponse, searches: Searches): void => {
    const resumed = parseCursor(request.headers['last-event-id'] as string | undefined)
    const cursor = resumed ?? endOf(seen)
    const pending = resumed === undefined ? noRanges() : rangesBehind(seen, resumed)
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write('retry: 2000\n\n')
    const client = new LiveClient(response, store, { searches, pending, cursor }, onError)
    clients.add(client)
    // What was missed before, if this is not the first time.
    client.tellAlerts(alertNews())
    response.on('close', () => clients.delete(client))
  }
  return {
    async answer(request, response, searches) {
      if (clients.size + joining >= maxClients) return sendFailure(response, tooMany)
      joining++
      try {
        await checkSearches(store, searches)
        if (!response.destroyed) join(request, response, searches)
      } finally {
        joining--
      }
    },
    close() {
      stop()
      stopClears()
      stopAlerts?.()
      clearInterval(heartbeat)
      for (const client of clients) client.end()
    },
  }
}

/** A search with a mistake in it is refused now, not at the first line that comes. */
async function checkSearches(store: Pick<Store, 'query'>, { logs, chains }: Searches): Promise<void> {
  if (logs) await store.query({ name: 'logs', parameters: { q: logs, limit: '1' } })
  if (chains) await store.query({ name: 'chains', parameters: { q: chains, limit: '1' } })
}

const tooMany = {
  status: 503,
  code: 'busy',
  message: `${maxClients} pages are watching already; close one`,
  headers: { 'retry-after': '10' },
}
