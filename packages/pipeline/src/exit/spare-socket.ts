import type { Socket } from 'node:net'
import type { Endpoint } from '../pipeline.ts'
import { descriptorOf } from './socket-flush.ts'

/** A connection that waits for the end of the process, when none can be opened any more. */
export type SpareSocket = {
  /** Connects when there is no connection. Its failure is silent: exporting will notice. */
  open(): void
  /** The connection's file descriptor; undefined while there is none. */
  fd(): number | undefined
  close(): void
}

/** Only plain HTTP can be spoken over a descriptor: undefined for everything else. */
export function createSpareSocket(endpoint: Endpoint): SpareSocket | undefined {
  const url = new URL(endpoint.url)
  if (endpoint.protocol === 'grpc' || url.protocol !== 'http:') return undefined
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = Number(url.port) || 80
  let socket: Socket | undefined

  const open = (): void => {
    if (socket !== undefined) return
    const made = process.getBuiltinModule('node:net').connect({ host, port, noDelay: true })
    socket = made
    made.unref()
    const forget = (): void => {
      made.destroy()
      if (socket === made) socket = undefined
    }
    // A receiver that closes it, or says that it waited too long for a request.
    for (const event of ['error', 'end', 'data', 'close']) made.on(event, forget)
  }
  return {
    open,
    fd: () => descriptorOf(socket),
    close: () => socket?.destroy(),
  }
}
