import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ClientHttp2Session } from 'node:http2'
import { Socket } from 'node:net'
import { compareVersions, createHiddenSlot, guard, type Stop, subscribeChannel, wrapMethod } from '@clew/core'

/**
 * Calls back with the prototype of the sessions of a client of node:http2, once, before the first one can send a request. Node
 * shows it by a session alone, and to load node:http2 takes 20 ms and 6 to 12 MB: it is looked for when the process
 * connects to anything and has loaded it.
 */
export function onFirstSession(found: (prototype: ClientHttp2Session) => void): Stop {
  let isFound = false
  const look = (): void => {
    if (isFound || !isLoaded()) return
    isFound = true
    stop()
    found(sessionPrototype())
  }
  const stop = hearOfConnections(() => guard('looking for node:http2', look, undefined))
  return stop
}

function isLoaded(): boolean {
  const { moduleLoadList = [] } = process as { moduleLoadList?: readonly string[] }
  return moduleLoadList.includes('NativeModule http2')
}

const clientSocket = 'net.client.socket'

function hearOfConnections(hear: () => void): Stop {
  if (tellsOfTls(process.versions.node)) {
    subscribe(clientSocket, hear)
    return () => void unsubscribe(clientSocket, hear)
  }
  return wrapMethod(
    'http',
    Socket.prototype,
    'connect',
    (connect) =>
      function (this: Socket, ...args: never[]) {
        hear()
        return (connect as (...args: never[]) => Socket).apply(this, args)
      } as typeof connect,
  )
}

// Seen on 22.18, 22.20, 24.8 and later; not on 22.15, 22.16 and 24.0.
function tellsOfTls(version: string): boolean {
  return compareVersions(version, version.startsWith('22.') ? '22.18.0' : '24.8.0') >= 0
}

// On a socket that waits for its connection, and so without a native session: 6 ms, once.
function sessionPrototype(): ClientHttp2Session {
  const waiting = Object.assign(new Socket(), { connecting: true })
  const { connect } = process.getBuiltinModule('node:http2')
  const session = connect('http://localhost', { createConnection: () => waiting })
  session.on('error', () => {}).destroy()
  return Object.getPrototypeOf(session) as ClientHttp2Session
}

const maxUnknown = 256

/** Sessions of undici, whose requests have a span by its own channels. */
export class OtherSessions {
  // By the ends of their connection: the socket itself is behind a proxy that Node makes.
  readonly #places = new Set<string>()
  readonly #known = createHiddenSlot<boolean>()

  listen(): Stop {
    type Connected = { socket: Socket & { alpnProtocol?: unknown } }
    return subscribeChannel<Connected>('undici:client:connected', ({ socket }) => {
      if (socket.alpnProtocol !== 'h2') return
      if (this.#places.size >= maxUnknown) this.#places.clear()
      this.#places.add(placeOf(socket))
    })
  }

  has(session: ClientHttp2Session): boolean {
    // Those of undici are connected before there is a session.
    if (session.connecting || session.destroyed) return false
    const known = this.#known.get(session)
    if (known !== undefined) return known
    const isOther = this.#places.delete(placeOf(session.socket))
    this.#known.set(session, isOther)
    return isOther
  }
}

function placeOf({
  localAddress,
  localPort,
  remotePort,
}: Pick<Socket, 'localAddress' | 'localPort' | 'remotePort'>): string {
  return `${localAddress} ${localPort} ${remotePort}`
}
