import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import manifest from '@clew/desk/package.json' with { type: 'json' }
import { isLoopback } from '@clew/otlp'
import { forwardingStore } from './forward/forwarding-store.ts'
import { type Forward, startForward } from './forward/start-forward.ts'
import type { HttpOptions } from './http/access/binding.ts'
import type { KnownStatus } from './http/routes/answer-api.ts'
import { startHttp } from './http/start-http.ts'
import { makeTemporaryDirectory } from './store/temporary-directory.ts'
import { AlertClient } from './threads/alert-client.ts'
import { MetricsClient } from './threads/metrics-client.ts'
import { openStore } from './threads/open-store.ts'

/** How a desk runs, as the options of `clew desk`: sizes in bytes, ages in milliseconds. */
export type DeskOptions = Omit<HttpOptions, 'webDirectory' | 'onError'> & {
  /** Folder of the data; undefined: memory where the system has a folder for that, and nothing is kept. */
  directory: string | undefined
  /** Bytes of the data; beyond them the oldest go. */
  maxBytes: number
  /** Undefined: no limit. */
  maxAgeMs: number | undefined
  /** Where everything is passed on to. `headers` as in OTEL_EXPORTER_OTLP_HEADERS. */
  forward?: { endpoint: string; headers: string }
  /**
   * A rule file, by whose rules log lines are judged as they arrive. It is read again when it changes. What is wrong with it
   * is reported, and the rules that can be used run.
   */
  alerts?: string
  /**
   * By which time it is judged and watched: `arrival`, when lines and spans come, which is the default; or `records`, the newest that one
   * of them carries. For what is sent faster than it happened, and was written by clocks that agree.
   */
  alertTime?: 'arrival' | 'records'
  /** Hears, in one line, of what the desk did not expect. */
  report(message: string): void
}

/** A running desk, with the addresses that it listens on. */
export type Desk = {
  /** Of OTLP/HTTP, the API and the page. */
  url: string
  /** Where OTLP/gRPC goes; null: not listening. */
  grpc: string | null
  /** Stops listening, commits what came and ends the threads. */
  close(): Promise<void>
}

const webDirectory = fileURLToPath(new URL('../web', import.meta.url))

/** Runs a desk in this thread. Rejects as `startDesk` does. */
export async function runDesk(options: DeskOptions): Promise<Desk> {
  const { maxBytes, maxAgeMs, report } = options
  const temporary = options.directory === undefined
  const directory = options.directory ?? (await makeTemporaryDirectory())
  const store = await openStore({ directory, temporary, maxBytes, maxAgeMs, report })
  const { alerts: path, alertTime: time } = options
  const alerts = new AlertClient({ path, directory: options.directory, time }, report)
  const metrics = new MetricsClient(report)
  let forward: Forward | undefined
  const closeAll = async (): Promise<void> => {
    await forward?.close()
    await metrics.close()
    await store.close()
    // Behind the store: what it still commits is judged, too.
    await alerts.close()
  }
  const storeState = (): KnownStatus['store'] => ({
    ...store.state(),
    directory: temporary ? '' : directory,
    maxBytes,
    maxAgeMs: maxAgeMs ?? null,
  })
  try {
    forward = openForward(options)
    // Without rules nothing of it can be wrong that ends a desk: what comes while it loads waits for it, and the page does not.
    if (path === undefined) alerts.keepStarting()
    else await alerts.start()
    const http = await startHttp({
      store: forward === undefined ? store : forwardingStore(store, forward),
      alerts,
      metrics,
      status: () => ({ version: manifest.version, forward: forward?.status() ?? null, store: storeState() }),
      options: {
        ...options,
        webDirectory,
        onError: (error) => report(error instanceof Error ? (error.stack ?? error.message) : String(error)),
      },
    })
    if (forward !== undefined && isItself(forward.status().url, [http.url, http.grpc])) {
      await http.close()
      throw new Error(
        `--forward ${forward.status().url} is this desk itself; give the address of another receiver`,
      )
    }
    alerts.begin(http.url)
    return {
      ...http,
      async close() {
        await http.close()
        await closeAll()
      },
    }
  } catch (error) {
    await closeAll()
    throw error
  }
}

/** Whether an address is one of ours: what is passed on there would come back for ever. */
function isItself(target: string, own: readonly (string | null)[]): boolean {
  const { hostname, port } = new URL(target)
  return own.some((url) => {
    if (url === null || new URL(url).port !== port) return false
    return isLoopback(hostname) || new URL(url).hostname === hostname
  })
}

function openForward({ forward, directory, report }: DeskOptions): Forward | undefined {
  if (forward === undefined) return undefined
  return startForward({
    ...forward,
    directory: directory === undefined ? undefined : join(directory, 'forward'),
    report: (code, message) => report(`${code} ${message}`),
    tell: report,
  })
}
