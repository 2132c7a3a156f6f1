import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const bin = join(import.meta.dirname, '../dist/bin.js')
const running = new Set<ChildProcess>()

export type Ended = { code: number | null; stdout: string; stderr: string }

/** Runs `clew` to its end. */
export async function runClew(
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
  stdin = '',
): Promise<Ended> {
  const { child, output } = start(words, env)
  child.stdin!.on('error', () => {}).end(stdin)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...output }
}

/** A `clew` that runs until it is stopped. */
export function startClew(words: readonly string[]): {
  output: Omit<Ended, 'code'>
  stop(): Promise<number | null>
} {
  const { child, output } = start(words, {})
  return {
    output,
    async stop() {
      child.kill('SIGTERM')
      const [code] = (await once(child, 'close')) as [number | null]
      return code
    },
  }
}

/** A `clew desk` that listens, on free ports. */
export type RunningDesk = { url: string; output: Omit<Ended, 'code'>; stop(): Promise<number | null> }

export async function startDeskCommand(
  words: readonly string[] = ['--memory'],
  node: string = process.execPath,
  env: NodeJS.ProcessEnv = {},
): Promise<RunningDesk> {
  const { child, output } = start(['desk', '--port', '0', '--grpc-port', '0', ...words], env, node)
  while (!/page +http/.test(output.stdout)) {
    if (child.exitCode !== null) throw new Error(output.stderr)
    await once(child.stdout!, 'data')
  }
  const url = /page +(http:\/\/[^\s/]+)/.exec(output.stdout)![1]!
  return {
    url,
    output,
    async stop() {
      child.kill('SIGTERM')
      const [code] = (await once(child, 'close')) as [number | null]
      return code
    },
  }
}

export function killAll(): void {
  for (const child of running) child.kill('SIGKILL')
}

function start(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  node: string = process.execPath,
): { child: ChildProcess; output: Omit<Ended, 'code'> } {
  const child = spawn(node, [bin, ...words], { env: { ...process.env, TZ: 'UTC', ...env } })
  running.add(child)
  child.once('close', () => running.delete(child))
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text
  })
  return { child, output }
}
