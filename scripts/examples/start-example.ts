import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startDesk } from '@clew/desk'
import type { LogRow } from '../../packages/desk/api/index.ts'
import { freePort, reachable } from '../services.ts'

const root = join(import.meta.dirname, '../..')
const clew = join(root, 'packages/cli/dist/bin.js')

/** A running example whose processes all send to one desk. */
export type Example = {
  /** Of its desk. */
  deskUrl: string
  /** Asks it, as `POST /orders/lantern`; resolves with the id that the request has on its records, and the status of the answer. */
  ask(line: string): Promise<{ requestId: string; status: number }>
  /** The chain of a request as text; "" while the desk has nothing of it. */
  chain(requestId: string): Promise<string>
  /** The same as `clew chain` prints it. */
  printedChain(requestId: string): Promise<string>
  /** Ends all its processes and the desk. */
  stop(): Promise<void>
}

export type ExampleOptions = {
  env?: NodeJS.ProcessEnv
  /** Variables that name ports, each of which it listens on; the first is asked. */
  ports?: readonly [string, ...string[]]
  /** Where it is started. Default: its folder below `examples`. */
  cwd?: string
}

/** Starts an example by the command that its README names, `npm start`, beside a desk, and waits until it listens. */
export async function startExample(
  name: string,
  { env = {}, ports = ['PORT'], cwd = join(root, 'examples', name) }: ExampleOptions = {},
): Promise<Example> {
  const desk = await startDesk({ ...deskOptions, report: (message) => console.error(`[desk] ${message}`) })
  const numbers = await Promise.all(ports.map(() => freePort()))
  const spool = mkdtempSync(join(tmpdir(), 'clew-example-spool-'))
  const { PATH, HOME } = process.env
  // A process group of its own: npm starts a shell, which starts the services.
  const child = spawn('npm', ['start'], {
    ...{ cwd, detached: true, stdio: ['ignore', 'ignore', 'inherit'] },
    env: {
      ...{ PATH, HOME, CLEW_QUIET: '1', CLEW_SPOOL_DIR: spool, OTEL_EXPORTER_OTLP_ENDPOINT: desk.url },
      ...{
        OTEL_BSP_SCHEDULE_DELAY: '50',
        OTEL_BLRP_SCHEDULE_DELAY: '50',
        npm_config_update_notifier: 'false',
      },
      ...Object.fromEntries(ports.map((variable, at) => [variable, String(numbers[at])])),
      ...env,
    },
  })
  const end = (): void => killGroup(child.pid!)
  process.once('exit', end)
  const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()))
  const stop = async (): Promise<void> => {
    process.off('exit', end)
    end()
    await ended
    await desk.close()
    rmSync(spool, { recursive: true, force: true })
  }
  try {
    for (const port of numbers) await reachable(port, child)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    deskUrl: desk.url,
    ask: (line) => ask(numbers[0]!, line),
    chain: (requestId) => exportChain(desk.url, requestId),
    printedChain: (requestId) => printChain(desk.url, requestId),
    stop,
  }
}

const deskOptions = {
  port: 0,
  grpcPort: null,
  directory: undefined,
  maxBytes: 512_000_000,
  maxAgeMs: undefined,
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGTERM')
  } catch (error) {
    // It has ended, with all that it started.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function ask(port: number, line: string): Promise<{ requestId: string; status: number }> {
  const requestId = crypto.randomUUID()
  const [method = '', path = ''] = line.split(' ')
  const headers = { 'x-request-id': requestId }
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers })
  await response.arrayBuffer()
  return { requestId, status: response.status }
}

async function traceOf(deskUrl: string, requestId: string): Promise<string | undefined> {
  const response = await fetch(`${deskUrl}/api/logs?q=request_id:${requestId}`)
  return ((await response.json()) as { logs: LogRow[] }).logs[0]?.traceId
}

async function exportChain(deskUrl: string, requestId: string): Promise<string> {
  const traceId = await traceOf(deskUrl, requestId)
  if (traceId === undefined) return ''
  return (await fetch(`${deskUrl}/api/chains/${traceId}/export?as=text`)).text()
}

async function printChain(deskUrl: string, requestId: string): Promise<string> {
  const { PATH, HOME } = process.env
  const words = [clew, 'chain', (await traceOf(deskUrl, requestId)) ?? '']
  const env = { PATH, HOME, CLEW_DESK_URL: deskUrl }
  return (await promisify(execFile)(process.execPath, words, { env })).stdout
}
