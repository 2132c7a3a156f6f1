import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { closeSync, constants, openSync, readFileSync } from 'node:fs'
import { constants as osConstants } from 'node:os'

/** How a child ended: one of the two is there. */
export type Ending = { code: number | null; signal: NodeJS.Signals | null }

const ofTerminal = ['SIGINT', 'SIGQUIT', 'SIGHUP'] as const
const forwarded = ['SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGCONT', ...ofTerminal] as const

/**
 * Runs a command to its end; signals that come meanwhile are its, and end it alone. Rejects with the error of the system when
 * it cannot be started.
 */
export function runChild(command: string, words: readonly string[], options: SpawnOptions): Promise<Ending> {
  return new Promise((resolve, reject) => {
    // npm, pnpm and yarn are scripts there, which Windows starts by a shell alone.
    const child = spawn(command, words, { ...options, shell: process.platform === 'win32' })
    const release = forwardSignals(child)
    child.once('error', (error) => {
      release()
      reject(error)
    })
    child.once('exit', (code, signal) => {
      release()
      resolve({ code, signal })
    })
  })
}

function forwardSignals(child: ChildProcess): () => void {
  const forward = (signal: NodeJS.Signals): void => {
    // A terminal sends these to everybody in front of it, and many an application takes the second as "at once".
    if ((ofTerminal as readonly string[]).includes(signal) && isInFront()) return
    child.kill(signal)
  }
  for (const signal of forwarded) process.on(signal, forward)
  return () => {
    for (const signal of forwarded) process.off(signal, forward)
  }
}

/** Whether a terminal sends its signals to this process. */
function isInFront(): boolean {
  try {
    // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: pgrp is the third behind the name, tpgid the sixth.
    const fields = readFileSync('/proc/self/stat', 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')
    return fields[2] === fields[5]
  } catch {
    return hasTerminal()
  }
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', constants.O_RDONLY))
    return true
  } catch {
    return false
  }
}

/** Ends this process as a child ended. Its exit code comes back; by a signal nothing does. */
export function endAs({ code, signal }: Ending): Promise<number> | number {
  if (signal === null) return code ?? 1
  process.kill(process.pid, signal)
  // Where the signal does not end a process, as on Windows: what a shell makes of it.
  return new Promise((resolve) => setTimeout(resolve, 1_000, 128 + osConstants.signals[signal]))
}
