import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Behaviour, Counts } from '../sink/protocol.ts'
import { startChild } from './child.ts'

const pollMs = 25
/** Longer than anyone waits to fill a batch. */
const quietMs = 6000

/** A receiver in a process of its own, which counts what arrives. */
export type Sink = {
  url: string
  counts(): Promise<Counts>
  /** Waits until what arrived is enough, or nothing has come for a while; the last counts either way. */
  until(isEnough: (counts: Counts) => boolean): Promise<Counts>
  become(behaviour: Behaviour): Promise<void>
  stop(): Promise<void>
}

export async function startSink(): Promise<Sink> {
  const child = startChild({ file: join(import.meta.dirname, '../sink/server.ts') })
  const { port } = await child.next<{ port: number }>()
  const counts = (): Promise<Counts> => child.ask<Counts>({ tell: 'counts' })
  return {
    url: `http://127.0.0.1:${port}`,
    counts,
    async until(isEnough) {
      let requests = -1
      let quietSinceMs = 0
      for (;;) {
        const now = await counts()
        if (now.requests !== requests) quietSinceMs = Date.now()
        requests = now.requests
        if (isEnough(now) || Date.now() - quietSinceMs > quietMs) return now
        await delay(pollMs)
      }
    },
    async become(behaviour) {
      await child.ask({ become: behaviour })
    },
    stop: child.stop,
  }
}
