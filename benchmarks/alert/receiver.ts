import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** Takes messages of a webhook channel, and notes when each alert came first. */
export type Receiver = {
  url: string
  /** By the moment that the alert is of, unix milliseconds at which it came. */
  cameMs: ReadonlyMap<string, number>
  /** Alerts that came more than once, by id. */
  doubled: readonly string[]
  /** Of one alert at a time, if all goes well. */
  messages: () => number
  stop(): Promise<void>
}

type Message = { alerts: { id: string; state: string; group: { moment?: string } }[] }

/** On a free port of 127.0.0.1. */
export async function startReceiver(): Promise<Receiver> {
  const cameMs = new Map<string, number>()
  const ids = new Set<string>()
  const doubled: string[] = []
  let messages = 0
  const server = createServer(async (request, response) => {
    const nowMs = Date.now()
    const { alerts } = JSON.parse(await text(request)) as Message
    messages++
    for (const { id, state, group } of alerts) {
      if (state !== 'firing') continue
      if (ids.has(id)) doubled.push(id)
      ids.add(id)
      if (group.moment !== undefined && !cameMs.has(group.moment)) cameMs.set(group.moment, nowMs)
    }
    response.end('ok')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    cameMs,
    doubled,
    messages: () => messages,
    stop: async () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
