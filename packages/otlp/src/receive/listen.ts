import type { Server as HttpServer } from 'node:http'
import type { SecureServerOptions } from 'node:http2'
import type { AddressInfo, Server } from 'node:net'
import { bracketed } from './guard.ts'
import type { ListenSettingNames, ReceiverTls } from './receiver.ts'

/**
 * Listens and resolves with the port. Rejects with one line that says what is wrong and the remedy; `code` is the
 * system's, such as EADDRINUSE.
 */
export function listen(
  server: Server,
  host: string,
  port: number,
  names: ListenSettingNames = { host: 'host', port: 'port' },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(listenProblem(error, host, port, names))
    server.once('error', fail)
    server.listen(port, host, () => {
      server.off('error', fail)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

/** What is wrong and what to do, in one line. */
export function listenProblem(
  error: NodeJS.ErrnoException,
  host: string,
  port: number,
  names: ListenSettingNames,
): NodeJS.ErrnoException {
  const remedy = `choose another with ${names.port}`
  const messages: Record<string, string> = {
    EADDRINUSE: `port ${port} on ${host} is in use, perhaps by another desk or a collector; end it, or ${remedy}`,
    EACCES: `this user may not listen on port ${port} of ${host}; ${remedy} (1024 or higher)`,
    EADDRNOTAVAIL: `this machine has no address ${host}; choose another with ${names.host}`,
    ENOTFOUND: `there is no host ${host}; choose another with ${names.host}`,
  }
  const { code = '' } = error
  const message = messages[code] ?? `cannot listen on port ${port} of ${host}: ${error.message}`
  return Object.assign(new Error(message, { cause: error }), { code })
}

/** Stops listening and ends all connections at once. */
export function closeServer(server: HttpServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

/** The address of a server as a client writes it, without a path; an IPv6 host gets its brackets. */
export function serverUrl(host: string, port: number, secure: boolean): string {
  return `${secure ? 'https' : 'http'}://${bracketed(host)}:${port}`
}

export function tlsOptions(tls: ReceiverTls): SecureServerOptions {
  const requestCert = tls.requestCert ?? false
  const ca = tls.ca === undefined ? {} : { ca: tls.ca }
  return { cert: tls.cert, key: tls.key, ...ca, requestCert, rejectUnauthorized: requestCert }
}
