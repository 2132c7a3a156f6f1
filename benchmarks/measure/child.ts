import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

const answerMs = 600_000

export type ChildOptions = {
  file: string
  args?: readonly string[]
  nodeArgs?: readonly string[]
  env?: Readonly<Record<string, string>>
  directory?: string
}

export type Ending = { code: number | null; signal: NodeJS.Signals | null }

/** A Node process that talks to this one in messages. */
export type Child = {
  send(message: object): void
  /** The next message that nobody has taken yet. Rejects with what the process said on stderr when it ends first. */
  next<T>(): Promise<T>
  /** Sends a message and waits for the next one. */
  ask<T>(message: object): Promise<T>
  readonly ended: Promise<Ending>
  stderr(): string
  stop(): Promise<void>
}

export function startChild({ file, args = [], nodeArgs = [], env = {}, directory }: ChildOptions): Child {
  const child = fork(file, args, {
    execArgv: [...nodeArgs],
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    ...(directory && { cwd: directory }),
  })
  const messages: object[] = []
  let said = ''
  child.on('message', (message) => messages.push(message as object))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const ended = once(child, 'close').then(([code, signal]): Ending => ({ code, signal }))
  const endedFirst = ended.then(({ code, signal }) => {
    throw new Error(`${file} ${args.join(' ')} ended with ${signal ?? code}\n${said}`)
  })
  endedFirst.catch(() => {})

  const next = async <T>(): Promise<T> => {
    const signal = AbortSignal.timeout(answerMs)
    if (messages.length === 0) await Promise.race([once(child, 'message', { signal }), endedFirst])
    return messages.shift() as T
  }
  const send = (message: object): void => {
    if (child.connected) child.send(message)
  }
  return {
    send,
    next,
    ask: (message) => {
      send(message)
      return next()
    },
    ended,
    stderr: () => said,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      const isOver = await Promise.race([ended.then(() => true), delay(5000, false, { ref: false })])
      if (!isOver) child.kill('SIGKILL')
      await ended
    },
  }
}
