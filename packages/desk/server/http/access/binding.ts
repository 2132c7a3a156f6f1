import { hostNames, isLoopback } from '@clew/otlp'

/** Where the desk listens and who may talk to it. */
export type Access = {
  /** Default: 127.0.0.1, and ::1 where there is IPv6. */
  host?: string
  /** Names by which the desk may be called, beside those of the loopback address and `host`. */
  allowedHosts?: readonly string[]
  /** Needed to read: the page and the API. */
  token?: string
  /** Needed to send: OTLP and `POST /api/import`. Another one than `token`. */
  ingestToken?: string
  /** Lets a host that others can reach go without tokens. */
  dangerouslyNoAuth?: boolean
}

/** What a server of the desk is started with. */
export type HttpOptions = Access & {
  /** Of OTLP/HTTP, the API and the page. 0: a free one. */
  port: number
  /** Of OTLP/gRPC. 0: a free one; null: none. */
  grpcPort: number | null
  /** Origins such as `http://localhost:3000` whose pages may send OTLP. */
  corsOrigins?: readonly string[]
  /** Where the built page lies. */
  webDirectory: string
  /** Called with what the desk did not expect. */
  onError(error: unknown): void
}

const loopbackHosts = ['127.0.0.1', '::1']

/** Throws when others could read or write what is here without a token. */
export function requireSafeBinding({ host, token, ingestToken, dangerouslyNoAuth }: Access): void {
  if (token !== undefined && token === ingestToken) {
    throw new Error('the tokens for reading and for sending are the same; give two, or who sends can read')
  }
  if (host === undefined || isLoopback(host) || dangerouslyNoAuth === true) return
  const missing = [
    ...(token === undefined ? ['--token'] : []),
    ...(ingestToken === undefined ? ['--ingest-token'] : []),
  ]
  if (missing.length === 0) return
  throw new Error(
    `host ${host} can be reached from other machines, so it needs ${missing.join(' and ')}; ` +
      'leave --host away to serve this machine alone, or accept the risk with --dangerously-no-auth',
  )
}

/** The addresses to listen on; all but the first may be missing on this machine. */
export function hostsOf({ host }: Access): readonly string[] {
  return host === undefined || host === 'localhost' ? loopbackHosts : [host]
}

/** The names by which the desk may be called. */
export function ownNames({ host = 'localhost', allowedHosts }: Access): string[] {
  return hostNames(host, allowedHosts)
}
