import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpuSecondsOf, ranNs, rssBytesOf, treeOf } from './process-figures.ts'

const bin = join(import.meta.dirname, '../../packages/cli/dist/bin.js')
const startMs = 20_000

/** A `clew desk` as one starts it, with data of its own on the disk. Linux only: it is looked at by /proc. */
export type DeskProcess = {
  url: string
  /** From the start of the process until it said where it listens. */
  startedMs: number
  /** User and system, all threads. */
  cpuSeconds(): number
  /** The same, exact to the microsecond, of the threads that there are. */
  cpuMs(): number
  /** The same of the threads of one name, as far as Linux keeps it: 15 letters. */
  cpuMsOf(thread: string): number
  /** With the processes that it has started. */
  rssBytes(): number
  /** Ends it; its data stay. `kill`: at once, without a word. */
  end(): Promise<void>
  kill(): Promise<void>
  /** Ends it and deletes its data. */
  stop(): Promise<void>
}

/** `more`: further options of the command, the last one counts. `data`: a folder with data, deleted at the end as its own would be. */
export async function startDeskProcess(more: readonly string[] = [], data?: string): Promise<DeskProcess> {
  const directory = data ?? (await mkdtemp(join(tmpdir(), 'clew-benchmark-')))
  const beganMs = performance.now()
  const args = [bin, 'desk', '--port', '0', '--grpc-port', 'off', '--data', directory, ...more]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  const end = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    child.kill(signal)
    await ended
  }
  const stop = async (): Promise<void> => {
    await end()
    await rm(directory, { recursive: true, force: true })
  }
  try {
    const url = await addressOf(child.stdout)
    const startedMs = performance.now() - beganMs
    const pid = child.pid!
    return {
      url,
      startedMs,
      cpuSeconds: () => cpuSecondsOf(pid),
      cpuMs: () => ranNs(pid) / 1e6,
      cpuMsOf: (thread) => ranNs(pid, thread.slice(0, 15)) / 1e6,
      rssBytes: () => treeOf(pid).reduce((sum, one) => sum + rssBytesOf(one), 0),
      end: () => end(),
      kill: () => end('SIGKILL'),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The address in what it says when it listens. */
async function addressOf(stdout: NodeJS.ReadableStream): Promise<string> {
  let said = ''
  const signal = AbortSignal.timeout(startMs)
  stdout.setEncoding('utf8')
  while (true) {
    const [text] = await Promise.race([once(stdout, 'data', { signal }), once(stdout, 'end', { signal })])
    if (text === undefined) throw new Error(`the desk ended before it listened: ${said}`)
    said += text
    const url = /send OTLP to\s+(http:\S+)/.exec(said)?.[1]
    if (url !== undefined) {
      stdout.resume()
      return url
    }
  }
}
