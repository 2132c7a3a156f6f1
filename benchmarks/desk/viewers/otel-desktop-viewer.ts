import { execFileSync } from 'node:child_process'
import { freePort } from '../../../scripts/services.ts'
import { startProgram, type Viewer } from './viewer.ts'

/** `CLEW_BENCH_OTEL_DESKTOP_VIEWER`, else the one on the PATH; undefined when there is none that runs. */
export function otelDesktopViewer(): string | undefined {
  const command = process.env.CLEW_BENCH_OTEL_DESKTOP_VIEWER ?? 'otel-desktop-viewer'
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' })
    return command
  } catch {
    return undefined
  }
}

/** With a file, as the desk has, and without the size at which it would delete what came first. */
export async function startOtelDesktopViewer(command: string): Promise<Viewer> {
  const [http, grpc, page] = [await freePort(), await freePort(), await freePort()]
  const url = `http://127.0.0.1:${page}`
  const program = await startProgram(
    command,
    (directory) => [
      ...[
        '--host',
        '127.0.0.1',
        '--http',
        String(http),
        '--grpc',
        String(grpc),
        '--browser-port',
        String(page),
      ],
      ...['--open-browser=false', '--db', `${directory}/data.db`, '--db-max-size', '0'],
    ],
    url,
  )
  return {
    ...program,
    ...{ otlp: `http://127.0.0.1:${http}`, url },
    async stored() {
      const call = { jsonrpc: '2.0', id: 1, method: 'getStats' }
      const response = await fetch(`${url}/rpc`, { method: 'POST', body: JSON.stringify(call) })
      const { result } = (await response.json()) as { result: Stats }
      return result.logs.logCount + result.traces.spanCount
    },
    list: { path: '/traces', selector: '.signal-row' },
    chain: (traceId) => ({ path: `/traces/${traceId}`, selector: '.waterfall-row' }),
    chainApi: (traceId) => ({
      path: '/rpc',
      body: { jsonrpc: '2.0', id: 1, method: 'searchSpans', params: { traceID: traceId } },
    }),
  }
}

/** What is used of its answer. */
type Stats = { logs: { logCount: number }; traces: { spanCount: number } }
