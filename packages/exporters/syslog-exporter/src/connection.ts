import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { SyslogServer, SyslogSettings } from './options.ts'

/** Sends messages; nobody answers, so that they are sent is all that can be known. */
export type SyslogConnection = {
  /** Resolves when the system has all of them; rejects when it may lack some. */
  send(messages: readonly Buffer[]): Promise<void>
}

const timeoutMs = 5_000

export function openSyslog({ server, tls }: Pick<SyslogSettings, 'server' | 'tls'>): SyslogConnection {
  return server.by === 'udp' ? overUdp(server) : overStream(server, tls)
}

/** Octet counting: RFC 6587 §3.4.1, RFC 5425 §4.3. */
export function frame(messages: readonly Buffer[]): Buffer {
  return Buffer.concat(messages.flatMap((message) => [Buffer.from(`${message.length} `), message]))
}

function overStream(
  server: Exclude<SyslogServer, { by: 'udp' }>,
  tls: SyslogSettings['tls'],
): SyslogConnection {
  let open: Promise<Socket> | undefined
  const connected = (): Promise<Socket> => {
    open ??= connect(server, tls, () => {
      open = undefined
    })
    return open
  }
  return {
    async send(messages) {
      const socket = await connected()
      await new Promise<void>((resolve, reject) => {
        const fail = (error?: Error): void => reject(error ?? new Error('the server closed the connection'))
        socket.once('close', fail)
        const failing = (error: Error): void => {
          fail(error)
        }
        socket.once('error', failing)
        socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`nothing was taken in ${timeoutMs} ms`)))
        socket.write(frame(messages), (error) => {
          socket.removeListener('close', fail)
          socket.removeListener('error', failing)
          socket.setTimeout(0)
          if (error) reject(error)
          else resolve()
        })
      })
    },
  }
}

/** `onClose`: it is not to be used any more, also when it never was. */
function connect(
  server: Exclude<SyslogServer, { by: 'udp' }>,
  tls: SyslogSettings['tls'],
  onClose: () => void,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket =
      server.by === 'tls'
        ? connectTls({
            ...{ host: server.host, port: server.port, ...tls },
            ...(isIP(server.host) === 0 && { servername: server.host }),
          })
        : connectTcp(server.by === 'unix' ? { path: server.path } : { host: server.host, port: server.port })
    socket.setTimeout(timeoutMs, () =>
      socket.destroy(new Error(`no ${server.by === 'tls' ? 'TLS' : 'connection'} in ${timeoutMs} ms`)),
    )
    socket.once(server.by === 'tls' ? 'secureConnect' : 'connect', () => {
      socket.setTimeout(0)
      resolve(socket)
    })
    // A server says nothing; when it ends, what is written then would be lost.
    socket.resume()
    socket.on('end', onClose)
    socket.on('close', onClose)
    socket.on('error', (error) => {
      onClose()
      reject(error)
    })
  })
}

function overUdp({ host, port }: Extract<SyslogServer, { by: 'udp' | 'tcp' | 'tls' }>): SyslogConnection {
  let open: Promise<UdpSocket> | undefined
  const connected = (): Promise<UdpSocket> => {
    open ??= new Promise((resolve, reject) => {
      const socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4')
      // By ICMP the other side may say that nobody is there: of what was sent before.
      socket.on('error', () => {})
      socket.connect(port, host, ((error?: Error) => {
        if (error === undefined) {
          resolve(socket)
          return
        }
        open = undefined
        reject(error)
      }) as () => void)
    })
    return open
  }
  return {
    async send(messages) {
      const socket = await connected()
      for (const message of messages)
        await new Promise<void>((resolve, reject) => {
          socket.send(message, (error) => (error ? reject(error) : resolve()))
        })
    },
  }
}
