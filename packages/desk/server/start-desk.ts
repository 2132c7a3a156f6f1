import { fileURLToPath } from 'node:url'
import { type DeskHttp, type HttpOptions, startHttp } from './http/http.ts'
import type { KnownStatus } from './http/status.ts'
import { openStore } from './store/open-store.ts'
import { makeTemporaryDirectory } from './store/temporary-directory.ts'
import { version } from './version.ts'

export type DeskOptions = Omit<HttpOptions, 'webDirectory' | 'onError'> & {
  /** Folder of the data; undefined: memory where the system has a folder for that, and nothing is kept. */
  directory: string | undefined
  /** Bytes of the data; beyond them the oldest go. */
  maxBytes: number
  /** Undefined: no limit. */
  maxAgeMs: number | undefined
  /** Hears, in one line, of what the desk did not expect. */
  report(message: string): void
}

export type Desk = Omit<DeskHttp, 'close'> & {
  /** Stops listening, commits what came and ends the threads. */
  close(): Promise<void>
}

const webDirectory = fileURLToPath(new URL('../web', import.meta.url))

/**
 * Starts a desk: receives OTLP over HTTP and gRPC, stores it, answers the API and serves the page. Rejects with one line
 * that says what is wrong and what to do: a port in use, a folder that cannot be written, an address without a token.
 */
export async function startDesk(options: DeskOptions): Promise<Desk> {
  const { maxBytes, maxAgeMs, report } = options
  const temporary = options.directory === undefined
  const directory = options.directory ?? (await makeTemporaryDirectory())
  const store = await openStore({ directory, temporary, maxBytes, maxAgeMs, report })
  const state = (): KnownStatus['store'] => ({
    ...store.state(),
    directory: temporary ? '' : directory,
    maxBytes,
    maxAgeMs: maxAgeMs ?? null,
  })
  try {
    const http = await startHttp({
      store,
      status: () => ({ version, forward: null, store: state() }),
      options: {
        ...options,
        webDirectory,
        onError: (error) => report(error instanceof Error ? (error.stack ?? error.message) : String(error)),
      },
    })
    return {
      ...http,
      async close() {
        await http.close()
        await store.close()
      },
    }
  } catch (error) {
    await store.close()
    throw error
  }
}
