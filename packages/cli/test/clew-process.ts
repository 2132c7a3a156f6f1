import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const bin = join(import.meta.dirname, '../dist/bin.js')
const running = new Set<ChildProcess>()

/** Those of whoever runs the tests are not of interest. */
const { NO_COLOR: _, FORCE_COLOR: __, ...withoutColours } = process.env

export type Ended = { code: number | null; stdout: string; stderr: string }

type Place = { cwd?: string }

/** Runs `clew` to its end. */
export async function runClew(
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
  stdin = '',
  options: Place = {},
): Promise<Ended> {
  const { child, output } = start(words, env, process.execPath, options)
  child.stdin!.on('error', () => {}).end(stdin)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...output }
}

/** Runs `clew` below a terminal of its own, on which `typed` is typed once it shows `typeAt`; what it prints has stderr in it, too. */
export async function runOnTerminal(
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
  typed = '',
  { typeAt = '', ...place }: Place & { typeAt?: string } = {},
): Promise<Ended> {
  const quoted = [process.execPath, bin, ...words].map((word) => `'${word.replaceAll("'", "'\\''")}'`)
  // Without `exec` a shell stays before it, such as dash, which Ctrl-C ends with 130.
  const line = ['-qefc', `exec ${quoted.join(' ')}`, '/dev/null']
  const { child, output } = startProgram('script', line, { TERM: 'xterm-256color', ...env }, place)
  child.stdin!.on('error', () => {})
  while (!output.stdout.includes(typeAt)) {
    if (child.exitCode !== null) throw new Error(`it ended without ${typeAt}: ${output.stdout}`)
    await Promise.race([once(child.stdout!, 'data'), once(child, 'close')])
  }
  child.stdin!.write(typed)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...output }
}

/** Runs `clew` with no more rights to files than their modes give, also where root runs the tests. */
export async function runWithoutPrivilege(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  place: Place,
): Promise<Ended> {
  if (process.getuid?.() !== 0) return runClew(words, env, '', place)
  const limits = '--bounding-set=-dac_override,-dac_read_search'
  const { child, output } = startProgram('setpriv', [limits, process.execPath, bin, ...words], env, place)
  child.stdin!.end()
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...output }
}

/** Runs `clew` into a pipe that nobody reads any more. */
export async function runUnread(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const { child, output } = start(words, env)
  child.stdout!.destroy()
  child.stdin!.end()
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...output }
}

/** A `clew` that runs until it is stopped, in a session of its own: no terminal sends it anything. */
export function startClew(
  words: readonly string[],
  { env = {}, ...place }: Place & { env?: NodeJS.ProcessEnv } = {},
): {
  output: Omit<Ended, 'code'>
  send(signal: NodeJS.Signals): void
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  /** Resolves when its output is so. */
  until(holds: (output: Omit<Ended, 'code'>) => boolean): Promise<void>
  stop(): Promise<number | null>
} {
  const { child, output } = start(words, env, process.execPath, { ...place, detached: true })
  return {
    output,
    send: (signal) => void child.kill(signal),
    ended: once(child, 'close').then(([code, signal]) => ({ code, signal })),
    async until(holds) {
      while (!holds(output)) {
        if (child.exitCode !== null) throw new Error(`it ended: ${output.stderr}`)
        const heard = new AbortController()
        const events = [once(child.stdout!, 'data', heard), once(child.stderr!, 'data', heard)]
        await Promise.race([...events, once(child, 'close', heard)]).finally(() => heard.abort())
      }
    },
    async stop() {
      child.kill('SIGTERM')
      const [code] = (await once(child, 'close')) as [number | null]
      return code
    },
  }
}

/** A `clew desk` that listens, on free ports. */
export type RunningDesk = {
  url: string
  output: Omit<Ended, 'code'>
  stop(): Promise<number | null>
  /** By SIGKILL. */
  kill(): Promise<void>
}

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
    async kill() {
      child.kill('SIGKILL')
      await once(child, 'close')
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
  options: SpawnOptions = {},
): { child: ChildProcess; output: Omit<Ended, 'code'> } {
  return startProgram(node, [bin, ...words], env, options)
}

function startProgram(
  program: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  options: SpawnOptions = {},
): { child: ChildProcess; output: Omit<Ended, 'code'> } {
  const child = spawn(program, words, {
    ...options,
    stdio: 'pipe',
    env: { ...withoutColours, TZ: 'UTC', ...env },
  })
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
