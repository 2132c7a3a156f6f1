import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Calls } from './answer-calls.ts'

/** A process whose calls are followed. */
export type Followed = {
  /** Resolves with the next message that has this key: its value. */
  next<T>(key: string): Promise<T>
  send(message: object): void
  /** What was called since this was last asked. */
  calls(): Promise<Calls>
  stop(): void
}

const preload = fileURLToPath(new URL('answer-calls.ts', import.meta.url))

export function startFollowed(
  script: string,
  {
    args = [],
    execArgv = [],
    env,
    ...options
  }: { cwd: string; args?: string[]; execArgv?: string[]; env: NodeJS.ProcessEnv },
): Followed {
  const child: ChildProcess = fork(script, args, {
    ...options,
    execArgv,
    // Threads of the process are followed as well: they take NODE_OPTIONS, whatever options they are given.
    env: { ...env, NODE_OPTIONS: `--require "${preload}"` },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const next = <T>(key: string): Promise<T> =>
    new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error(`${script} ended before it sent "${key}"`))
      child.once('exit', ended)
      child.on('message', function hear(message: Record<string, T>) {
        if (!(key in message)) return
        child.off('message', hear)
        child.off('exit', ended)
        resolve(message[key] as T)
      })
    })
  return {
    next,
    send: (message) => void child.send(message),
    calls() {
      const calls = next<Calls>('calls')
      child.send({ ask: 'calls' })
      return calls
    },
    stop: () => void child.kill('SIGKILL'),
  }
}
