import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { cpuSecondsOf, rssBytesOf } from '../process-figures.ts'

/** How a page says that something is to be seen: an address and what is there then. */
export type Shown = { path: string; selector: string }

/** A program that receives OTLP over HTTP and shows it in a page. Linux only. */
export type Viewer = {
  /** Where to send. */
  otlp: string
  /** Of its pages and its API. */
  url: string
  cpuSeconds(): number
  rssBytes(): number
  /** Records that can be found by now; undefined when it cannot tell, as everything can that it has acknowledged. */
  stored(): Promise<number | undefined>
  /** Undefined where it has no page. */
  list?: Shown
  chain?(traceId: string): Shown
  /** Where its API gives a chain. */
  chainApi(traceId: string): { path: string; body?: object }
  stop(): Promise<void>
}

export type Started = Pick<Viewer, 'cpuSeconds' | 'rssBytes' | 'stop'>

const startMs = 30_000
const pollMs = 50

/** Starts a program in a folder of its own, and waits until it answers there. Rejects with what it said when it ends first. */
export async function startProgram(
  command: string,
  argsIn: (directory: string) => string[],
  readyUrl: string,
): Promise<Started> {
  const directory = mkdtempSync(join(tmpdir(), 'clew-benchmark-'))
  const env = { ...process.env, HOME: directory }
  const child = spawn(command, argsIn(directory), {
    cwd: directory,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(child, 'close')
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000)
  })
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended.catch(() => {})
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    await answers(readyUrl, child)
  } catch (error) {
    await stop()
    throw new Error(`${command} did not start: ${(error as Error).message}\n${said}`)
  }
  const pid = child.pid!
  return { cpuSeconds: () => cpuSecondsOf(pid), rssBytes: () => rssBytesOf(pid), stop }
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  const endMs = performance.now() + startMs
  while (performance.now() < endMs) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`)
    const response = await fetch(url).catch(() => undefined)
    await response?.body?.cancel()
    if (response?.ok) return
    await delay(pollMs)
  }
  throw new Error(`${url} does not answer`)
}
