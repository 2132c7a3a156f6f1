import {
  type Answer,
  isWildcard,
  type OtlpRawHandler,
  type OtlpServer,
  startOtlpGrpcReceiver,
} from '@clew/otlp'
import type { DeskStatus } from '../../api/index.ts'
import { isStoreError } from '../schema/store-error.ts'
import type { Alerts } from '../threads/alerts.ts'
import type { MetricsClient } from '../threads/metrics-client.ts'
import type { Store, Written } from '../threads/store.ts'
import { type HttpOptions, hostsOf, ownNames } from './access/binding.ts'
import { startOnEach } from './listen.ts'
import { busyRetrySeconds } from './reply/reply.ts'

/** What came in since the start. */
export type Received = DeskStatus['received']

/** A disk does not get free by itself in a second. */
const fullRetrySeconds = 30

/**
 * Gives requests to the store as they are, what was stored to the alerts, and counts. What the store cannot explain is
 * thrown on.
 */
export function createOtlpHandler(
  store: Pick<Store, 'write'>,
  received: Received,
  alerts?: Pick<Alerts, 'take'>,
  metrics?: Pick<MetricsClient, 'add'>,
): OtlpRawHandler {
  return {
    // What is beyond their limits is told on their page: to senders a word in the answer is a failure.
    async metrics(encoding, raw) {
      try {
        await metrics?.add(encoding, raw)
        return 'ok'
      } catch (error) {
        const answer = answerOfError(error)
        if (answer === undefined) throw error
        return answer
      }
    },
    async request(signal, encoding, raw) {
      received.requests++
      try {
        // The store takes the bytes away.
        const copy = alerts === undefined ? undefined : new Uint8Array(raw)
        const written = await store.write(signal, encoding, raw)
        if (copy !== undefined) alerts?.take(signal, encoding, copy, written)
        received[signal === 'logs' ? 'logs' : 'spans'] += written.records
        received.rejected += written.rejected
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
  if (code === 'too-large') return { status: 413, message }
  if (code === 'busy') return { retryAfterSeconds: busyRetrySeconds }
  if (code === 'full') return { status: 503, message, retryAfterSeconds: fullRetrySeconds }
  return undefined
}

/** OTLP/gRPC on each host, on one port. */
export async function startGrpc(options: HttpOptions, handlers: OtlpRawHandler): Promise<OtlpServer[]> {
  const { grpcPort, ingestToken, onError } = options
  if (grpcPort === null) return []
  const common = {
    ...{ handlers, onError, settingNames: { host: '--host', port: '--grpc-port' } },
    ...(ingestToken === undefined ? {} : { token: ingestToken }),
    ...(isWildcard(options.host ?? '') ? {} : { allowedHosts: ownNames(options) }),
  }
  return startOnEach(hostsOf(options), grpcPort, (host, port) =>
    startOtlpGrpcReceiver({ ...common, host, port }),
  )
}
