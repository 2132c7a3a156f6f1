import { join } from 'node:path'
import { startChild } from '../measure/child.ts'
import type { LoadOrder, Sent } from './load.ts'
import type { Traffic } from './requests.ts'

/** A process that sends OTLP to a desk. */
export type Load = {
  /** Encodes and compresses; resolves with the number of records. */
  prepare(traffic: Traffic): Promise<number>
  /** Sends what was prepared, so many records a second, or without one as fast as they are acknowledged. */
  send(perSecond?: number): Promise<Sent>
  stop(): Promise<void>
}

export function startLoad(url: string): Load {
  const child = startChild({ file: join(import.meta.dirname, 'load.ts'), args: [url] })
  const ask = <T>(order: LoadOrder): Promise<T> => child.ask<T>(order)
  return {
    prepare: async (traffic) => (await ask<{ records: number }>({ traffic })).records,
    send: (perSecond = 0) => ask<Sent>({ perSecond }),
    stop: child.stop,
  }
}
