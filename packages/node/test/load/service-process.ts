import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type NodeMajor, nodeBinary } from '../../../../scripts/node-versions.ts'

const directory = join(import.meta.dirname, '../fixtures/load')

/** A record as it was printed. */
export type PrintedRecord = {
  order?: number
  kind: string
  trace_id?: string
  span_id?: string
}

/** A line with which a service tells the test that it is ready, or done. */
export type Notice = { ready?: Record<string, number>; done?: true }

export type ServiceProcess = {
  printed: readonly PrintedRecord[]
  /** Resolves with the first notice that has this key; rejects when the process ends without it. */
  waitFor(key: keyof Notice): Promise<Notice>
  /** Ends it by SIGTERM and resolves with its exit code or signal and what it wrote on stderr. */
  stop(): Promise<{ code: number | null; signal: NodeJS.Signals | null; stderr: string }>
}

/** Starts a script of `fixtures/load` under the preload, and reads each line that it prints. */
export async function startService(
  node: NodeMajor,
  script: string,
  env: Readonly<Record<string, string>>,
): Promise<ServiceProcess> {
  const child = spawn(await nodeBinary(node), ['--require', '@clew/node/register', script], {
    cwd: directory,
    env: { PATH: process.env.PATH, CLEW_QUIET: '1', OTEL_SERVICE_NAME: script, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed: PrintedRecord[] = []
  const notices: Notice[] = []
  const looks = new Set<() => void>()
  let stderr = ''
  child.stderr.on('data', (piece) => {
    stderr += piece
  })
  createInterface(child.stdout).on('line', (line) => {
    const content = JSON.parse(line) as PrintedRecord | Notice
    if ('kind' in content) printed.push(content)
    else notices.push(content)
    if (!('kind' in content)) for (const look of looks) look()
  })
  const ended = new Promise<Awaited<ReturnType<ServiceProcess['stop']>>>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, stderr }))
  })
  return {
    printed,
    waitFor: (key) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const notice = notices.find((one) => key in one)
          if (notice) resolve(notice)
        }
        looks.add(look)
        look()
        void ended.then((end) => reject(new Error(`${script} ended: ${JSON.stringify(end)}`)))
      }),
    stop: () => {
      child.kill('SIGTERM')
      return ended
    },
  }
}
