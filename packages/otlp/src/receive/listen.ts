import type { SecureServerOptions } from 'node:http2'
import type { AddressInfo, Server } from 'node:net'
import type { ReceiverTls } from './receiver.ts'

/** Listens and resolves with the port; rejects with the reason, such as EADDRINUSE. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

export function serverUrl(host: string, port: number, secure: boolean): string {
  return `${secure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

export function tlsOptions(tls: ReceiverTls): SecureServerOptions {
  const requestCert = tls.requestCert ?? false
  const ca = tls.ca === undefined ? {} : { ca: tls.ca }
  return { cert: tls.cert, key: tls.key, ...ca, requestCert, rejectUnauthorized: requestCert }
}
