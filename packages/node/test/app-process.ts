import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type NodeMajor, nodeBinary } from '../../../scripts/node-versions.ts'

/** The folder of the application that has every supported library, and Clew for each. */
export const application: string = join(import.meta.dirname, 'fixtures/kinds')

/** What `node` is told to load Clew. */
export const preload: readonly string[] = ['--require', '@clew/node/register']

export type AppOptions = {
  args: readonly string[]
  env?: NodeJS.ProcessEnv
  /** Default: `APPLICATION`. */
  cwd?: string
  /** Default: 24. */
  node?: NodeMajor
}

type CommandOptions = Required<Pick<AppOptions, 'args' | 'env' | 'cwd'>> & { command: string }

/** How a process ended, and everything that it printed. */
export type Ending = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }

export type AppProcess = {
  /** Lines of stdout so far. */
  readonly lines: readonly string[]
  /** Resolves with the first line of stdout that `matches`; rejects when the process ends without it. */
  waitForLine(matches: (line: string) => boolean): Promise<string>
  /** The same for a part of stderr. */
  waitForStderr(part: string): Promise<void>
  kill(signal: NodeJS.Signals): void
  ended: Promise<Ending>
}

const graceMs = 240_000
const running = new Set<ChildProcess>()

/**
 * Starts an application in an environment of its own: nothing of this process's but what a shell has, and a spool
 * that no other process looks into.
 */
export async function startApp({
  args,
  env = {},
  cwd = application,
  node = 24,
}: AppOptions): Promise<AppProcess> {
  return startCommand({ command: await nodeBinary(node), args, env, cwd })
}

function startCommand({ command, args, env, cwd }: CommandOptions): AppProcess {
  const { PATH, HOME } = process.env
  const spool = mkdtempSync(join(tmpdir(), 'clew-test-spool-'))
  const child = spawn(command, args, {
    cwd,
    env: { PATH, HOME, CLEW_SPOOL_DIR: spool, ...shortDelays, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  const output = { stdout: '', stderr: '' }
  const looks = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
      for (const look of looks) look()
    })
  }
  const ended = new Promise<Ending>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      running.delete(child)
      rmSync(spool, { recursive: true, force: true })
      resolve({ code, signal, ...output })
    })
  })
  const lines = (): string[] => output.stdout.split('\n').slice(0, -1)
  const waitFor = (find: () => string | undefined): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = find()
        if (found === undefined) return
        looks.delete(look)
        resolve(found)
      }
      looks.add(look)
      look()
      ended.then((ending) => reject(new Error(`it ended first: ${JSON.stringify(ending)}`)), reject)
    })
  return {
    get lines() {
      return lines()
    },
    waitForLine: (matches) => waitFor(() => lines().find(matches)),
    waitForStderr: (part) => waitFor(() => (output.stderr.includes(part) ? part : undefined)).then(() => {}),
    kill: (signal) => child.kill(signal),
    ended,
  }
}

// The defaults of OTLP are made for fewer requests, not for tests.
const shortDelays = { OTEL_BSP_SCHEDULE_DELAY: '50', OTEL_BLRP_SCHEDULE_DELAY: '50' }

/** Runs an application to its end. One that does not end by itself is killed, which its signal tells. */
export async function runApp(options: AppOptions): Promise<Ending> {
  return untilEnd(await startApp(options))
}

/** Runs another program than Node in the same way. */
export function runCommand(options: CommandOptions): Promise<Ending> {
  return untilEnd(startCommand(options))
}

async function untilEnd(app: AppProcess): Promise<Ending> {
  const force = setTimeout(() => app.kill('SIGKILL'), graceMs)
  const ending = await app.ended
  clearTimeout(force)
  return ending
}

/** Kills what a failed test left behind. */
export function killApps(): void {
  for (const child of running) child.kill('SIGKILL')
}
