import { type ChildProcess, spawn } from 'node:child_process'
import { endWithUs } from '../services.ts'

const usualGraceMs = 5_000

/** A service of an example: what is run, where, and who hears the lines that it prints on stdout. */
export type ServiceCommand = {
  command: string
  args: readonly string[]
  cwd: string
  env: NodeJS.ProcessEnv
  onLine(line: string): void
}

/** Starts it out of the terminal's process group; it ends with us in any case. */
export function startService({ command, args, cwd, env, onLine }: ServiceCommand): ChildProcess {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  endWithUs(child)
  let rest = ''
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop()!
    for (const line of parts) onLine(line)
  })
  return child
}

/** Ends it by SIGTERM, and by SIGKILL when it takes too long. */
export function stopChild(child: ChildProcess, graceMs: number = usualGraceMs): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill('SIGKILL'), graceMs)
    child.once('exit', () => {
      clearTimeout(force)
      resolve()
    })
    child.kill('SIGTERM')
  })
}
