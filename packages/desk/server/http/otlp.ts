import { type Answer, type OtlpRawHandler, type OtlpServer, startOtlpGrpcReceiver } from '@clew/otlp'
import type { DeskStatus } from '../../api/index.ts'
import { isStoreError } from '../schema/store-error.ts'
import type { Store, Written } from '../threads/store.ts'
import { type HttpOptions, isWildcard, ownNames } from './access/binding.ts'
import { describeProblem, isMissingAddress } from './listen.ts'
import { busyRetrySeconds } from './reply/reply.ts'

/** What came in since the start. `refused` are requests of which something was not kept. */
export type Received = DeskStatus['received']

/** A disk does not get free by itself in a second. */
const fullRetrySeconds = 30

/** Gives requests to the store as they are, and counts. What the store cannot explain is thrown on. */
export function createOtlpHandler(store: Pick<Store, 'write'>, received: Received): OtlpRawHandler {
  return {
    async request(signal, encoding, raw) {
      received.requests++
      try {
        const written = await store.write(signal, encoding, raw)
        received[signal === 'logs' ? 'logs' : 'spans'] += written.records
        if (written.rejected > 0) received.refused++
        return answerOf(written)
      } catch (error) {
        received.refused++
        const answer = answerOfError(error)
        if (answer === undefined) throw error
        return answer
      }
    },
  }
}

function answerOf({ rejected, message }: Written): Answer {
  return rejected === 0 && message === '' ? 'ok' : { rejected, message }
}

function answerOfError(error: unknown): Answer | undefined {
  if (!isStoreError(error)) return undefined
  const { code, message } = error
  if (code === 'decode' || code === 'invalid') return { status: 400, message }
  if (code === 'busy') return { retryAfterSeconds: busyRetrySeconds }
  if (code === 'full') return { status: 503, message, retryAfterSeconds: fullRetrySeconds }
  return undefined
}

/** OTLP/gRPC on each host, on one port. The second loopback address is left out when it is not there. */
export async function startGrpc(
  options: HttpOptions,
  hosts: readonly string[],
  handlers: OtlpRawHandler,
): Promise<{ url: string | null; close(): Promise<void> }> {
  const { grpcPort, ingestToken, onError } = options
  const servers: OtlpServer[] = []
  const close = async (): Promise<void> => void (await Promise.all(servers.map((server) => server.close())))
  if (grpcPort === null) return { url: null, close }
  const token = ingestToken === undefined ? {} : { token: ingestToken }
  const names = isWildcard(options.host) ? {} : { allowedHosts: ownNames(options) }
  for (const host of hosts) {
    const port = servers[0]?.port ?? grpcPort
    try {
      servers.push(await startOtlpGrpcReceiver({ handlers, host, port, onError, ...names, ...token }))
    } catch (error) {
      const problem = error as NodeJS.ErrnoException
      if (servers.length > 0 && isMissingAddress(problem)) continue
      await close()
      throw describeProblem(problem, host, port, '--grpc-port')
    }
  }
  return { url: servers[0]!.url, close }
}
